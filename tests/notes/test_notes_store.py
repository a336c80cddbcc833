"""What the database remembers of drafts and e-mails."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, insert

from bot.models import Category, DraftState, MailState, Note, Recipient
from storage import notes
from storage.database import Database
from storage.tables import pulls, repositories
from tests.notes.note_samples import NOW, pull

ADA = Recipient("Ada", "ada", "Ada@acme.example")
BOB = Recipient("Bob", None, "bob@acme.example")
BOT = Recipient("Bot", None, "bot@acme.example", "bot")
NOTE = Note(Category.FIX, "Text.", "offline", ("why",), ("1f2e",), ("a.py",), {"cut": None})
D1, D2 = "1" * 64, "2" * 64


def put_pull(connection: Connection, number: int, repo_id: int) -> None:
    values = {column.name: getattr(pull(), column.name, None) for column in pulls.columns}
    values |= {"id": number, "number": number, "repo_id": repo_id, "state": "merged"}
    connection.execute(insert(pulls).values(values))


def names() -> Callable[[], tuple[str, str]]:
    numbers = (str(number) for number in count(1))
    return lambda: (f"token-{next(numbers)}", f"<{next(numbers)}@acme.example>")


@pytest.fixture
async def ready(database: Database) -> Database:
    def put(connection: Connection) -> None:
        for repo_id, name in ((1, "Acme/Pay"), (2, "acme/web")):
            connection.execute(insert(repositories).values(id=repo_id, full_name=name, default_branch="main"))
            put_pull(connection, repo_id * 10, repo_id)

    await database.write(put)
    return database


def create(connection: Connection, pull_id: int = 10, digest: str = D1) -> RowMapping:
    return notes.create_draft(
        connection, pull_id=pull_id, note=NOTE, recipients=(ADA, BOT), digest=digest, now=NOW
    )


async def test_a_pull_request_has_one_draft_and_the_first_stays(ready: Database) -> None:
    first = await ready.write(create)
    again = await ready.write(lambda connection: create(connection, digest=D2))
    assert again == first
    assert (first["state"], first["category"], first["text"], first["digest"]) == ("open", "fix", "Text.", D1)
    assert first["evidence"] == {
        "reasons": ["why"], "commits": ["1f2e"], "paths": ["a.py"], "extra": {"cut": None},
    }  # fmt: skip
    assert notes.recipients_of(first) == (ADA, BOT)
    assert await ready.read(lambda connection: notes.of_pull(connection, 10)) == first
    assert await ready.read(lambda connection: notes.of_pull(connection, 20)) is None


async def test_of_two_who_decide_one_wins_and_the_row_says_who(ready: Database) -> None:
    draft = await ready.write(create)

    def decide(user: str, digest: str = D1, state: DraftState = DraftState.APPROVED) -> Any:
        return ready.write(
            lambda connection: notes.decide(connection, draft["id"], digest, state, user=user, now=NOW)
        )

    assert await decide("U0", digest=D2) is None
    winner = await decide("U1")
    assert (winner["state"], winner["decided_by"], winner["decided_at"]) == ("approved", "U1", NOW)
    assert await decide("U2", state=DraftState.DISCARDED) is None
    found = await ready.read(lambda connection: notes.get_draft(connection, draft["id"]))
    assert found is not None
    assert found["decided_by"] == "U1"


async def test_an_edit_replaces_only_the_text_it_was_made_from(ready: Database) -> None:
    draft = await ready.write(create)
    better = Note(Category.FEATURE, "Better.", "offline")

    def revise(old: str) -> Any:
        return ready.write(
            lambda connection: notes.revise(
                connection, draft["id"], old, note=better, digest=D2, user="U1", recipients=(BOB,)
            )
        )

    revised = await revise(D1)
    assert (revised["text"], revised["category"], revised["digest"]) == ("Better.", "feature", D2)
    assert (revised["changed_by"], notes.recipients_of(revised)) == ("U1", (BOB,))
    assert await revise(D1) is None


async def test_a_draft_that_is_being_redrafted_cannot_be_approved(ready: Database) -> None:
    draft = await ready.write(create)

    def act(connection: Connection) -> tuple[bool, bool, object]:
        started = notes.start_redraft(connection, draft["id"], D1, guidance="shorter", user="U1")
        twice = notes.start_redraft(connection, draft["id"], D1, guidance="longer", user="U2")
        approved = notes.decide(connection, draft["id"], D1, DraftState.APPROVED, user="U2", now=NOW)
        return started, twice, approved

    assert await ready.write(act) == (True, False, None)
    found = await ready.read(lambda connection: notes.get_draft(connection, draft["id"]))
    assert found is not None
    assert (found["state"], found["guidance"], found["changed_by"]) == ("redrafting", "shorter", "U1")
    revised = await ready.write(
        lambda connection: notes.revise(connection, draft["id"], D1, note=NOTE, digest=D2)
    )
    assert revised is not None
    assert (revised["state"], revised["changed_by"]) == ("open", "U1")


@pytest.mark.parametrize(("state", "restored"), [(DraftState.DISCARDED, True), (DraftState.APPROVED, False)])
async def test_what_was_discarded_can_come_back_and_what_was_approved_stays(
    ready: Database, state: DraftState, restored: bool
) -> None:
    draft = await ready.write(create)
    await ready.write(lambda connection: notes.decide(connection, draft["id"], D1, state, user="U1", now=NOW))
    assert await ready.write(lambda connection: notes.restore(connection, draft["id"])) is restored
    found = await ready.read(lambda connection: notes.get_draft(connection, draft["id"]))
    assert found is not None
    assert (found["state"], found["decided_by"]) == (("open", None) if restored else (state, "U1"))


async def test_open_drafts_are_found_by_repository_in_any_case(ready: Database) -> None:
    await ready.write(create)
    await ready.write(lambda connection: create(connection, 20))

    def places(repos: list[str] | None) -> Any:
        return ready.read(
            lambda connection: [
                (row["repo"], row["number"], row["author"]) for row in notes.open_drafts(connection, repos)
            ]
        )

    assert await places(None) == [("Acme/Pay", 10, "tokafor"), ("acme/web", 20, "tokafor")]
    assert await places(["ACME/pay"]) == [("Acme/Pay", 10, "tokafor")]
    assert await places([]) == []


async def test_every_recipient_has_one_mail_with_its_own_names(ready: Database) -> None:
    draft = await ready.write(create)
    make = names()

    def add(connection: Connection) -> Any:
        return notes.add_mails(connection, draft["id"], (ADA, BOB, BOT), names=make, now=NOW)

    await ready.write(
        lambda connection: notes.suppress(connection, "BOB@acme.example", reason="unsubscribed", now=NOW)
    )
    rows = await ready.write(add)
    assert [(row["address"], row["state"], row["reason"]) for row in rows] == [
        ("Ada@acme.example", "queued", None),
        ("bob@acme.example", "skipped", "unsubscribed"),
        ("bot@acme.example", "skipped", "bot"),
    ]
    assert len({row["token"] for row in rows}) == len({row["message_id"] for row in rows}) == 3
    assert await ready.write(add) == rows
    assert await ready.read(lambda connection: notes.by_token(connection, rows[0]["token"])) == rows[0]
    assert await ready.read(lambda connection: notes.by_token(connection, "other")) is None
    assert await ready.read(lambda connection: notes.get_mail(connection, rows[1]["id"])) == rows[1]


async def test_a_thousand_recipients_are_queued_in_one_transaction(ready: Database) -> None:
    draft = await ready.write(create)
    crowd = tuple(Recipient(f"P{n}", None, f"p{n}@acme.example") for n in range(1_000))
    rows = await ready.write(
        lambda connection: notes.add_mails(connection, draft["id"], crowd, names=names(), now=NOW)
    )
    assert len(rows) == 1_000


async def test_the_fate_of_a_mail_changes_only_from_where_it_stands(ready: Database) -> None:
    draft = await ready.write(create)
    (mail,) = await ready.write(
        lambda connection: notes.add_mails(connection, draft["id"], (ADA,), names=names(), now=NOW)
    )
    later = NOW + timedelta(minutes=1)

    def mark(state: MailState, *only_from: MailState, reason: str | None = None) -> Any:
        return ready.write(
            lambda connection: notes.mark_mail(
                connection, mail["id"], state, now=later, reason=reason, only_from=only_from or None
            )
        )

    assert await mark(MailState.SENDING, MailState.QUEUED)
    assert not await mark(MailState.SENDING, MailState.QUEUED)
    assert await mark(MailState.AMBIGUOUS, reason="broke off")
    found = await ready.read(lambda connection: notes.get_mail(connection, mail["id"]))
    assert found is not None
    assert (found["state"], found["reason"], found["changed_at"]) == ("ambiguous", "broke off", later)


async def test_a_suppressed_address_stays_suppressed_whatever_its_case(ready: Database) -> None:
    def suppress(connection: Connection) -> list[str | None]:
        before = notes.suppression(connection, "ada@acme.example")
        for reason in ("unsubscribed", "bounced"):
            notes.suppress(connection, "Ada@Acme.example", reason=reason, now=NOW)
        return [before, notes.suppression(connection, "ADA@acme.EXAMPLE")]

    assert await ready.write(suppress) == [None, "unsubscribed"]
