"""Texts that a stranger makes long: they must not keep the bot from everybody else."""

import time
from dataclasses import replace

import pytest

from blocks import kit
from blocks.reviews.threads import first_line
from bot.clients.github.answers import CommitAnswer, convert, to_commit
from bot.mails.compose import compose
from bot.notes.recipients import MOST, recipients
from tests.notes.note_samples import NOW, SHA, change, commit, pull

# GitHub's most for a comment; then seconds: many times what it takes, a tenth of what the square took.
LONG = 65_536
SOON = 1.0


@pytest.mark.parametrize("space", [" ", "\u3000", "\t", "\u00a0"])
def test_a_comment_of_nothing_but_space_is_read_at_once(space: str) -> None:
    text = "\t" + space * LONG + "x"
    started = time.perf_counter()
    assert kit.clean(text, lines=True).endswith("x")
    assert kit.clean(text).endswith("x")
    assert first_line(text) == "x"
    assert time.perf_counter() - started < SOON


def test_a_commit_that_names_thousands_as_co_authors_writes_to_few_and_says_so() -> None:
    trailers = "\n".join(f"Co-authored-by: P{number} <p{number}@a.example>" for number in range(20_000))
    answer = {"sha": SHA, "commit": {"message": f"Work\n\n{trailers}", "author": None}}
    started = time.perf_counter()
    one = to_commit(convert(CommitAnswer, answer))
    crowd = [commit(co_authors=one.co_authors)]
    crowd += [
        commit(co_authors=tuple((f"Q{number}", f"q{number}-{more}@a.example") for number in range(100)))
        for more in range(250)
    ]
    found = recipients(replace(change(), commits=tuple(crowd)))
    assert time.perf_counter() - started < SOON
    assert sum(person.skipped is None for person in found) <= MOST
    assert found[-1].skipped == f"more than {MOST} are named"


@pytest.mark.parametrize(
    "name",
    [
        "You won! See https://evil.example/login",
        "www.evil.example",
        "[Click](//evil.example)",
        "<!channel>",
        "ask @everyone",
        "evil.example/login",
    ],
)
def test_a_name_in_a_commit_cannot_carry_a_link_into_the_greeting(name: str) -> None:
    (person,) = recipients(
        replace(change(), pull=pull(author=None), commits=(commit(name=name, login=None),))
    )
    assert person.name == "tomas"
    message = compose(
        text="A note.",
        category="fix",  # type: ignore[arg-type]  # as the database gives it
        pull=pull(),
        recipient=person,
        sender="a@b.example",
        unsubscribe_url="http://u.example/x",
        message_id="<1@b.example>",
        web_url="https://github.com",
        now=NOW,
    )
    assert "evil" not in message.as_string()
    assert "everyone" not in message.as_string()


def test_a_name_is_no_longer_in_the_greeting_than_where_it_was_approved() -> None:
    name = "Your account is locked and will be deleted unless you call us today at 555"
    (person,) = recipients(
        replace(change(), pull=pull(author=None), commits=(commit(name=name, login=None),))
    )
    assert len(person.name) <= 60
