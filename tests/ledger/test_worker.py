"""The worker: every job once, in order, at its pace, and tried again when it should be."""

import asyncio
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.errors import Permanent, RateLimited, RetryLater
from bot.ledger.policy import USUAL
from bot.ledger.worker import Finish, Worker
from bot.models import Job
from storage import jobs, leases
from storage.database import Database
from storage.migrate import upgrade
from tests.doors.doors_kit import eventually
from tests.ledger.ledger_kit import Shop


class Hands:
    """Handlers that do as they are told; `did` is the ledger of their effects."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.jobs: list[Job] = []
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def do(self, job: Job) -> Finish:
        """Take effect, or fail as told."""
        self.jobs.append(job)
        if self.failure is not None:
            raise self.failure
        self.did.append(job.key)
        return Finish({"did": job.key})

    async def wait(self, job: Job) -> Finish:
        """Take effect once the gate opens."""
        self.jobs.append(job)
        await self.gate.wait()
        self.did.append(job.key)
        return Finish()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def shop(database: Database, hands: Hands) -> Shop:
    return Shop(database, do=hands.do, wait=hands.wait)


async def test_a_job_is_done_once_and_its_outcome_kept(shop: Shop, hands: Hands) -> None:
    async with shop.open():
        await shop.ask("do", "a", payload={"x": 1})
        row = await shop.when("a", state="done")
    assert hands.did == ["a"]
    assert hands.jobs[0].payload == {"x": 1}
    assert row["outcome"] == {"did": "a"}
    assert shop.seen == [("do", "done")]


async def test_what_is_asked_for_while_it_runs_runs_once_more(shop: Shop, hands: Hands) -> None:
    async with shop.open():
        await shop.ask("wait", "a", again=True)
        await eventually(lambda: _some(hands.jobs))
        for _ in range(3):
            await shop.ask("wait", "a", again=True)
        hands.gate.set()
        await shop.when("a", state="done")
    assert hands.did == ["a", "a"]


async def test_jobs_of_one_ordering_never_run_at_once_and_keep_their_order(database: Database) -> None:
    running: Counter[str] = Counter()
    order: dict[str, list[int]] = defaultdict(list)

    async def do(job: Job) -> Finish:
        running[job.ordering] += 1
        assert running[job.ordering] == 1
        for _ in range(random.randint(0, 3)):  # noqa: S311 - any mixture will do
            await asyncio.sleep(0)
        order[job.ordering].append(job.payload["n"])
        running[job.ordering] -= 1
        return Finish()

    shop = Shop(database, do=do)

    def ask(connection: Connection) -> None:
        for number in range(60):
            name = "abcde"[number % 5]
            jobs.enqueue(
                connection, "do", str(number), ordering=name, payload={"n": number}, now=shop.clock.now()
            )

    async with shop.open():
        await database.write(ask)
        for number in range(55, 60):
            await shop.when(str(number), state="done")
    assert dict(order) == {name: list(range(at, 60, 5)) for at, name in enumerate("abcde")}
    assert Counter(result for _, result in shop.seen) == {"done": 60}


async def test_the_urgent_goes_first(shop: Shop, hands: Hands) -> None:
    await shop.ask("do", "housekeeping", priority=jobs.HOUSEKEEPING)
    await shop.ask("do", "message")
    await shop.ask("do", "person", priority=jobs.PERSON)
    async with shop.open(slots=1):
        await shop.when("housekeeping", state="done")
    assert hands.did == ["person", "message", "housekeeping"]


async def test_failures_are_retried_ever_later_with_jitter_and_given_up_at_last(
    shop: Shop, hands: Hands
) -> None:
    hands.failure = RetryLater("the outside was away")
    shares = []
    async with shop.open():
        await shop.ask("do", "a")
        for attempt in range(USUAL.attempts - 1):
            row = await shop.when("a", state="ready", attempts=attempt + 1)
            assert (row["error"], row["suspect"]) == ("the outside was away", False)
            delay = (row["run_at"] - shop.clock.now()).total_seconds()
            longest = min(2.0**attempt, 300.0)
            assert longest / 2 <= delay <= longest
            shares.append(delay / longest)
            await shop.pass_by(delay)
        row = await shop.when("a", state="failed")
    assert "the outside was away" in row["error"]
    assert len(hands.jobs) == USUAL.attempts
    assert max(shares) - min(shares) > 0.05


async def test_a_wait_that_was_asked_for_is_kept_exactly_and_is_no_failure(shop: Shop, hands: Hands) -> None:
    hands.failure = RateLimited("slow down", after=7)
    async with shop.open():
        await shop.ask("do", "a", lane="C1")
        row = await shop.when("a", error="slow down")
        assert (row["run_at"] - shop.clock.now(), row["attempts"]) == (timedelta(seconds=7), 0)
        hands.failure = None
        await shop.ask("do", "same lane", lane="C1")
        await shop.ask("do", "other lane", lane="C2")
        await shop.when("other lane", state="done")
        await shop.pass_by(6.9)
        await shop.ask("do", "witness")
        await shop.when("witness", state="done")
        assert hands.did == ["other lane", "witness"]
        await shop.pass_by(0.1)
        await shop.when("a", state="done")
        await shop.pass_by(1)
        await shop.when("same lane", state="done")


async def test_a_channel_gets_a_burst_and_then_one_a_second(shop: Shop, hands: Hands) -> None:
    async with shop.open():
        for number in range(12):
            await shop.ask("do", f"m{number}", lane="C1")
        await shop.ask("do", "elsewhere", lane="C2")
        await shop.when("elsewhere", state="done")
        await shop.when("m7", state="done")
        assert len(hands.did) == 9
        await shop.pass_by(1)
        await shop.when("m8", state="done")
        assert len(hands.did) == 10


async def test_what_will_never_succeed_is_parked_with_its_reason(shop: Shop, hands: Hands) -> None:
    hands.failure = Permanent("Slack refused: is_archived", code="is_archived")
    async with shop.open():
        await shop.ask("do", "a")
        row = await shop.when("a", state="parked")
        assert row["error"] == "Slack refused: is_archived"
        await shop.ask("unheard-of", "b")
        assert "unheard-of" in (await shop.when("b", state="parked"))["error"]
    assert len(hands.jobs) == 1


async def test_a_crash_is_retried_as_suspect_and_stops_nobody_else(shop: Shop, hands: Hands) -> None:
    hands.failure = ZeroDivisionError("oh")
    async with shop.open():
        await shop.ask("do", "a")
        row = await shop.when("a", state="ready", attempts=1)
        assert (row["error"], row["suspect"]) == ("ZeroDivisionError: oh", True)
        hands.failure = None
        await shop.ask("do", "b")
        await shop.when("b", state="done")
        await shop.pass_by(1)
        await shop.when("a", state="done", suspect=False)
    assert hands.jobs[-1].suspect


async def test_doubt_about_the_last_attempt_outlives_giving_up(shop: Shop, hands: Hands) -> None:
    hands.failure = RetryLater("away")
    async with shop.open():
        await shop.ask("do", "a")
        for attempt in range(USUAL.attempts - 1):
            await shop.when("a", state="ready", attempts=attempt + 1)
            hands.failure = RetryLater("away", ambiguous=attempt == USUAL.attempts - 2)
            await shop.pass_by(300)
        await shop.when("a", state="failed", suspect=True)
        hands.failure = None
        await shop.ask("do", "a", again=True)
        await shop.when("a", state="done")
    assert hands.jobs[-1].suspect


async def test_the_facts_of_a_success_are_written_with_it_or_not_at_all(database: Database) -> None:
    broken = True
    place: Shop

    async def do(_job: Job) -> Finish:
        def work(connection: Connection) -> None:
            jobs.enqueue(connection, "next", "next", now=place.clock.now())
            if broken:
                raise ZeroDivisionError

        return Finish({}, work)

    async def follow(_job: Job) -> Finish:
        return Finish()

    place = Shop(database, do=do, next=follow)
    async with place.open():
        await place.ask("do", "a")
        row = await place.when("a", state="ready", attempts=1)
        assert row["suspect"]
        assert (
            await database.read(lambda found: leases.next_due(found, after=place.clock.now()))
            == row["run_at"]
        )
        broken = False
        await place.pass_by(1)
        await place.when("a", state="done")
        await place.when("next", state="done")


async def test_a_dead_workers_job_is_taken_over_when_its_lease_is_over(shop: Shop, hands: Hands) -> None:
    await shop.ask("do", "a")
    await shop.claimed_elsewhere("a")
    async with shop.open(lease=timedelta(milliseconds=30)):
        await shop.ask("do", "b")
        await shop.when("b", state="done")
        assert (await shop.row("a"))["lease"] == "dead"
        await shop.pass_by(31)
        await shop.when("a", state="done")
    assert [(job.key, job.suspect) for job in hands.jobs] == [("b", False), ("a", True)]


async def test_a_live_worker_keeps_its_lease_however_long_the_job_takes(shop: Shop, hands: Hands) -> None:
    async with shop.open(lease=timedelta(milliseconds=30)):
        await shop.ask("wait", "a")
        first = (await shop.when("a", state="running"))["lease_until"]
        for hours in range(1, 4):
            await shop.pass_by(0.02)
            wanted = first + timedelta(milliseconds=20 * hours)
            row = await shop.when("a", lease_until=wanted)
            assert not row["suspect"]
        hands.gate.set()
        await shop.when("a", state="done")
    assert hands.did == ["a"]


async def test_a_late_finish_after_a_takeover_is_ignored(shop: Shop, hands: Hands) -> None:
    async with shop.open():
        await shop.ask("wait", "a")
        await eventually(lambda: _some(hands.jobs))
        await shop.claimed_elsewhere("a")
        hands.gate.set()
        await shop.ask("do", "b")
        await shop.when("b", state="done")
        row = await shop.row("a")
    assert (row["state"], row["lease"], row["outcome"]) == ("running", "dead", None)


async def test_a_restart_goes_on_where_the_last_process_ended(shop: Shop, hands: Hands) -> None:
    for key in ("waiting", "running"):
        await shop.ask("do", key)
    await shop.claimed_elsewhere("running")
    await shop.database.write(lambda found: leases.take_back(found, expired_by=None))
    async with shop.open():
        await shop.when("waiting", state="done")
        await shop.when("running", state="done")
    assert {job.key: job.suspect for job in hands.jobs} == {"waiting": False, "running": True}


async def test_stopping_finishes_what_is_in_hand_and_begins_nothing(shop: Shop, hands: Hands) -> None:
    async with shop.open(slots=1):
        await shop.ask("wait", "a")
        await eventually(lambda: _some(hands.jobs))
        await shop.ask("do", "b")
        hands.gate.set()
    assert (await shop.row("a"))["state"] == "done"
    assert (await shop.row("b"))["state"] in {"ready", "done"}


async def test_an_outcome_waits_for_the_database_rather_than_be_forgotten(
    sqlite_url: str, hands: Hands
) -> None:
    database = await Database(sqlite_url).open()
    await upgrade(database)
    shop = Shop(database, wait=hands.wait)
    async with shop.open():
        await shop.ask("wait", "a")
        await eventually(lambda: _some(hands.jobs))
        other = sqlite3.connect(str(make_url(sqlite_url).database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        hands.gate.set()
        await eventually(lambda: _some(hands.did))
        assert (await shop.row("a"))["state"] == "running"
        other.execute("ROLLBACK")
        other.close()
        await shop.when("a", state="done")
    assert hands.did == ["a"]
    await database.aclose()


async def test_two_replicas_share_the_work_and_do_each_job_once(postgres_url: str) -> None:
    hands = Hands()
    databases = [await Database(postgres_url).open() for _ in range(2)]
    await upgrade(databases[0])
    shops = [Shop(database, do=hands.do) for database in databases]

    def ask(connection: Connection) -> None:
        for number in range(200):
            jobs.enqueue(connection, "do", f"j{number}", ordering=str(number % 20), now=shops[0].clock.now())

    async with shops[0].open(slots=4), shops[1].open(slots=4):
        await databases[0].write(ask)
        shops[1].worker.wake() if shops[1].worker else None
        for number in range(180, 200):
            await shops[0].when(f"j{number}", state="done")
    assert sorted(hands.did) == sorted(f"j{number}" for number in range(200))
    for lane in range(20):
        mine = [int(key[1:]) for key in hands.did if int(key[1:]) % 20 == lane]
        assert mine == sorted(mine)
    for database in databases:
        await database.aclose()


async def _some(found: Sequence[object]) -> bool:
    return bool(found)


async def test_however_many_claims_meet_no_more_jobs_run_at_once_than_there_are_slots(
    database: Database, shop: Shop, hands: Hands
) -> None:
    worker = Worker(database, shop.clock, {"wait": hands.wait}, slots=2)
    for number in range(6):
        await shop.ask("wait", f"w{number}")
    claims = [await database.write(worker.take) for _ in range(3)]
    for claimed in claims:
        worker.start(claimed)
    for _ in range(10):
        await asyncio.sleep(0)
    assert [len(claimed) for claimed in claims] == [2, 2, 2]
    assert len(hands.jobs) == 2
    hands.gate.set()
    await shop.when("w5", state="done")
    assert sorted(hands.did) == [f"w{number}" for number in range(6)]
    await worker.stop()
