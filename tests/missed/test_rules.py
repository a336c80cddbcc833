"""The rules of what was missed, by table."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.clients.github import Attempt
from bot.config import Settings
from bot.missed.rules import Patience, is_ours, unsuccessful

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "public_url", "ours"),
    [
        ("https://bot.example/webhooks/github", "https://bot.example", True),
        ("https://bot.example/webhooks/github/", "https://bot.example/", True),
        ("https://other.example/webhooks/github", "https://bot.example", False),
        ("https://bot.example/ci", "https://bot.example", False),
        ("https://anything.example/base/webhooks/github", "", True),
        ("https://anything.example/ci?to=/webhooks/github", "", False),
    ],
)
def test_a_webhook_is_ours_by_its_address(url: str, public_url: str, ours: bool) -> None:
    assert is_ours(url, public_url) is ours


def attempt(number: int, guid: str, code: int, event: str = "pull_request") -> Attempt:
    return Attempt(id=number, guid=guid, delivered_at=NOW, status_code=code, event=event)


def test_only_events_that_no_attempt_brought_home_are_asked_for_each_by_its_latest_attempt() -> None:
    found = [
        attempt(9, "a", 503),
        attempt(8, "b", 202),
        attempt(7, "a", 502),
        attempt(6, "b", 503),
        attempt(5, "c", 504, "star"),
        attempt(4, "d", 0),
        attempt(3, "e", 500),
    ]
    succeeded = {one.guid for one in found if one.ok} | {"e"}
    assert [one.id for one in unsuccessful(found, succeeded)] == [9, 4]


def test_the_gaps_grow_and_then_it_is_given_up() -> None:
    moments = [Patience().next(number, NOW) for number in range(7)]
    waits = [moment - NOW for moment in moments if moment]
    assert waits == sorted(waits)
    assert waits[0] == timedelta()
    assert moments[len(waits) :] == [None] * (7 - len(waits))
    assert sum(waits, timedelta()) < timedelta(days=3)


@pytest.mark.parametrize(("seconds", "fits"), [(0, True), (30, True), (3600, True), (29, False), (-1, False)])
def test_the_interval_of_reading_is_off_or_half_a_minute_and_more(seconds: int, fits: bool) -> None:
    if fits:
        assert Settings(_env_file=None, poll_interval_seconds=seconds).poll_interval_seconds == seconds
    else:
        with pytest.raises(ValidationError, match="at least 30"):
            Settings(_env_file=None, poll_interval_seconds=seconds)
