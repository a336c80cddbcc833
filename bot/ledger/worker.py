"""Carry out the jobs of the ledger: claim, run, record, and try again when the outside was not ready."""

import asyncio
import contextlib
import contextvars
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Connection

from bot.errors import Permanent, RateLimited, RetryLater
from bot.ledger.pacing import Pace, Pacer, SharedPacer
from bot.ledger.policy import USUAL, Policy
from bot.models import Clock, Job, JobState
from storage import leases, names
from storage.database import JOBS, Database, DatabaseUnavailable, claimed, savepoint

# Renewed every third of it, and then looked for what others left: a dead replica's work waits for at most
# four thirds.
LEASE = timedelta(seconds=20)
# In seconds, of the ten that a stop may take: for the jobs in hand, and for handing back the rest.
GRACE, _HANDING_BACK = 6.5, 1.0
# The slow poll behind the wake-ups, in seconds.
_POLL = 5.0
# Lanes open one after the other: looking again for each would be all there is time for.
_SHORTEST_PAUSE = 0.02

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finish:
    """A job's end: what to record, and the facts to write in the same transaction.

    Its `state` is DONE, or AMBIGUOUS when nobody can know whether it took effect and a person must say.
    """

    outcome: Mapping[str, Any] = field(default_factory=dict)
    work: Callable[[Connection], None] | None = None
    state: JobState = JobState.DONE


Runner = Callable[[Job], Awaitable[Finish]]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A kind of job that reads the database first: `load` does so in the transaction that claims the job."""

    load: Callable[[Connection, Job], T]
    run: Callable[[Job, T], Awaitable[Finish]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours for the length of its lease, and how to carry it out."""

    job: Job
    run: Runner


