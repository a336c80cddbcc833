"""Deliveries that GitHub could not hand over are asked for again until they arrive."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.missed.rules import Patience
from sandbox.github import GitHub
from tests.features.card_kit import cards, hook, rest, thread
from tests.missed.missed_kit import asked, back, quick, tunnel, undelivered, until
from tests.world import SECRET, World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with a bot that looks for missed deliveries all the time."""
    async with quick(sqlite_url) as opened:
        yield opened


async def story(world: World) -> None:
    """Let a pull request be opened, reviewed and merged."""
    github, demo = world.github, world.demo
    pull = await github.open_pull(world.repo, demo.feature)
    await github.request_review(world.repo, pull.number, demo.reviewer, demo.author)
    await github.submit_review(world.repo, pull.number, demo.reviewer, "approved", "Fine.")
    await github.merge(world.repo, pull.number, demo.maintainer)


async def test_what_happened_while_the_bot_was_down_is_told_when_it_comes_back(world: World) -> None:
    await world.subscribe("reviews,merges,notes")
    await world.bot.aclose()
    await story(world)
    await world.github.settled()
    missed = undelivered(world)
    assert len(missed) >= 4
    async with back(world):
        await until(lambda: not undelivered(world))
        await world.card_says("merged by")
        await world.reply_says("Release note")
        await world.reply_says("Fine.")
        await rest(world)
        assert len(cards(world)) == 1
        assert sum("Fine." in reply for reply in thread(world)) == 1
    assert len(asked(world, "/attempts", method="POST")) == len(missed)


async def test_a_webhook_that_answers_503_for_a_while_loses_nothing(world: World) -> None:
    await world.subscribe("reviews,merges")
    async with tunnel(world) as way:
        way.broken = True
        await story(world)
        await world.github.settled()
        first = way.refused
        await until(lambda: way.refused > first + 4)
        way.broken = False
        await until(lambda: not undelivered(world))
        await world.card_says("merged by")
        await rest(world)
        assert len(cards(world)) == 1
        await world.github.settled()


async def test_what_cannot_be_had_is_given_up_after_a_few_requests_and_said_in_the_status(
    sqlite_url: str,
) -> None:
    patience = Patience(gaps=(timedelta(), timedelta(seconds=0.1), timedelta(seconds=0.1)))
    async with quick(sqlite_url, patience=patience) as world, tunnel(world) as way:
        await world.subscribe("reviews")
        way.broken = True
        await world.github.open_pull(world.repo, world.demo.bump)
        await world.github.settled()
        lost = len(undelivered(world))
        await until(lambda: len(asked(world, "/attempts", method="POST")) == 3 * lost)
        looks = len(asked(world, "/deliveries"))
        await until(lambda: len(asked(world, "/deliveries")) > looks + 2)
        assert len(asked(world, "/attempts", method="POST")) == 3 * lost
        assert f"{lost} deliveries never came through" in await world.command(world.maintainer, "status")


async def test_webhooks_of_others_are_left_alone(world: World) -> None:
    github = world.github
    other = github.add_hook(world.repo, "http://127.0.0.1:9/ci", secret="another")
    await world.subscribe("reviews")
    await github.open_pull(world.repo, world.demo.feature)
    await github.settled()
    await world.card()
    looks = len(asked(world, f"/hooks/{hook(world).id}/deliveries"))
    await until(lambda: len(asked(world, f"/hooks/{hook(world).id}/deliveries")) > looks + 2)
    assert not asked(world, f"/hooks/{other.id}/")
    assert not asked(world, "/attempts", method="POST")


async def test_a_rate_limit_is_waited_for(world: World) -> None:
    await world.subscribe("reviews")
    hook(world).url, address = "http://127.0.0.1:9/webhooks/github", hook(world).url
    github = world.github
    fault = github.faults.add(r"/deliveries$", "secondary", times=1, retry_after=2)
    await github.open_pull(world.repo, world.demo.feature)
    await github.settled()
    await until(lambda: fault.times == 0)
    hook(world).url = address
    await world.card_says(world.demo.feature.title)
    await until(lambda: not undelivered(world))
    assert "🟢" in await world.command(world.maintainer, "status")


async def test_a_sweep_in_which_nothing_is_new_costs_nothing(world: World) -> None:
    await world.subscribe("reviews")
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest_of_requests(world)
    token = next(iter(world.github.tokens.values()))
    used, unchanged = token.used, len([call for call in world.github.calls if call.status == 304])
    await until(lambda: len([call for call in world.github.calls if call.status == 304]) > unchanged + 9)
    assert token.used <= used + 1  # the one whose answer is under way


async def rest_of_requests(world: World) -> None:
    """Wait until whole sweeps bring nothing new."""

    def quiet() -> bool:
        return len(world.github.calls) > 9 and all(
            call.status == 304 for call in list(world.github.calls)[-6:]
        )

    await world.card()
    await until(quiet)


async def test_many_deliveries_are_looked_through_page_by_page(world: World) -> None:
    await world.subscribe("reviews")
    await world.bot.aclose()
    github, demo = world.github, world.demo
    pull = await github.open_pull(world.repo, demo.feature)
    for number in range(130):
        await github.label(world.repo, pull.number, f"label-{number}", demo.author)
    await github.settled()
    assert len(undelivered(world)) > 130
    async with back(world):
        await world.card_says("label-0")
        await until(lambda: len(asked(world, "/attempts", method="POST")) >= 60)
        assert {"cursor"} & {name for call in asked(world, "/deliveries") for name in call.query}


async def test_an_app_asks_for_its_own_deliveries(sqlite_url: str) -> None:
    github = GitHub()
    settings: dict[str, object] = {}
    async with contextlib.AsyncExitStack() as stack:
        world = await stack.enter_async_context(quick(sqlite_url, github=github, settings=settings))
        key = github.install_app("acme", [world.repo])
        github.hooks.clear()
        await world.subscribe("reviews,merges")
        await world.bot.aclose()
        github.add_hook(None, "http://127.0.0.1:9/webhooks/github", secret=SECRET)
        await story(world)
        await github.settled()
        assert undelivered(world)
        app = github.state.app
        assert app is not None
        values = world.settings.model_dump() | {
            "github_token": None,
            "github_app_id": app.id,
            "github_app_private_key": key,
        }
        again = type(world.settings)(_env_file=None, **values)
        object.__setattr__(world, "settings", again)
        async with back(world):
            await until(lambda: not undelivered(world))
            await world.card_says("merged by")
            await rest(world)
            assert len(cards(world)) == 1
    assert asked(world, "/app/hook/deliveries")


async def test_nothing_is_kept_of_deliveries_that_arrived(world: World) -> None:
    await world.subscribe("reviews")
    await world.bot.aclose()
    await story(world)
    await world.github.settled()
    path = world.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    async with back(world):
        await until(lambda: not undelivered(world))

        def left() -> int:
            with contextlib.closing(sqlite3.connect(path)) as database:
                count: int = database.execute("SELECT count(*) FROM redeliveries").fetchone()[0]
                return count

        await until(lambda: left() == 0)
        assert shown(await world.card())
