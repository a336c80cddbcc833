"""The composition root: builds every part, starts it, and stops it in the opposite order."""

import asyncio
import contextlib
import fcntl
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, RowMapping

from bot.clients.github import DeviceFlow, GitHub
from bot.clients.llm import Llm
from bot.clients.mail import LANE, Mailer
from bot.clients.observe import Observe
from bot.clients.slack import Slack
from bot.config import Settings
from bot.context import Context
from bot.errors import ConfigurationError, PatchForgeError
from bot.health import Health
from bot.inbox.processor import Processor
from bot.inbox.receiver import Inbox
from bot.ledger.pacing import Pace
from bot.ledger.policy import GUARDED, Policy
from bot.ledger.worker import GRACE, Finish, Loaded, Runner, Worker
from bot.mails.templates import load
from bot.messages.show import Renderer, Shower
from bot.metrics import Metrics
from bot.models import Clock, Job, SlackMessage, SystemClock
from bot.reminders.zones import warm
from handlers import FEATURES
from handlers.feature import Feature, Render
from handlers.github import GitHubDoor
from handlers.slack import SlackDoor
from storage import jobs, leases
from storage.database import DELIVERIES, Database, DatabaseUnavailable
from storage.listener import Listener
from storage.messages import SHOW
from storage.migrate import SchemaTooNew, upgrade

# In seconds. Slack answers in well under one; a call that takes longer is looked up before it is repeated.
_SLACK_TIMEOUT = 15.0
# For a part that was told to stop, in seconds.
_LAST_TASK = 0.5
# For requests at hand when the bot stops; what is not answered GitHub is asked for again.
_LAST_REQUESTS = 1.0

log = structlog.stdlib.get_logger(__name__)


async def run(
    settings: Settings, features: Sequence[Feature] = FEATURES, *, clock: Clock | None = None
) -> None:
    """Run the bot until it is told to stop."""
    settings.require_run()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with started(settings, features, clock=clock) as address:
        log.info("ready", address=address)
        await stop.wait()
        log.info("stopping")


@contextlib.asynccontextmanager
async def started(
    settings: Settings,
    features: Sequence[Feature] = FEATURES,
    *,
    slack_timeout: float = _SLACK_TIMEOUT,
    clock: Clock | None = None,
) -> AsyncIterator[str]:
    """Start every part and yield the HTTP door's address; leaving stops them all.

    Without a `clock` it goes by the machine's own.
    """
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        database = await _database(stack, settings)
        await _require_port(settings)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=slack_timeout), cookie_jar=aiohttp.DummyCookieJar()
            )
        )
        metrics = Metrics()
        context = await _context(stack, settings, clock, database, session, observe=metrics.call)
        worker = Worker(
            database,
            clock,
            _runners(context, features),
            policies=_policies(features),
            paces={LANE: Pace(settings.smtp_per_second, settings.smtp_per_second)},
            observe=metrics.job,
        )
        listeners = {feature.name: feature.on_change for feature in features if feature.on_change}
        processor = Processor(
            database,
            clock,
            listeners,
            claim=worker.take,
            start=worker.start,
            senders=lambda: inbox.unanswered,
        )
        inbox = Inbox(database, process=processor.round, start=worker.start)

        def wake(work: frozenset[str]) -> None:
            if DELIVERIES in work:
                processor.wake()
            if work - {DELIVERIES}:
                worker.wake()

        database.on_work = wake
        slack_door = SlackDoor(context, features, session)
        health = Health(database, clock, lambda: slack_door.trouble)
        github_door = GitHubDoor(context, inbox, metrics, health)
        _task(stack, asyncio.to_thread(warm))  # before anybody names a zone
        await slack_door.connect()
        for part in (worker.run(), slack_door.watch(), slack_door.keep_alive()):
            _task(stack, part)
        processing = _task(stack, processor.run())
        if not database.is_sqlite:
            listener = Listener(database, wake)
            _task(stack, listener.run())
            stack.callback(listener.stop)

        async def finish() -> None:
            processor.stop()
            await asyncio.wait({processing}, timeout=_LAST_REQUESTS)  # it claims jobs for the worker
            await asyncio.gather(worker.stop(), slack_door.stop(GRACE))

        stack.push_async_callback(finish)
        _scheduler(stack, context, features)
        yield await _listen(stack, github_door, settings)


async def _database(stack: contextlib.AsyncExitStack, settings: Settings) -> Database:
    database = Database(settings.database_url)
    try:
        if database.is_sqlite:
            stack.enter_context(_only_process(database))
        await database.open()
        stack.push_async_callback(database.aclose)
        await upgrade(database)
    except SchemaTooNew as error:
        raise ConfigurationError(f"DATABASE_URL: {error}") from None
    except (DatabaseUnavailable, OSError) as error:
        raise ConfigurationError(f"DATABASE_URL: the database cannot be opened: {_line(error)}") from None
    if database.is_sqlite:
        # Nobody else can hold a lease on this file: what runs was left by a process that is gone.
        await database.write(lambda connection: leases.take_back(connection, expired_by=None))
    return database


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


@contextlib.contextmanager
def _only_process(database: Database) -> Iterator[None]:
    """Hold the SQLite file's lock; raises ConfigurationError when another process has it."""
    path = Path(f"{database.url.database}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigurationError(
                f"DATABASE_URL: another PatchForge uses {database.url.database}; replicas need PostgreSQL"
            ) from None
        yield


