"""Who a release note is sent to."""

import pytest

from bot.models import Category, Recipient
from bot.notes.digest import digest
from bot.notes.recipients import recipients, unusable
from tests.notes.note_samples import change, commit


def reached(*found: Recipient) -> list[tuple[str, str]]:
    return [(one.name, one.address) for one in found if one.skipped is None]


def test_author_and_co_authors_are_told_once_each() -> None:
    commits = (
        commit(co_authors=(("Jonas Weber", "jonas@acme.example"),)),
        commit(address="TOMAS@acme.example", co_authors=(("J. Weber", "Jonas@ACME.example"),)),
    )
    assert recipients(change(commits=commits)) == (
        Recipient("Tomás Okafor", "tokafor", "tomas@acme.example"),
        Recipient("Jonas Weber", None, "jonas@acme.example"),
    )


def test_whoever_wrote_a_commit_is_a_contributor_and_the_author_stands_first() -> None:
    commits = (commit(name="Jonas", address="jonas@acme.example", login="jweber"), commit())
    names = [one.name for one in recipients(change(commits=commits))]
    assert names == ["Tomás Okafor", "Jonas"]


def test_a_hidden_address_is_kept_with_the_reason() -> None:
    commits = (commit(address="7+tokafor@users.noreply.github.com"),)
    (one,) = recipients(change(commits=commits))
    assert (one.login, one.skipped) == ("tokafor", "noreply address")


@pytest.mark.parametrize(
    "other",
    [
        commit(address="tomas@acme.example"),
        commit(name="Somebody", co_authors=(("Tomás Okafor", "tomas@acme.example"),), address=""),
    ],
)
def test_a_real_address_goes_before_a_hidden_one(other: object) -> None:
    hidden = commit(address="7+tokafor@users.noreply.github.com")
    found = recipients(change(commits=(hidden, other)))  # type: ignore[arg-type] # table of commits
    assert reached(*found) == [("Tomás Okafor", "tomas@acme.example")]
    assert len(found) == 1


def test_people_of_one_name_and_two_addresses_are_both_told() -> None:
    trailers = (("Kim", "kim@one.example"), ("Kim", "kim@two.example"))
    found = recipients(change(commits=(commit(co_authors=trailers),)))
    assert reached(*found)[1:] == [("Kim", "kim@one.example"), ("Kim", "kim@two.example")]


def test_bots_are_not_written_to() -> None:
    commits = (
        commit(co_authors=(("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),)),
    )
    assert [one.skipped for one in recipients(change(commits=commits))] == [None, "bot"]
    by_bot = change(author="renovate[bot]", author_is_bot=True, commits=(commit(login="renovate[bot]"),))
    assert [one.skipped for one in recipients(by_bot)] == ["bot"]


def test_an_author_without_any_commit_is_shown_without_an_address() -> None:
    found = recipients(change(commits=(commit(name="Jonas", address="j@acme.example", login="jweber"),)))
    assert found[0] == Recipient("tokafor", "tokafor", "", "no e-mail address known")


def test_a_ghost_author_leaves_the_commits_to_speak() -> None:
    found = recipients(change(author=None, commits=(commit(login=None),)))
    assert reached(*found) == [("Tomás Okafor", "tomas@acme.example")]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ada@acme.example", None),
        ("ada.l+x@sub.acme.example", None),
        ("", "no e-mail address known"),
        ("ada", "malformed address"),
        ("ada@localhost", "malformed address"),
        ("a@b@c.example", "malformed address"),
        ("a..b@c.example", "malformed address"),
        ("a,b@c.example", "malformed address"),
        ("a\r\nBcc: x@c.example", "malformed address"),
        ("zoë@c.example", "malformed address"),
        (f"{'a' * 65}@c.example", "malformed address"),
        ("ada@laptop.local", "address of a private machine"),
        ("no-reply@acme.example", "noreply address"),
        ("1+ada@users.noreply.github.example.com", "noreply address"),
    ],
)
def test_addresses_that_cannot_be_written_to_are_known(address: str, reason: str | None) -> None:
    assert unusable(address) == reason


def test_the_digest_changes_with_everything_that_is_sent_and_with_nothing_else() -> None:
    ada, bob = Recipient("Ada", None, "ada@x.example"), Recipient("Bob", "bob", "bob@x.example")
    skipped = Recipient("Bot", None, "bot@x.example", "bot")
    base = digest(Category.FIX, "Text.", (ada, bob))
    assert len(base) == 64
    assert base == digest(Category.FIX, "Text.", (bob, ada, skipped))
    others = {
        digest(Category.FEATURE, "Text.", (ada, bob)),
        digest(Category.FIX, "Text", (ada, bob)),
        digest(Category.FIX, "Text.", (ada,)),
        digest(Category.FIX, "Text.", (ada, Recipient("Bob", "bob", "rob@x.example"))),
    }
    assert base not in others
    assert len(others) == 4