class Worker:
    """Claims due jobs into a bounded number of tasks; `observe` hears (kind, result) of each attempt.

    `paces` are those of the lanes that are no channel's.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Runner | Loaded[Any]],
        *,
        policies: Mapping[str, Policy] = MappingProxyType({}),
        paces: Mapping[str, Pace] = MappingProxyType({}),
        slots: int = 32,
        lease: timedelta = LEASE,
        observe: Callable[[str, str], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handlers = handlers
        self._policies = policies
        self._slots = slots
        # Several claims may be on their way at once, each as large as there are free slots.
        self._slot = asyncio.Semaphore(slots)
        self._lease = lease
        self._observe = observe
        self._pacer = (Pacer if database.is_sqlite else SharedPacer)(special=paces)
        self._woken = asyncio.Event()
        self._stopping = False
        self._is_behind = False  # more was due than there were free slots
        self._ended = asyncio.Event()
        self._ended.set()
        self._running: dict[asyncio.Task[None], Job] = {}

    def wake(self) -> None:
        """Look for due jobs now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped."""
        self._ended.clear()
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(self._renew())
            while not self._stopping:
                try:
                    pause = await self._claim()
                except DatabaseUnavailable as error:
                    log.warning("ledger.unavailable", error=str(error))
                    pause = 1.0
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), pause)
            self._ended.set()
            renewing.cancel()

    async def stop(self, grace: float = GRACE) -> None:
        """Claim nothing more, finish what is in hand within `grace` seconds, and hand the rest to others."""
        self._stopping = True
        self.wake()
        begin = time.monotonic()
        with contextlib.suppress(TimeoutError):  # what is being claimed right now is in hand too
            await asyncio.wait_for(self._ended.wait(), grace)
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=max(grace - (time.monotonic() - begin), 0))
        unfinished = [self._running[task] for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if unfinished:
            log.warning("ledger.handed_back", jobs=[job.id for job in unfinished])
            # If the database is away too, their leases end by themselves.
            with contextlib.suppress(DatabaseUnavailable, TimeoutError):
                await asyncio.wait_for(
                    self._database.write(lambda connection: leases.hand_back(connection, unfinished)),
                    _HANDING_BACK,
                )

    def take(self, connection: Connection) -> list[Claim]:
        """Claim due jobs, as many as there are free slots, in the caller's transaction."""
        claims: list[Claim] = []
        free = 0 if self._stopping else self._slots - len(self._running)
        self._is_behind = True
        if free <= 0:
            return claims
        leases.claiming(connection)
        self._pacer.begin()
        held_back = 0
        while free > len(claims):
            now, wanted = self._clock.now(), free - len(claims)
            moment = now.timestamp()
            closed = self._pacer.closed(moment)
            rows = leases.candidates(connection, now=now, limit=wanted, closed_lanes=closed)
            self._pacer.look(connection, {row["lane"] for row in rows if row["lane"]}, moment)
            # What the pace of its lane holds back leaves room for others.
            open_ = [row for row in rows if row["lane"] is None or self._pacer.take(row["lane"], moment)]
            taken = leases.claim(connection, open_, lease=secrets.token_hex(8), until=now + self._lease)
            claims += [Claim(job, self._prepare(connection, job)) for job in taken]
            held_back += len(closed) + len(rows) - len(open_)
            if len(rows) < wanted:
                self._is_behind = False
                claimed(connection, JOBS, here=not held_back)
                break
        self._pacer.end(connection)
        return claims

    def start(self, claims: Sequence[Claim]) -> None:
        """Carry out what was claimed, once its leases are durable."""
        for claim in claims:
            # In a context of its own: what it is started from may speak of another job or delivery.
            task = asyncio.create_task(self._carry_out(claim), context=contextvars.Context())
            self._running[task] = claim.job
            task.add_done_callback(self._done)

    async def _claim(self) -> float:
        """Start due jobs; return for how many seconds nothing more is due."""
        self._woken.clear()
        if len(self._running) >= self._slots:
            self._is_behind = True
            return _POLL
        now = self._clock.now()
        claims, due = await self._database.write(
            lambda connection: (self.take(connection), leases.next_due(connection, after=now))
        )
        self.start(claims)
        if self._is_behind and len(self._running) < self._slots:
            return 0.0
        moments = [due.timestamp() if due else None, self._pacer.opens(now.timestamp())]
        soonest = min((moment for moment in moments if moment is not None), default=None)
        if soonest is None:
            return _POLL
        return min(max(soonest - self._clock.now().timestamp(), _SHORTEST_PAUSE), _POLL)

    def _prepare(self, connection: Connection, job: Job) -> Runner:
        """Let the job's kind read what it needs; what goes wrong with that is the job's failure alone."""
        handler = self._handlers.get(job.kind)
        if handler is None:
            return _failing(Permanent(f"no feature answers jobs of kind {job.kind}"))
        if not isinstance(handler, Loaded):
            return handler
        try:
            with savepoint(connection):
                loaded = handler.load(connection, job)
        except Exception as error:  # noqa: BLE001 - told when the job runs
            return _failing(error)
        run = handler.run
        return lambda job: run(job, loaded)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if self._is_behind:
            self.wake()

    async def _carry_out(self, claim: Claim) -> None:
        job = claim.job
        structlog.contextvars.bind_contextvars(**_about(job))
        try:
            finish = await self._run(claim)
        except RetryLater as error:
            record, result = self._retry(job, error)
        except Permanent as error:
            record, result = self._stop(job, JobState.PARKED, str(error)), "parked"
        except DatabaseUnavailable as error:
            record, result = self._retry(job, RetryLater(str(error), counts=False, ambiguous=job.suspect))
        except Exception as error:
            log.exception("job.crashed", job=job.id, kind=job.kind, key=job.key)
            record, result = self._retry(job, RetryLater(f"{type(error).__name__}: {error}", ambiguous=True))
        else:
            record, result = self._finish(job, finish), finish.state.value
        if self._observe:
            self._observe(job.kind, result)
        await self._record(job, record)

    async def _run(self, claim: Claim) -> Finish:
        try:
            async with self._slot:
                return await claim.run(claim.job)
        except Exception:
            await self._name(claim.job)
            raise

    async def _name(self, job: Job) -> None:
        """Let what is logged from here on say what people know the job by, if that can be found out."""
        with contextlib.suppress(Exception):  # what it is asked for upon matters more
            known = await self._database.read(lambda connection: names.of_job(connection, job))
            structlog.contextvars.bind_contextvars(**known)

    def _retry(self, job: Job, error: RetryLater) -> tuple[Callable[[Connection], bool], str]:
        policy = self._policies.get(job.kind, USUAL)
        if error.counts and job.attempts + 1 >= policy.attempts:
            reason = f"gave up after {policy.attempts} attempts: {error}"
            return self._stop(job, JobState.FAILED, reason, suspect=error.ambiguous), "failed"
        now, delay = self._clock.now(), error.after
        if delay is None:
            delay = policy.delay(job.attempts)
        run_at, reason = now + timedelta(seconds=delay), str(error)
        closed = job.lane if isinstance(error, RateLimited) else None
        if closed:
            self._pacer.close(closed, now.timestamp(), run_at.timestamp())
        log.info("job.retry", job=job.id, kind=job.kind, key=job.key, reason=reason, after=round(delay, 2))

        def record(connection: Connection) -> bool:
            held = leases.put_back(
                connection,
                job,
                run_at=run_at,
                reason=reason,
                counts=error.counts,
                suspect=error.ambiguous or job.suspect,
            )
            if closed:
                self._pacer.keep_closed(connection, closed, now.timestamp(), run_at.timestamp())
            return held

        return record, "retried"

    def _stop(
        self, job: Job, state: JobState, reason: str, *, suspect: bool = False
    ) -> Callable[[Connection], bool]:
        log.warning("job.stopped", state=state.value, job=job.id, kind=job.kind, key=job.key, reason=reason)
        now = self._clock.now()
        return lambda connection: leases.stop(connection, job, state, now=now, reason=reason, suspect=suspect)

    def _finish(self, job: Job, finish: Finish) -> Callable[[Connection], bool]:
        now = self._clock.now()

        def record(connection: Connection) -> bool:
            held = leases.finish(connection, job, now=now, outcome=finish.outcome, state=finish.state)
            if held and finish.work:
                finish.work(connection)
            return held

        return record

    async def _record(self, job: Job, record: Callable[[Connection], bool]) -> None:
        """Write the outcome down, however long the database takes: a forgotten one would be looked up."""
        crashed = False
        while not crashed:
            try:
                if not await self._database.write_together(record):
                    await self._name(job)
                    log.warning("job.lease_lost", job=job.id, kind=job.kind, key=job.key)
            except DatabaseUnavailable as error:
                log.warning("job.unrecorded", job=job.id, error=str(error))
                await asyncio.sleep(1)
            except Exception as error:
                log.exception("job.record_crashed", job=job.id, kind=job.kind, key=job.key)
                crashed, again = True, RetryLater(f"{type(error).__name__}: {error}", ambiguous=True)
                record, _ = self._retry(job, again)
                with contextlib.suppress(DatabaseUnavailable):
                    await self._database.write(record)
            else:
                return

    async def _renew(self) -> None:
        """Keep the leases of the jobs in hand, and take over those of workers that are gone."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            now, held = self._clock.now(), list(self._running.values())

            def renew(connection: Connection, now: datetime = now, held: list[Job] = held) -> None:
                if held:
                    leases.renew(connection, held, until=now + self._lease)
                leases.take_back(connection, expired_by=now)

            with contextlib.suppress(DatabaseUnavailable):
                await self._database.write(renew)


def _about(job: Job) -> dict[str, Any]:
    """Return what every line that is logged on the way of a job should say."""
    about = {"job": job.id, "kind": job.kind, "key": job.key}
    return about | ({"delivery_id": job.delivery_id} if job.delivery_id is not None else {})


def _failing(error: Exception) -> Runner:
    async def fail(_job: Job) -> Finish:
        raise error

    return fail
