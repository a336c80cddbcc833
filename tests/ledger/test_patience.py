"""How often each kind of job is tried, how it ends, and what a stop leaves behind."""

import asyncio

import pytest

from bot.errors import RateLimited, RetryLater
from bot.ledger.policy import MAIL, PERSON, USUAL, Policy
from bot.ledger.worker import LEASE, Finish
from bot.models import Job, JobState
from handlers import FEATURES
from storage import jobs
from storage.database import Database
from storage.migrate import upgrade
from tests.ledger.ledger_kit import Shop


async def _fail(_job: Job) -> Finish:
    raise RetryLater("the outside was away")


async def _limited(_job: Job) -> Finish:
    raise RateLimited("slow down", after=60)


async def _unknown(_job: Job) -> Finish:
    return Finish({"mail": "ambiguous"}, state=JobState.AMBIGUOUS)


async def _done(job: Job) -> Finish:
    return Finish({"did": job.key, "suspect": job.suspect})


async def _for_ever(_job: Job) -> Finish:
    await asyncio.Event().wait()
    return Finish()


async def test_a_kind_is_given_up_after_as_many_attempts_as_its_policy_says(database: Database) -> None:
    shop = Shop(database, hasty=_fail, patient=_fail)
    async with shop.open(policies={"hasty": Policy(first=2.0, longest=3.0, attempts=3)}):
        await shop.ask("hasty", "h")
        for attempt in (1, 2):
            row = await shop.when("h", attempts=attempt)
            delay = (row["run_at"] - shop.clock.now()).total_seconds()
            assert min(2.0**attempt, 3.0) / 2 <= delay <= min(2.0**attempt, 3.0)
            await shop.pass_by(3.0)
        await shop.ask("patient", "p")
        assert "gave up after 3 attempts" in (await shop.when("h", state="failed"))["error"]
        for attempt in range(1, 5):
            assert (await shop.when("p", attempts=attempt))["state"] == "ready"
            await shop.pass_by(8.0)


@pytest.mark.parametrize(
    ("policy", "shortest", "longest"), [(PERSON, 20, 120), (USUAL, 900, 3600), (MAIL, 36_000, 129_600)]
)
def test_the_patience_of_a_policy_in_seconds(policy: Policy, shortest: float, longest: float) -> None:
    waits = [policy.delay(attempt) for attempt in range(policy.attempts - 1)]
    assert shortest < sum(waits) < longest


def test_every_policy_belongs_to_a_kind_that_its_feature_answers() -> None:
    for feature in FEATURES:
        assert set(feature.policies) <= set(feature.jobs), feature.name


async def test_what_nobody_can_know_stays_ambiguous_until_a_person_settles_it(database: Database) -> None:
    shop = Shop(database, unknown=_unknown)
    async with shop.open():
        await shop.ask("unknown", "a")
        row = await shop.when("a", state="ambiguous")
        assert row["outcome"] == {"mail": "ambiguous"}
        assert row["finished_at"] == shop.clock.now()
        assert await database.read(jobs.stopped_counts) == {"ambiguous": 1}
        assert await database.read(jobs.stopped) == []
        await database.write(lambda found: jobs.settle(found, "a"))
        assert (await shop.row("a"))["state"] == "done"
        await shop.ask("unknown", "a", again=True)
        await shop.when("a", state="ambiguous")


async def test_a_stop_hands_back_at_once_what_it_breaks_off(database: Database) -> None:
    shop = Shop(database, endless=_for_ever, do=_done)
    shop.grace = 0.05
    async with shop.open():
        await shop.ask("endless", "a")
        await shop.when("a", state="running")
        await shop.ask("endless", "waits", ordering="a")
    row = await shop.row("a")
    assert (row["state"], row["lease"], row["suspect"], row["attempts"]) == ("ready", None, True, 0)
    assert (await shop.row("waits"))["suspect"] is False
    shop.handlers["endless"] = _done
    async with shop.open():
        assert (await shop.when("a", state="done"))["outcome"] == {"did": "a", "suspect": True}


async def test_replicas_keep_one_pace_together(postgres_url: str) -> None:
    databases = [await Database(postgres_url).open() for _ in range(2)]
    await upgrade(databases[0])
    shops = [Shop(database, do=_done) for database in databases]
    shops[1].clock = shops[0].clock
    for number in range(20):
        await shops[0].ask("do", f"m{number:02}", lane="C1")

    async def counted(done: int) -> None:
        for shop in shops:
            await shop.ask("do", f"witness {done} {id(shop)}")
            await shop.when(f"witness {done} {id(shop)}", state="done")
        finished = [(await shops[0].row(f"m{number:02}"))["state"] for number in range(20)].count("done")
        assert finished == done

    async with shops[0].open(slots=2), shops[1].open(slots=2):
        await shops[0].when("m07", state="done")
        await counted(8)
        for passed in (1, 2, 3):
            await shops[0].pass_by(1)
            await shops[1].pass_by(0)
            await shops[0].when(f"m{7 + passed:02}", state="done")
            await counted(8 + passed)
    for database in databases:
        await database.aclose()


async def test_a_lane_that_one_replica_was_told_to_leave_alone_is_closed_for_all(postgres_url: str) -> None:
    databases = [await Database(postgres_url).open() for _ in range(2)]
    await upgrade(databases[0])
    shops = [Shop(databases[0], limited=_limited), Shop(databases[1], do=_done)]
    shops[1].clock = shops[0].clock
    async with shops[0].open():
        await shops[0].ask("limited", "a", lane="C1")
        await shops[0].when("a", error="slow down")
    async with shops[1].open():
        await shops[1].ask("do", "b", lane="C1")
        await shops[1].ask("do", "elsewhere", lane="C2")
        await shops[1].when("elsewhere", state="done")
        await shops[1].pass_by(59.5)
        await shops[1].ask("do", "witness")
        await shops[1].when("witness", state="done")
        assert (await shops[1].row("b"))["state"] == "ready"
        await shops[1].pass_by(0.5)
        await shops[1].when("b", state="done")
    for database in databases:
        await database.aclose()


def test_a_dead_replicas_work_is_taken_over_within_half_a_minute() -> None:
    # Leases are renewed, and those of the dead looked for, every third of a lease.
    assert LEASE.total_seconds() * 4 / 3 <= 30