async def _context(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    clock: Clock,
    database: Database,
    session: aiohttp.ClientSession,
    *,
    observe: Observe,
) -> Context:
    assert settings.slack_bot_token  # noqa: S101 - require_run() looked
    token = settings.slack_bot_token.get_secret_value()
    slack = Slack(session, token=token, base_url=settings.slack_api_url, observe=observe)
    try:
        identity = await slack.identify()
    except PatchForgeError as error:
        raise ConfigurationError(f"SLACK_BOT_TOKEN: {error}; is SLACK_API_URL right?") from None
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=20, follow_redirects=True))
    mailer = Mailer.from_settings(settings, observe)
    if mailer is not None:
        stack.push_async_callback(mailer.aclose)
    return Context(
        settings=settings,
        clock=clock,
        database=database,
        slack=slack,
        github=GitHub.from_settings(settings, http, clock, observe),
        device_flow=DeviceFlow.from_settings(settings, http, observe),
        llm=Llm.from_settings(settings, http, observe),
        mailer=mailer,
        templates=load(settings.mail_templates),
        bot_user=identity["user_id"],
        workspace_url=str(identity.get("url") or "https://slack.com").rstrip("/"),
    )


def _runners(context: Context, features: Sequence[Feature]) -> dict[str, Runner | Loaded[Any]]:
    """Bind every feature's job kinds to the context, and the showing of messages to their renderers."""
    renderers: dict[str, Renderer] = {}
    runners: dict[str, Runner | Loaded[Any]] = {}
    for feature in features:
        for kind, render in feature.messages.items():
            renderers[kind] = _renderer(context, render)
        for kind, handler in feature.jobs.items():
            runners[kind] = _runner(context, handler)
    shower = Shower(context.database, context.slack, context.clock, renderers)
    return {**runners, SHOW: Loaded(shower.look, shower.show)}


def _policies(features: Sequence[Feature]) -> dict[str, Policy]:
    policies = {kind: policy for feature in features for kind, policy in feature.policies.items()}
    return {**policies, SHOW: GUARDED}


def _renderer(context: Context, render: Callable[[Render], SlackMessage]) -> Renderer:
    def bound(connection: Connection, row: RowMapping, now: datetime) -> SlackMessage:
        return render(Render(context, connection, row, now))

    return bound


def _runner(context: Context, handler: Callable[[Context, Job], Awaitable[Finish]]) -> Runner:
    async def bound(job: Job) -> Finish:
        return await handler(context, job)

    return bound


def _task(stack: contextlib.AsyncExitStack, part: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a part in the background, and wait for its end when the stack unwinds.

    A part that dies takes the whole process along: the supervisor starts a fresh one.
    """
    task, owner = asyncio.create_task(part), asyncio.current_task()

    def report(done: asyncio.Task[None]) -> None:
        if not done.cancelled() and (error := done.exception()):
            log.critical("part.died", error=repr(error), exc_info=error)
            if owner is not None:
                owner.cancel()

    task.add_done_callback(report)

    async def finish() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(task, _LAST_TASK)

    stack.push_async_callback(finish)
    return task


def _scheduler(stack: contextlib.AsyncExitStack, context: Context, features: Sequence[Feature]) -> None:
    """Let the clock ask for jobs; the key holds the tick's number, so that replicas cannot double it."""
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def ask(kind: str, name: object, *, again: bool = False) -> None:
        now = context.clock.now()
        await context.database.write(
            lambda connection: jobs.enqueue(
                connection, kind, f"{kind}:{name}", now=now, priority=jobs.HOUSEKEEPING, again=again
            )
        )

    async def tick(kind: str, seconds: float) -> None:
        await ask(kind, int(context.clock.now().timestamp() // seconds))

    soon = SystemClock().now() + timedelta(seconds=1)  # as the scheduler's own clock
    for schedule in (schedule for feature in features for schedule in feature.schedules):
        every = schedule.every if isinstance(schedule.every, timedelta) else schedule.every(context.settings)
        if not every:
            continue
        if schedule.at_start:
            scheduler.add_job(
                ask, "date", args=(schedule.kind, "start"), kwargs={"again": True}, run_date=soon
            )
        scheduler.add_job(
            tick,
            "interval",
            args=(schedule.kind, every.total_seconds()),
            seconds=every.total_seconds(),
            next_run_time=soon + every if schedule.at_start else soon,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    stack.callback(scheduler.shutdown, wait=False)


async def _require_port(settings: Settings) -> None:
    """Raise ConfigurationError if the HTTP door's port is taken, before Slack hears of this process."""
    with _port_named(settings):
        server = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.http_host, settings.http_port
        )
    server.close()
    await server.wait_closed()


@contextlib.contextmanager
def _port_named(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"HTTP_PORT: cannot listen on {settings.http_host}:{settings.http_port}: {error.strerror}"
        ) from None


async def _listen(stack: contextlib.AsyncExitStack, door: GitHubDoor, settings: Settings) -> str:
    # GitHub never compresses; unpacking for strangers would come before their signature is checked.
    runner = web.AppRunner(
        door.application(), access_log=None, auto_decompress=False, shutdown_timeout=_LAST_REQUESTS
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.http_host, settings.http_port)
    with _port_named(settings):
        await site.start()
    port = runner.addresses[0][1]
    return f"http://{settings.http_host}:{port}"
