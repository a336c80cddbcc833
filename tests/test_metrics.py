"""The dashboard and the alerts ask for what is there, and a scrape costs the same however much is done."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from sqlalchemy import Connection, event, insert
from sqlalchemy.engine import Engine

from bot.clients.observe import Call
from bot.health import Health
from bot.metrics import Metrics
from storage import counts
from storage.counts import Counts, Lags
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import deliveries, jobs
from tests.world import World

DOCS = Path(__file__).parents[1] / "docs"
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
_NAME = re.compile(r"\b(?:patchforge|process)_[a-z_]+")
_FUNCTIONAL = re.compile(r'"[^"]*"')


def _expressions(found: Any) -> Iterator[str]:
    """Return every `expr` at any depth."""
    if isinstance(found, dict):
        if isinstance(found.get("expr"), str):
            yield found["expr"]
        found = list(found.values())
    if isinstance(found, list):
        for inner in found:
            yield from _expressions(inner)


def _full() -> bytes:
    """Return a scrape in which each metric has a value."""
    metrics = Metrics()
    metrics.deliveries.labels("accepted").inc()
    metrics.job("slack.show", "done")
    metrics.call(Call("slack", "chat.postMessage", "rate_limited", 0.1, wait=3.0))
    metrics.call(Call("smtp", "send", "ok", 0.1))
    metrics.call(Call("llm", "groq:x", "ok", 0.1, tokens=(10, 2)))
    there = (Lags(timedelta(seconds=2), timedelta(seconds=3)), Counts(4, {("slack.show", "ready"): 5}))
    return metrics.text(slack=True, now=there)


def _metrics() -> set[str]:
    lines = _full().decode().splitlines()
    return {line.partition("{")[0].partition(" ")[0] for line in lines if line and not line.startswith("#")}


def test_the_dashboard_and_the_alerts_name_only_metrics_that_exist() -> None:
    dashboard = json.loads((DOCS / "grafana-dashboard.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))
    expressions = [*_expressions(dashboard), *_expressions(alerts)]
    assert len(expressions) > 20
    asked = {name for text in expressions for name in _NAME.findall(_FUNCTIONAL.sub("", text))}
    assert asked - _metrics() == set()
    ours = {name for name in _metrics() if name.startswith("patchforge_") and not name.endswith("_created")}
    unseen = {name for name in ours - asked if not name.endswith(("_sum", "_count", "_bucket"))}
    assert unseen == set(), "shown nowhere"


def test_without_a_database_there_are_still_metrics_and_they_say_so() -> None:
    text = Metrics().text(slack=False, now=None).decode()
    assert 'patchforge_up{part="database"} 0.0' in text
    assert 'patchforge_up{part="slack"} 0.0' in text
    assert "patchforge_lag_seconds{" not in text


def _job(number: int, state: str, *, priority: int = 50, waits: int = 0) -> dict[str, Any]:
    done = None if state in {"ready", "running"} else NOW
    return {
        "kind": "slack.show", "key": f"k{number}", "ordering": f"k{number}", "payload": {}, "state": state,
        "priority": priority, "run_at": NOW - timedelta(seconds=waits), "created_at": NOW,
        "finished_at": done,
    }  # fmt: skip


def _delivery(number: int, state: str, waits: int) -> dict[str, Any]:
    moment = NOW - timedelta(seconds=waits)
    return {
        "guid": f"g{number}", "event": "push", "body": b"", "state": state, "received_at": moment,
        "run_at": moment,
    }  # fmt: skip


async def test_what_waits_is_counted_and_what_is_done_is_not(database: Database) -> None:
    def fill(connection: Connection) -> None:
        rows = [_job(number, "done") for number in range(50)]
        rows += [_job(60, "ready", waits=5), _job(61, "running", waits=90), _job(62, "ready", waits=-30)]
        rows += [_job(63, "ready", priority=90, waits=40), _job(64, "parked"), _job(65, "ambiguous")]
        connection.execute(insert(jobs), rows)
        connection.execute(
            insert(deliveries), [_delivery(1, "done", 100), _delivery(2, "new", 7), _delivery(3, "new", 9)]
        )

    await database.write(fill)
    lags = await database.read(lambda connection: counts.lags(connection, now=NOW))
    assert (lags.inbox.total_seconds(), lags.ledger.total_seconds()) == (9, 40)
    found = await database.read(counts.counts)
    assert found.inbox == 2
    wanted = {"ready": 3, "running": 1, "parked": 1, "ambiguous": 1}
    assert found.jobs == {("slack.show", state): number for state, number in wanted.items()}


@dataclass(frozen=True, slots=True)
class _Stopped:
    def now(self) -> datetime:
        return NOW


async def test_readiness_says_which_part_is_lost_or_lags(database: Database) -> None:
    health = Health(database, _Stopped(), lambda: None)
    assert await health.problems() == []
    rows = [_delivery(1, "new", 61)], [_job(1, "ready", waits=301)]
    await database.write(lambda connection: connection.execute(insert(deliveries), rows[0]))
    await database.write(lambda connection: connection.execute(insert(jobs), rows[1]))
    waiting = "deliveries have been waiting for 61 seconds", "jobs have been waiting for 301 seconds"
    assert await health.problems() == list(waiting)
    cut_off = Health(database, _Stopped(), lambda: "not connected to Slack")
    assert await cut_off.problems() == ["not connected to Slack", *waiting]


async def test_no_question_of_a_scrape_reads_what_is_finished(sqlite_url: str) -> None:
    database = await Database(sqlite_url).open()
    await upgrade(database)
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await database.write(lambda connection: connection.execute(insert(jobs), [_job(1, "ready")]))
        await database.read(lambda connection: (counts.lags(connection, now=NOW), counts.counts(connection)))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    questions = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    assert len(questions) >= 5

    def plans(connection: Connection) -> list[str]:
        return [
            str(row[-1])
            for statement, values in questions
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    found = await database.read(plans)
    await database.aclose()
    steps = [step for step in found if re.search(r"\b(jobs|deliveries)\b", step)]
    assert steps
    for step in steps:
        assert "INDEX ix_" in step, step


async def test_a_story_shows_in_the_metrics(world: World) -> None:
    await world.subscribe()
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(pull.title)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    draft = await world.reply_says("Approve & send")
    await world.slack.click(world.maintainer.id, world.channel.id, draft.ts, "pf.draft.approve")
    await world.slack.until(lambda: world.mail.accepted)
    async with aiohttp.ClientSession() as http, http.get(f"{world.address}/metrics") as answer:
        text = await answer.text()
    for line in (
        'patchforge_call_seconds_count{method="chat.postMessage",outcome="ok",service="slack"}',
        '{method="GET /repos/:repo/pulls/:id/files",outcome="ok",service="github"}',
        'patchforge_call_seconds_count{method="groq:llama-3.3-70b-versatile",outcome="ok",service="llm"} 1.0',
        'patchforge_llm_tokens_total{direction="input",model="groq:llama-3.3-70b-versatile"}',
        'patchforge_up{part="slack"} 1.0',
        'patchforge_lag_seconds{queue="ledger"}',
        "process_resident_memory_bytes",
    ):
        assert line in text, line
