"""How an attempt ends: what is recorded, and who hears that there may be something to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.errors import Permanent
from bot.ledger.worker import Finish
from bot.models import Job
from storage import jobs, leases
from storage.announcements import DELIVERIES, JOBS, PUT_OFF
from storage.database import Database, announce, claimed
from tests.ledger.ledger_kit import Shop

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


class Ear:
    """Claims and ends jobs by hand, and hears what each transaction announces."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._heard: set[str] = set()
        database.on_work = self._heard.update

    def heard(self) -> set[str]:
        """Return what was announced since the last look."""
        heard = set(self._heard)
        self._heard.clear()
        return heard

    async def ask(self, key: str, **wishes: Any) -> None:
        """Enqueue a job of the one ordering that there is."""
        await self.database.write(
            lambda found: jobs.enqueue(found, "k", key, ordering="one", now=NOW, **wishes)
        )

    async def claim(self) -> Job:
        """Claim the one job that is due."""

        def work(connection: Connection) -> list[Job]:
            leases.claiming(connection)
            rows = leases.candidates(connection, now=NOW, limit=9, closed_lanes=())
            return leases.claim(connection, rows, lease="mine", until=NOW + timedelta(seconds=30))

        [job] = await self.database.write(work)
        return job

    async def finish(self, job: Job) -> None:
        """Record a success."""
        assert await self.database.write(lambda found: leases.finish(found, job, now=NOW, outcome={}))


@pytest.fixture
def ear(database: Database) -> Ear:
    return Ear(database)


async def test_the_end_of_a_job_wakes_the_worker_only_if_its_ordering_has_more(ear: Ear) -> None:
    for key in ("a", "b"):
        await ear.ask(key)
    assert ear.heard() == {JOBS}
    await ear.finish(await ear.claim())
    assert ear.heard() == {JOBS}
    await ear.finish(await ear.claim())
    assert ear.heard() == set()


async def test_the_end_of_a_job_that_was_asked_for_meanwhile_wakes_the_worker(ear: Ear) -> None:
    await ear.ask("a")
    job = await ear.claim()
    await ear.ask("a", again=True)
    ear.heard()
    await ear.finish(job)
    assert ear.heard() == {JOBS}


async def test_what_is_put_off_is_told_apart_from_what_is_due(ear: Ear) -> None:
    soon = NOW + timedelta(seconds=1)
    await ear.ask("a")
    job = await ear.claim()
    ear.heard()
    await ear.database.write(
        lambda found: leases.put_back(found, job, run_at=soon, reason="no", counts=True, suspect=False)
    )
    assert ear.heard() == {PUT_OFF}
    await ear.ask("b", run_at=soon)
    assert ear.heard() == {PUT_OFF}


async def test_nobody_hears_of_what_was_added_and_taken_at_once(ear: Ear) -> None:
    def work(connection: Connection) -> None:
        announce(connection, JOBS)
        announce(connection, DELIVERIES)
        claimed(connection, JOBS, here=True)

    await ear.database.write(work)
    assert ear.heard() == {DELIVERIES}


async def test_with_more_jobs_than_slots_one_that_ends_makes_room_for_the_next(database: Database) -> None:
    async def do(_job: Job) -> Finish:
        return Finish()

    shop = Shop(database, do=do)

    def ask(connection: Connection) -> None:
        for number in range(30):
            jobs.enqueue(connection, "do", str(number), now=shop.clock.now())

    async with shop.open(slots=2):
        await database.write(ask)
        for number in range(30):
            await shop.when(str(number), state="done")
    assert shop.seen == [("do", "done")] * 30


async def test_a_refusal_stays_one_when_nobody_can_find_out_what_the_job_is_about(database: Database) -> None:
    async def refuse(_job: Job) -> Finish:
        raise Permanent("Slack refused: is_archived")

    shop = Shop(database, do=refuse)
    async with shop.open():
        await shop.ask("do", "a", payload={"pull_id": {"no": "number"}})
        assert (await shop.when("a", state="parked"))["error"] == "Slack refused: is_archived"
    assert shop.seen == [("do", "parked")]
