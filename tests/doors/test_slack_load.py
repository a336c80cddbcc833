"""Many people at once, copies, and a stop in the middle: bounded, once each, and never a lost word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import httpx
from sqlalchemy import Connection, select

from bot.clients.llm import Llm
from bot.clients.slack import Slack
from bot.config import Settings
from bot.context import Context
from bot.models import SystemClock
from handlers.feature import Click, Command, CommandCall, Feature, Reply
from handlers.slack import Patience, SlackDoor
from sandbox.slack import Rules, SlackServer, Workspace
from sandbox.slack.people import Result
from storage import channels
from storage.database import Database
from storage.migrate import upgrade
from storage.tables import envelopes
from tests.doors.doors_kit import eventually, run_settings

_ROOM = 8


@dataclass
class Counter:
    """A feature that counts, in memory and in the database, how often it is asked; `gate` holds it back."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most: int = 0
    users: list[str] = field(default_factory=list)

    def feature(self) -> Feature:
        """Register it."""
        return Feature(
            name="counter",
            commands=(Command("count", "count", "Count.", self.count),),
            actions={"pf.count": self.count},
        )

    async def count(self, context: Context, did: CommandCall | Click) -> Reply:
        """Note who asked, as slowly as the gate says."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.gate.wait()
            await context.database.write(lambda connection: self._note(connection, did.user, context))
        finally:
            self.at_once -= 1
        return None

    def _note(self, connection: Connection, user: str, context: Context) -> None:
        self.users.append(user)
        channels.set_self_approval(connection, user, allowed=True, user=user, now=context.clock.now())


@dataclass(frozen=True, slots=True)
class Stage:
    """A workspace, a database, and the way to start a bot's door between them."""

    slack: SlackServer
    channel: str
    people: list[str]
    context: Context
    session: aiohttp.ClientSession

    @asynccontextmanager
    async def door(self, counter: Counter) -> AsyncIterator[SlackDoor]:
        """Open a door with room for eight, and close it with little grace."""
        door = SlackDoor(
            self.context,
            [counter.feature()],
            self.session,
            patience=Patience(ping=0.5, ticket=2, process=30),
            handlers=_ROOM,
        )
        before = self.slack.hub.connected_count
        await door.connect()
        await self.slack.until(lambda: self.slack.hub.connected_count >= before + 2)
        try:
            yield door
        finally:
            await door.stop(grace=5)

    async def ask(self, person: int) -> Result:
        """Let a person type the command."""
        return await self.slack.command(self.people[person], self.channel, "/patchforge", "count")

    async def noted(self) -> int:
        """Count the envelopes that the database knows."""
        found = await self.context.database.read(lambda found: found.execute(select(envelopes.c.id)).all())
        return len(found)


@asynccontextmanager
async def stage(url: str, people: int) -> AsyncIterator[Stage]:
    """Start a workspace with this many people and a migrated database."""
    workspace = Workspace(rules=Rules(ack_timeout=30))  # Slack's three seconds are for another test
    users = [workspace.add_user(f"person{number}") for number in range(people)]
    channel = workspace.add_channel("crowd", members=users, bot=True)
    async with (
        await SlackServer.start(workspace) as slack,
        aiohttp.ClientSession() as session,
        httpx.AsyncClient() as http,
    ):
        settings = Settings(_env_file=None, **run_settings(slack, url))
        database = await Database(url).open()
        await upgrade(database)
        context = Context(
            settings=settings,
            clock=SystemClock(),
            database=database,
            slack=Slack(session, token=slack.bot_token, base_url=slack.api_url),
            github=None,
            llm=Llm.from_settings(settings, http),
            mailer=None,
            bot_user=workspace.bot_user.id,
        )
        yield Stage(slack, channel.id, [user.id for user in users], context, session)
        await database.aclose()


async def test_five_hundred_at_once_are_worked_on_a_few_at_a_time_and_each_once(sqlite_url: str) -> None:
    counter = Counter()
    async with stage(sqlite_url, 500) as crowd, crowd.door(counter) as door:
        crowd.slack.hub.duplicate_next(100)
        asked = [asyncio.create_task(crowd.ask(person)) for person in range(500)]
        await eventually(lambda: _is(door.working == _ROOM))
        counter.gate.set()
        results = await asyncio.gather(*asked)
        assert [result.error for result in results if not result.ok] == []
        await crowd.slack.until(lambda: not crowd.slack.hub.unacknowledged)
        await eventually(lambda: _is(door.working == 0))
        assert counter.most <= _ROOM
        assert sorted(counter.users) == sorted(crowd.people)
        assert await crowd.noted() == 500


