"""Write docs/performance.md from a result; what a person wrote of where the time goes is kept."""

from pathlib import Path

from bench.results import Result
from bench.tables import tables

PATH = Path(__file__).parents[1] / "docs" / "performance.md"
_KEPT = "## Where the time goes"

_INTRODUCTION = """\
# Performance

Written by `python -m bench --report`; only the section on where the time goes is by hand. To repeat it on a
quiet machine with two cores, in about a quarter of an hour:

```sh
make bench                            # PATCHFORGE_TEST_POSTGRES_URL adds PostgreSQL, node and npm add Probot
.venv/bin/python -m bench --report    # writes this page from the newest full run
```

Everything runs on loopback against the sandbox's Slack, with signed `pull_request` events of 23 KB. Numbers
move from machine to machine; ratios within one run count. Each number is the median of the run's rounds, in
which the contenders took turns, each freshly started on an empty database; each ratio is the median of the
rounds' own ratios.
"""

_METHOD = """\
## How it is measured

- **Side by side**: 64 connections send 4,000 events as fast as they are answered, each for a pull request of
  its own; 1,000 channels follow one repository each, so that pacing (a message a second per channel, eight
  at once) does not decide. PatchForge answers once the event is committed to disk, and posts a card after
  looking up who follows; the peers look nothing up, keep nothing and answer once their one line of text is
  posted. `posts/s` counts from the first event sent to the last message that arrived. CPU is user and system
  time of the process and all its threads, of both for two replicas; PostgreSQL's own is not in it.
- **At 20/s**: 100 events per round; nothing queues, every cache is cold.
- **The door alone**: events that no feature acts on: signature, commit, answer.
- **Burst**: 10,000 events at 500/s to 2,500 channels, while a person types ten commands a second (`help` and
  `list` in turn, through Socket Mode). An event that was due while all 64 connections waited counts from
  when it was due.
- **Growth**: ten repositories of ten channels get events, while the database holds more and more else.
  "Events of nobody" are for repositories that no channel follows, at saturation.
- **Probot** posts with Node's `fetch`, which keeps its connections; **gidgethub + slack_sdk** has a variant
  with slack_sdk's default of a session per call, and one with a shared session.
"""


def write(result: Result) -> None:
    """Write the page."""
    old = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    PATH.write_text(page(result, kept(old)), encoding="utf-8")
    print(f"wrote {PATH.parent.name}/{PATH.name}")


def kept(old: str) -> str:
    """Return the section of an older page that is written by hand, from its heading to the next."""
    _, heading, rest = old.partition(f"{_KEPT}\n")
    section, _, _ = rest.partition("\n## ")
    return f"{heading}{section.rstrip()}\n" if heading else f"{_KEPT}\n"


def page(result: Result, where_the_time_goes: str) -> str:
    """Return the page as Markdown."""
    machine = "\n".join(f"- {name}: {value}" for name, value in result.about.items())
    skipped = "".join(f"- not measured: {name}: {why}\n" for name, why in result.skipped.items())
    first, *rest = tables(result)
    parts = [
        _INTRODUCTION,
        f"## The machine\n\n{machine}\n- rounds: {max(map(len, result.rounds.values()))}\n{skipped}",
        f"## {first.title}\n\n{first.markdown()}\n",
        where_the_time_goes,
        *(f"## {table.title}\n\n{table.markdown()}\n" for table in rest),
        _METHOD,
    ]
    return "\n".join(parts)
