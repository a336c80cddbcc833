"""Write docs/performance.md from a result."""

from pathlib import Path

from bench.results import Result
from bench.tables import tables

PATH = Path(__file__).parents[1] / "docs" / "performance.md"

_INTRODUCTION = """\
# Performance

Written by `make bench`, which takes about a quarter of an hour. On a quiet machine with two cores:

```sh
make bench      # PATCHFORGE_TEST_POSTGRES_URL adds PostgreSQL, node and npm add Probot
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
- **Where the time goes**: one more run on SQLite like the one side by side, in which a thread looks about a
  thousand times a second at what the others are at. Each thread's CPU time is parted by how often it was seen
  where; looking costs, too, so that the sum is more than without. A statement counts for whoever runs it.
- **Rules**: what is decided without asking anybody, in one process: whom an event reaches among 100,000
  subscriptions of 5,000 channels, each with a filter; the owners of 3,000 files by 5,000 rules, the file's
  reading included; whose turn it is on 1,000 open pull requests of 25 repositories with files, owners, teams,
  reviews, checks and comments, for one person; and a digest of 500 for a channel. They are judged by CPU
  time, which leaves out what else the machine does meanwhile. `python -m bench --only rules` measures them.
- **Probot** posts with Node's `fetch`, which keeps its connections; **gidgethub + slack_sdk** has a variant
  with slack_sdk's default of a session per call, and one with a shared session.
"""


def write(result: Result) -> None:
    """Write the page."""
    PATH.write_text(page(result), encoding="utf-8")
    print(f"wrote {PATH.parent.name}/{PATH.name}")


def page(result: Result) -> str:
    """Return the page as Markdown."""
    machine = "\n".join(f"- {name}: {value}" for name, value in result.about.items())
    skipped = "".join(f"- not measured: {name}: {why}\n" for name, why in result.skipped.items())
    parts = [
        _INTRODUCTION,
        f"## The machine\n\n{machine}\n- rounds: {max(map(len, result.rounds.values()))}\n{skipped}",
        *(f"## {table.title}\n\n{table.markdown()}\n" for table in tables(result)),
        _METHOD,
    ]
    return "\n".join(parts)
