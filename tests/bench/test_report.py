"""The bench's page says what was reached, what was missed by how much, and what was not measured at all."""

from bench import rules
from bench.names import CODEOWNERS, DIGEST, FLOOR, HOME, POSTGRES, PROBOT, ROUTING, SQLITE
from bench.page import page
from bench.results import Result
from bench.rules import Sizes
from bench.stages import REST, stage_of
from bench.tables import tables

_WHY = "no PostgreSQL: give --postgres or PATCHFORGE_TEST_POSTGRES_URL"


def _result() -> Result:
    ours = {"acks/s": 2_000.0, "posts/s": 950.0, "slow post p50": 2.5, "cpu": 1.0}
    return Result(
        about={"CPU": "two cores"},
        skipped={POSTGRES: _WHY},
        rounds={
            SQLITE: [ours],
            PROBOT: [{"acks/s": 1_000.0, "posts/s": 1_000.0, "cpu": 0.8}],
            FLOOR: [{"acks/s": 5_000.0, "cpu": 0.1}],
        },
        where={"render the card": 0.75, "begin and commit": 0.25},
        rules={
            HOME: [{"cpu p50": 110.0, "cpu p99": 140.0, "wall p50": 112.0, "wall p99": 151.0, "tries": 30.0}]
        },
    )


def _row(text: str, name: str) -> list[str]:
    [line] = [line for line in text.splitlines() if line.startswith(f"| {name}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_target_is_reached_or_missed_by_so_much() -> None:
    text = page(_result())
    assert _row(text, "posts/s at saturation")[1] == "0.95x ✗ 5 % short"
    assert _row(text, "durable acks/s, each")[1] == "2x ✗ 20 % short"
    assert _row(text, "the same: ")[1] == "0.4x ✓"
    assert _row(text, "webhook → post at 20/s: p50")[1] == "2.5 ms ✓"


def test_what_was_not_measured_is_said_in_every_table_that_would_show_it() -> None:
    text = page(_result())
    assert f"- not measured: {POSTGRES}: {_WHY}" in text
    assert _row(text, "posts/s at saturation")[2] == "not measured"
    assert set(_row(text, f"{POSTGRES}: not measured")[1:]) == {"-"}


def test_the_rules_have_targets_and_a_table_of_their_own() -> None:
    text = page(_result())
    assert _row(text, "whose turn, 1,000 open")[1:] == ["110 ms ✗ 10 % over", "not measured", "not measured"]
    assert _row(text, HOME)[1:] == ["110 / 140", "112 / 151", "30"]


async def test_every_rule_with_a_target_is_measured() -> None:
    few = Sizes(subscriptions=60, events=20, rules=30, files=20, pulls=60, digest=40, tries=3)
    found = await rules.measure(few)
    assert {ROUTING, CODEOWNERS, HOME, DIGEST} < set(found)
    for [one] in found.values():
        assert 0 <= one["cpu p50"] <= one["cpu p99"]
        assert 0 < one["wall p50"] <= one["wall p99"]
        assert one["tries"] in {few.events, few.tries}
    shown = [table for table in tables(Result({}, {}, {}, rules=found)) if table.title == "Rules"]
    assert [row[-1] for row in shown[0].rows] == ["20", "20", "3", "3", "3", "3"]


def test_where_the_time_goes_adds_up_with_the_most_first() -> None:
    text = page(_result())
    assert _row(text, "render the card")[1:] == ["0.750", "75 %"]
    assert _row(text, "together")[1:] == ["1.000", "100 %"]
    assert text.index("render the card") < text.index("begin and commit")


def test_the_innermost_file_that_tells_decides_the_stage() -> None:
    card = ["storage/sql.py:rows", "storage/facts.py:pull", "handlers/reviews/showing.py:card"]
    assert stage_of([*card, "bot/messages/show.py:look", "bot/ledger/worker.py:take"]) == (
        "read the facts for the card"
    )
    assert stage_of(["json/encoder.py:encode", "/lib/site-packages/aiohttp/web_response.py:write"]) == (
        "HTTP: parse the request, write the answer"
    )
    assert stage_of(["asyncio/events.py:_run_once"]) == REST
    assert stage_of(["asyncio/runners.py:run", "bot/cli/__init__.py:run"]) is None
