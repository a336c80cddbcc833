"""The ledger's table, on each kind of database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot.models import Job
from storage import jobs, leases
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import jobs as table

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)


class Ledger:
    """The ledger with one worker, at a time that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.leases = 0

    async def ask(self, key: str, **wishes: Any) -> None:
        """Enqueue a job."""
        await self.database.write(lambda found: jobs.enqueue(found, "k", key, now=self.now, **wishes))

    async def take(self, *, limit: int = 10, closed: Sequence[str] = ()) -> list[Job]:
        """Claim what is due."""
        self.leases += 1

        def work(connection: Connection) -> list[Job]:
            leases.claiming(connection)
            rows = leases.candidates(connection, now=self.now, limit=limit, closed_lanes=closed)
            return leases.claim(connection, rows, lease=f"lease {self.leases}", until=self.now + LEASE)

        return await self.database.write(work)

    async def keys(self, **limits: Any) -> list[str]:
        """Claim what is due and return its keys."""
        return [job.key for job in await self.take(**limits)]

    async def finish(self, job: Job) -> bool:
        """Record a success."""
        return await self.database.write(
            lambda found: leases.finish(found, job, now=self.now, outcome={"x": 1})
        )

    async def put_back(self, job: Job, *, after: timedelta = SECOND, counts: bool = True) -> bool:
        """Record that the job must be tried again."""
        at = self.now + after
        return await self.database.write(
            lambda found: leases.put_back(found, job, run_at=at, reason="no", counts=counts, suspect=True)
        )

    async def stop(self, job: Job, state: str = "parked") -> bool:
        """Take the job out of work."""
        return await self.database.write(
            lambda found: leases.stop(found, job, state, now=self.now, reason="no")
        )

    async def take_back(self, expired_by: datetime | None) -> int:
        """Take over what others left."""
        return await self.database.write(lambda found: leases.take_back(found, expired_by=expired_by))

    async def row(self, key: str) -> RowMapping:
        """Return a job's row."""
        query = select(table).where(table.c.key == key)
        return await self.database.read(lambda found: found.execute(query).mappings().one())

    async def read(self, look: Callable[[Connection], Any]) -> Any:
        """Read something."""
        return await self.database.read(look)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


async def test_a_key_is_one_job_and_the_first_word_counts(ledger: Ledger) -> None:
    await ledger.ask("a", payload={"n": 1})
    await ledger.ask("a", payload={"n": 2})
    (job,) = await ledger.take()
    assert (job.payload, job.wanted, job.attempts, job.suspect, job.ordering) == ({"n": 1}, 1, 0, False, "a")
    assert await ledger.finish(job)
    await ledger.ask("a")
    assert not await ledger.take()
    assert (await ledger.row("a"))["outcome"] == {"x": 1}


