"""A line of the log says what it is about, and is no longer than a log can hold."""

import json
import logging
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection

from bot import logs
from bot.config import Settings
from bot.facts.project import Change
from handlers import FEATURES
from handlers.feature import Feature
from tests.secrets.log_kit import caught
from tests.world import open_world


def _logged(value: object, form: str = "json", **settings: Any) -> str:
    with caught() as log:
        logs.configure(Settings(_env_file=None, log_format=form, **settings))
        structlog.stdlib.get_logger("x").info("said", value=value)
    return log.getvalue()


@pytest.mark.parametrize("value", ["x" * 70_000, ["x" * 70_000], {"deep": {"er": "x" * 70_000}}])
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_long_value_is_cut_and_says_by_how_much(form: str, value: object) -> None:
    line = _logged(value, form)
    assert len(line) < logs.LONGEST + 400
    assert " characters cut) " in line
    assert "(68,0" in line


@pytest.mark.parametrize("value", [3, None, True, "short", ["short", 3]])
def test_a_short_value_stays_what_it_is(value: object) -> None:
    assert json.loads(_logged(value))["value"] == value


def test_a_cut_leaves_no_half_of_a_secret() -> None:
    secret = "canary" + "y" * 60
    for before in range(logs.LONGEST // 2 - 70, logs.LONGEST // 2 + 10):
        assert "canary" not in _logged("x" * before + secret + "z" * 9_000, github_webhook_secret=secret)


def test_a_long_message_or_traceback_of_a_library_is_cut_too() -> None:
    with caught() as log:
        logs.configure(Settings(_env_file=None, log_format="json"))
        logging.getLogger("library").warning("with %s", "x" * 70_000)
        logging.getLogger("library").error("broke", exc_info=ValueError("y" * 70_000 + "the end"))
    said, broke = (json.loads(line) for line in log.getvalue().splitlines())
    assert len(said["event"]) < logs.LONGEST + 100
    assert len(broke["exception"]) < logs.LONGEST_TRACE + 100
    assert broke["exception"].endswith("the end")


async def test_a_feature_that_crashes_is_logged_with_the_delivery_and_the_pull_request(
    sqlite_url: str,
) -> None:
    def crash(_connection: Connection, change: Change) -> None:
        if change.pulls:
            raise ZeroDivisionError

    odd = Feature(name="odd", on_change=crash)
    async with open_world(sqlite_url, features=(*FEATURES, odd), log_format="json") as world:
        with caught() as log:
            logs.configure(world.settings)
            await world.subscribe()
            pull = await world.github.open_pull(world.repo, world.demo.feature)
            await world.card_says(pull.title)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    crashed = [line for line in lines if line["event"] == "feature.crashed"]
    (opened,) = (
        one.guid for one in world.github.deliveries if (one.event, one.action) == ("pull_request", "opened")
    )
    assert crashed
    assert (crashed[0]["delivery"], crashed[0]["pulls"]) == (opened, [f"{world.repo}#{pull.number}"])