async def test_beyond_its_room_nothing_is_read_from_slack(sqlite_url: str) -> None:
    counter = Counter()
    async with stage(sqlite_url, 60) as crowd, crowd.door(counter) as door:
        asked = [asyncio.create_task(crowd.ask(person)) for person in range(60)]
        await eventually(lambda: _is(door.working == _ROOM))
        # Longer than pings may go unanswered: waiting for room is no silence.
        before = crowd.slack.hub.connected_count
        results = await asyncio.gather(*asked)
        assert sum(result.ok for result in results) == _ROOM  # acknowledged after two seconds, and in hand
        assert (door.working, counter.most) == (_ROOM, _ROOM)
        assert crowd.slack.hub.connected_count == before
        counter.gate.set()
        await crowd.slack.until(lambda: not crowd.slack.hub.unacknowledged)
        await eventually(lambda: _is(len(counter.users) == 60))


async def test_a_stop_finishes_what_is_in_hand_and_leaves_the_rest_to_the_next(sqlite_url: str) -> None:
    first, second = Counter(), Counter()
    second.gate.set()
    async with stage(sqlite_url, 40) as crowd:
        async with crowd.door(first) as door:
            asked = [asyncio.create_task(crowd.ask(person)) for person in range(40)]
            await eventually(lambda: _is(door.working == _ROOM))
            stopping = asyncio.create_task(door.stop(grace=5))
            first.gate.set()
            async with asyncio.timeout(5):
                await stopping
        assert len(first.users) == _ROOM
        async with crowd.door(second):
            await crowd.slack.until(lambda: not crowd.slack.hub.unacknowledged)
        await asyncio.gather(*asked)
        assert sorted(first.users + second.users) == sorted(crowd.people)


async def test_a_refresh_and_a_broken_line_lose_nobody(sqlite_url: str) -> None:
    counter = Counter()
    counter.gate.set()
    async with stage(sqlite_url, 60) as crowd, crowd.door(counter):
        hub = crowd.slack.hub
        asked = [asyncio.create_task(crowd.ask(person)) for person in range(30)]
        await crowd.slack.until(lambda: hub.unacknowledged)
        await hub.disconnect()
        asked += [asyncio.create_task(crowd.ask(person)) for person in range(30, 60)]
        await crowd.slack.until(lambda: hub.connected_count == 4)
        hub.drop()
        await crowd.slack.until(lambda: hub.connected_count == 6)
        await crowd.slack.until(lambda: not hub.unacknowledged)
        await asyncio.gather(*asked)
        # Whoever typed while no connection was up was told so by Slack, and tries again.
        told = [result for result in asked if result.result().error == "dispatch_failed"]
        await eventually(lambda: _is(len(counter.users) == 60 - len(told)))
        assert len(set(counter.users)) == len(counter.users)


async def test_a_stop_does_not_wait_for_what_hangs(sqlite_url: str) -> None:
    async with stage(sqlite_url, 1) as crowd, crowd.door(Counter()) as door:
        asked = asyncio.create_task(crowd.ask(0))
        await eventually(lambda: _is(door.working == 1))
        async with asyncio.timeout(3):
            await door.stop(grace=0.1)
        await asked
        assert await crowd.noted() == 0


async def test_a_copy_that_reaches_another_process_changes_nothing(database_url: str) -> None:
    first, second = Counter(), Counter()
    first.gate.set()
    second.gate.set()
    async with stage(database_url, 1) as crowd:
        # The first acknowledgement is lost with its connection, after the work was committed.
        lost: list[str] = []

        def lose(name: str, _args: object, phase: str) -> bool:
            if (name, phase) != ("slash_commands", "after") or lost:
                return True
            lost.append(name)
            return False

        crowd.slack.workspace.on_call = lose
        async with crowd.door(first):
            asked = asyncio.create_task(crowd.ask(0))
            await eventually(lambda: _is(lost))
        assert crowd.slack.hub.unacknowledged == 1
        async with crowd.door(second):
            await crowd.slack.until(lambda: not crowd.slack.hub.unacknowledged)
        await asked
        assert (first.users, second.users) == ([crowd.people[0]], [])


async def _is(truth: object) -> bool:
    return bool(truth)