async def test_asking_again_while_it_waits_is_one_run_with_the_latest_wish(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        await ledger.ask("a", again=True, payload={"n": number})
    (job,) = await ledger.take()
    assert (job.payload, job.wanted) == ({"n": 3}, 3)
    assert await ledger.finish(job)
    assert (await ledger.row("a"))["state"] == "done"
    assert not await ledger.take()


async def test_what_was_asked_for_meanwhile_is_due_at_the_moment_of_the_end(ledger: Ledger) -> None:
    ledger.now = NOW + timedelta(microseconds=123_456)
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    await ledger.ask("a", again=True)
    assert await ledger.finish(job)
    assert await ledger.keys() == ["a"]


async def test_asking_again_while_it_runs_is_one_more_run(ledger: Ledger) -> None:
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    await ledger.ask("a", again=True)
    await ledger.ask("a", again=True)
    assert not await ledger.take()
    assert await ledger.finish(job)
    (second,) = await ledger.take()
    assert await ledger.finish(second)
    assert not await ledger.take()


@pytest.mark.parametrize("state", ["done", "parked", "failed"])
async def test_asking_again_after_its_end_makes_it_ready_with_fresh_attempts(
    ledger: Ledger, state: str
) -> None:
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    await ledger.put_back(job, after=timedelta())
    (job,) = await ledger.take()
    assert job.attempts == 1
    await (ledger.finish(job) if state == "done" else ledger.stop(job, state))
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    assert job.attempts == 0


async def test_what_is_asked_for_while_it_fails_for_good_runs_once_more(ledger: Ledger) -> None:
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    await ledger.ask("a", again=True)
    assert await ledger.stop(job)
    (second,) = await ledger.take()
    assert await ledger.stop(second)
    assert (await ledger.row("a"))["state"] == "parked"


async def test_an_again_does_not_bring_a_retry_forward_but_may_make_it_more_urgent(ledger: Ledger) -> None:
    await ledger.ask("a", again=True)
    (job,) = await ledger.take()
    await ledger.put_back(job, after=60 * SECOND)
    await ledger.ask("a", again=True, priority=jobs.PERSON)
    assert not await ledger.take()
    assert (await ledger.row("a"))["priority"] == jobs.PERSON
    ledger.now += 60 * SECOND
    assert await ledger.keys() == ["a"]


async def test_jobs_of_one_ordering_run_one_at_a_time_and_in_order(ledger: Ledger) -> None:
    for key in ("a1", "b1", "a2", "b2", "a3"):
        await ledger.ask(key, ordering=key[0], priority=jobs.PERSON if key == "a3" else jobs.MESSAGE)
    first = await ledger.take()
    assert [job.key for job in first] == ["a1", "b1"]
    assert not await ledger.take()
    await ledger.put_back(first[0], after=60 * SECOND)
    await ledger.finish(first[1])
    assert await ledger.keys() == ["b2"]  # a1 waits for its retry, and the others for a1
    ledger.now += 60 * SECOND
    (again,) = await ledger.take()
    await ledger.stop(again)
    assert await ledger.keys() == ["a2"]


async def test_an_earlier_job_asked_for_again_waits_for_the_later_one_that_runs(ledger: Ledger) -> None:
    await ledger.ask("a1", ordering="a")
    await ledger.finish((await ledger.take())[0])
    await ledger.ask("a2", ordering="a")
    (later,) = await ledger.take()
    await ledger.ask("a1", ordering="a", again=True)
    assert not await ledger.take()
    await ledger.finish(later)
    assert await ledger.keys() == ["a1"]


async def test_people_come_before_messages_and_messages_before_housekeeping(ledger: Ledger) -> None:
    for priority in (jobs.HOUSEKEEPING, jobs.MESSAGE, jobs.PERSON):
        await ledger.ask(str(priority), priority=priority)
        ledger.now += SECOND
    assert await ledger.keys(limit=2) == [str(jobs.PERSON), str(jobs.MESSAGE)]


async def test_a_closed_lane_holds_up_only_itself(ledger: Ledger) -> None:
    for lane in ("C1", "C2", None):
        await ledger.ask(f"in {lane}", lane=lane)
    assert await ledger.keys(closed=["C1"]) == ["in C2", "in None"]
    assert await ledger.keys() == ["in C1"]


async def test_nothing_runs_before_its_time_and_the_next_time_is_known(ledger: Ledger) -> None:
    await ledger.ask("later", run_at=NOW + 5 * SECOND)
    assert not await ledger.take()
    assert await ledger.read(lambda found: leases.next_due(found, after=NOW)) == NOW + 5 * SECOND
    ledger.now += 7 * SECOND
    assert await ledger.keys() == ["later"]
    assert await ledger.read(lambda found: leases.next_due(found, after=NOW)) is None


async def test_an_expired_lease_is_taken_over_as_suspect_and_a_kept_one_is_not(ledger: Ledger) -> None:
    await ledger.ask("lost")
    await ledger.ask("kept")
    lost, kept = await ledger.take()
    ledger.now += LEASE - SECOND
    until = ledger.now + LEASE
    await ledger.database.write(lambda found: leases.renew(found, [kept], until=until))
    assert await ledger.take_back(ledger.now) == 0
    ledger.now += 2 * SECOND
    assert await ledger.take_back(ledger.now) == 1
    (again,) = await ledger.take()
    assert (again.key, again.suspect) == ("lost", True)
    assert [lost.suspect, kept.suspect] == [False, False]


async def test_whoever_lost_the_lease_can_record_nothing_any_more(ledger: Ledger) -> None:
    await ledger.ask("a")
    (lost,) = await ledger.take()
    assert await ledger.take_back(None) == 1
    for late in (ledger.finish(lost), ledger.put_back(lost), ledger.stop(lost)):
        assert await late is False
    (again,) = await ledger.take()
    for late in (ledger.finish(lost), ledger.put_back(lost), ledger.stop(lost)):
        assert await late is False
    await ledger.database.write(lambda found: leases.renew(found, [lost], until=NOW + 9 * LEASE))
    row = await ledger.row("a")
    assert (row["state"], row["lease"], row["lease_until"]) == ("running", again.lease, NOW + LEASE)
    assert await ledger.finish(again)
    assert await ledger.finish(again) is False


async def test_only_what_counts_counts_as_an_attempt_and_suspicion_ends_with_success(ledger: Ledger) -> None:
    await ledger.ask("a", again=True)
    for counts, attempts in ((True, 1), (False, 1), (True, 2)):
        (job,) = await ledger.take()
        await ledger.put_back(job, after=timedelta(), counts=counts)
        row = await ledger.row("a")
        assert (row["attempts"], row["suspect"], row["error"]) == (attempts, True, "no")
    (job,) = await ledger.take()
    await ledger.finish(job)
    row = await ledger.row("a")
    assert (row["attempts"], row["suspect"], row["error"]) == (0, False, None)


async def test_what_stopped_is_listed_with_its_reason_the_latest_first(ledger: Ledger) -> None:
    for key, state in (("a", "parked"), ("b", "failed"), ("c", "done")):
        await ledger.ask(key)
        (job,) = await ledger.take()
        ledger.now += SECOND
        await (ledger.finish(job) if state == "done" else ledger.stop(job, state))
    rows = await ledger.read(lambda found: jobs.stopped(found, limit=5))
    assert [(row["key"], row["state"], row["error"]) for row in rows] == [
        ("b", "failed", "no"),
        ("a", "parked", "no"),
    ]


async def test_two_replicas_never_claim_two_jobs_of_one_ordering(postgres_url: str, postgres: Ledger) -> None:
    await postgres.ask("a1", ordering="a")
    await postgres.finish((await postgres.take())[0])
    await postgres.ask("a2", ordering="a")
    other = create_async_engine(postgres_url)
    async with other.begin() as connection:
        # Another replica claims the later job, and before it commits the earlier one is asked for again.
        await connection.run_sync(leases.claiming)
        rows = await connection.run_sync(
            lambda found: leases.candidates(found, now=NOW, limit=9, closed_lanes=())
        )
        assert [row["key"] for row in rows] == ["a2"]
        await connection.run_sync(lambda found: leases.claim(found, rows, lease="other", until=NOW + LEASE))
        await postgres.ask("a1", ordering="a", again=True)
        taking = asyncio.create_task(postgres.take())
        done, _ = await asyncio.wait({taking}, timeout=0.2)
        assert not done
    assert await taking == []
    await other.dispose()


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Ledger]:
    database = await Database(postgres_url).open()
    await upgrade(database)
    yield Ledger(database)
    await database.aclose()
