"""The words and reasons that the evidence is made of, by table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.errors import UserError
from bot.evidence.asked import DeliveryAsked, ListAsked, PullAsked, parse_list, parse_why
from bot.evidence.masks import masked
from bot.evidence.reasons import Decision, decide
from bot.evidence.subject import Subject, read
from bot.filters.seen import Seen
from bot.models import Pull, PullState, Subscription
from bot.subscriptions.matching import Look
from storage import evidence
from storage.database import Database
from tests.reviews.cases import PULL

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
EVERYTHING = Subscription(1, "C1", "acme/api", ("reviews", "merges", "notes"), "", "U1", NOW)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("acme/api#7", PullAsked("acme/api", 7)),
        ("ACME/Api#7", PullAsked("acme/api", 7)),
        ("https://github.com/acme/api/pull/7", PullAsked("acme/api", 7)),
        ("<https://github.com/acme/api/pull/7/files?w=1#diff|api#7>", PullAsked("acme/api", 7)),
        ("https://ghe.corp.example/acme/api/pull/7#issuecomment-1", PullAsked("acme/api", 7)),
        ("`0ab21315-75e1-11f1-ad21-1a008625d475`", DeliveryAsked("0ab21315-75e1-11f1-ad21-1a008625d475")),
        (" refresh-2-1 ", DeliveryAsked("refresh-2-1")),
    ],
)
def test_what_people_ask_about_is_understood(typed: str, means: PullAsked | DeliveryAsked) -> None:
    assert parse_why(typed) == means


@pytest.mark.parametrize("typed", ["", "acme/api", "two words", "acme/api/x#7", "a" * 65, "é", "acme/api#"])
def test_what_nobody_understands_is_answered_with_how_to_ask(typed: str) -> None:
    with pytest.raises(UserError, match="/patchforge why"):
        parse_why(typed)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("", ListAsked()),
        ("failed", ListAsked(failed=True)),
        ("3", ListAsked(page=3)),
        ("FAILED 2", ListAsked(failed=True, page=2)),
        ("2 failed", ListAsked(failed=True, page=2)),
    ],
)
def test_pages_of_the_list_are_understood(typed: str, means: ListAsked) -> None:
    assert parse_list(typed) == means


@pytest.mark.parametrize("typed", ["0", "-1", "1001", "9" * 30, "all", "²"])
def test_pages_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(UserError, match="can't read"):
        parse_list(typed)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada.lovelace+x@acme.example", "a…@acme.example"),
        ("550 <bob@b.example>: no such user bob@b.example", "550 <b…@b.example>: no such user b…@b.example"),
        ("nobody here", "nobody here"),
        ("a@b", "a…@b"),
        ("@ alone", "@ alone"),
        ("a" * 100_000, "a" * 100_000),
    ],
)
def test_addresses_are_masked_wherever_they_stand(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("subscription", "pull", "closing", "means"),
    [
        (EVERYTHING, PULL, False, Decision(True, ("it has no filter",))),
        (
            replace(EVERYTHING, features=("merges",)),
            PULL,
            False,
            Decision(False, ("it asks only for merges, which begin with the merge",)),
        ),
        (
            replace(EVERYTHING, filter="bots:no"),
            replace(PULL, author_is_bot=True),
            False,
            Decision(
                False,
                ("`bot:no` wants pull requests that do not come from bots, and a bot opened this one",),
            ),
        ),
        (
            replace(EVERYTHING, filter="base:x/*"),
            PULL,
            False,
            Decision(
                False,
                ("`base:x/*` wants pull requests that go into “x/*”, and this one goes into “main”",),
            ),
        ),
        (
            replace(EVERYTHING, features=("notes",)),
            replace(PULL, state=PullState.CLOSED),
            True,
            Decision(False, ("it asks only for notes, and a closing without a merge is none of that",)),
        ),
        (
            EVERYTHING,
            replace(PULL, state=PullState.MERGED),
            False,
            Decision(False, ("it was closed by then, and nothing before its end had brought a card",)),
        ),
    ],
)
def test_a_channel_wants_a_pull_request_or_not_for_these_reasons(
    subscription: Subscription, pull: Pull, closing: bool, means: Decision
) -> None:
    assert decide(subscription, Look(Seen(pull)), closing=closing) == means


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", Subject()),
        (b"[]", Subject()),
        (b'{"repository": 7}', Subject()),
        (b'{"zen": "Keep it logically awesome."}', Subject()),
        (
            b'{"repository": {"id": 1, "full_name": "a/b"}, "issue": {"number": 3, "title": "T"}}',
            Subject(repo_id=1, repo="a/b", number=3, title="T", is_issue=True),
        ),
        (
            b'{"ref": "refs/heads/x/y", "before": "0000", "after": "abc"}',
            Subject(sha="abc", branches=("x/y",), ref="refs/heads/x/y", is_new_branch=True),
        ),
        (
            b'{"check_run": {"name": "lint", "head_sha": "abc", "check_suite": {"head_branch": "x"}}}',
            Subject(check="lint", sha="abc", branches=("x",)),
        ),
        (
            b'{"sha": "abc", "context": "ci", "branches": [{"name": "x"}, {"name": "y"}]}',
            Subject(check="ci", sha="abc", branches=("x", "y")),
        ),
    ],
)
def test_a_body_names_what_it_is_about(body: bytes, names: Subject) -> None:
    assert read(body) == names


async def test_showings_are_found_by_moment_and_forgotten_by_age(database: Database) -> None:
    moments = [NOW + timedelta(minutes=minute) for minute in range(3)]
    values = {"message_id": 1, "delivery_id": 7, "did": "edited", "why": None, "attempts": 0, "error": None}

    def add(connection: Connection) -> None:
        for moment in moments:
            evidence.add_showing(connection, looked_at=moment, shown_at=moment, **values)

    await database.write(add)
    later = NOW + timedelta(seconds=1)
    found = await database.read(lambda connection: evidence.showing_since(connection, 1, later))
    assert found is not None
    assert found["shown_at"] == moments[1]
    assert await database.read(lambda connection: evidence.showing_since(connection, 2, NOW)) is None
    last = await database.read(lambda connection: evidence.last_showing(connection, 1))
    assert last is not None
    assert last["shown_at"] == moments[2]
    assert not await database.write(
        lambda connection: evidence.prune_showings(connection, before=moments[2], rows=9)
    )
    left = await database.read(lambda connection: evidence.showing_since(connection, 1, NOW))
    assert left is not None
    assert left["shown_at"] == moments[2]
