"""What the database remembers of addresses, choices and what went out."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.models import Recipient, Why
from storage import addresses, notes, people, profiles, sendings
from storage.database import Database
from tests.notes.note_samples import NOW

REPO = "acme/pay"
ADA = Recipient("Ada", "ada", "1+ada@users.noreply.github.com", "noreply address")
BOT = Recipient("Bot", "ci[bot]", "bot@acme.example", "bot")


def settled(connection: Connection, owner: str, address: str) -> None:
    asked = addresses.register(connection, owner, address, by="U9", now=NOW)
    assert asked
    assert addresses.mailed(connection, asked, NOW)
    assert addresses.verify(connection, owner, asked.asked_at, now=NOW)


async def test_an_address_is_confirmed_once_and_only_for_the_question_it_was_asked_by(
    database: Database,
) -> None:
    def work(connection: Connection) -> list[bool]:
        first = addresses.register(connection, "U1", "a@home.example", by="U1", now=NOW)
        later = NOW + timedelta(minutes=1)
        second = addresses.register(connection, "U1", "b@home.example", by="U1", now=later)
        assert first
        assert second
        return [
            addresses.mailed(connection, first, later),
            addresses.mailed(connection, second, later),
            addresses.mailed(connection, second, later),
            addresses.verify(connection, "U1", first.asked_at, now=later),
            addresses.verify(connection, "U1", second.asked_at, now=later),
            addresses.verify(connection, "U1", second.asked_at, now=later),
        ]

    assert await database.write(work) == [False, True, False, False, True, False]


async def test_questions_are_counted_by_the_day(database: Database) -> None:
    def ask(connection: Connection) -> list[bool]:
        moments = (NOW + timedelta(hours=hours) for hours in (0, 1, 2, 3, 27))
        return [
            addresses.register(connection, "U1", "a@home.example", by="U1", now=now) is not None
            for now in moments
        ]

    asked = await database.write(ask)
    assert asked == [True, True, True, False, True]


async def test_the_audience_has_everybody_once_and_says_why(database: Database) -> None:
    def work(connection: Connection) -> tuple[Recipient, ...]:
        for user in ("U1", "U2", "U3", "U4"):
            settled(connection, user, f"{user.lower()}@home.example")
            addresses.choose(connection, user, REPO, wanted=user != "U3")
        addresses.register(connection, "U5", "u5@home.example", by="U5", now=NOW)
        addresses.choose(connection, "U5", REPO, wanted=True)
        profiles.heard(connection, "U4", zone=None, away_until=None, deleted=True, now=NOW)
        people.link(connection, "U1", "Ada", now=NOW, proof=people.ADMIN)
        settled(connection, REPO, "team@lists.example")
        settled(connection, "acme/*", "all@lists.example")
        settled(connection, "other/*", "other@lists.example")
        return addresses.audience(connection, "Acme/Pay", [ADA, BOT])

    found = await database.write(work)
    assert {(one.address, one.skipped, one.why) for one in found} == {
        ("u1@home.example", None, Why.CONTRIBUTOR),
        ("bot@acme.example", "bot", Why.CONTRIBUTOR),
        ("u2@home.example", None, Why.SUBSCRIBER),
        ("team@lists.example", None, Why.TEAM),
        ("all@lists.example", None, Why.TEAM),
    }


async def test_a_choice_for_all_gives_way_to_one_for_a_repository(database: Database) -> None:
    def work(connection: Connection) -> dict[str, bool]:
        addresses.choose(connection, "U1", "acme/web", wanted=True)
        addresses.choose(connection, "U1", addresses.ALL, wanted=False)
        addresses.choose(connection, "U1", REPO, wanted=True)
        return addresses.choices(connection, "U1")

    assert await database.write(work) == {"*": False, REPO: True}
    assert await database.read(addresses.subscribers) == ["U1"]


async def test_what_went_out_is_found_by_its_name_and_old_questions_are_forgotten(database: Database) -> None:
    def work(connection: Connection) -> tuple[bool, object, object]:
        for name in ("<a@b>", "<a@b>", "<c@d>"):
            sendings.record(connection, name, "Ada@Home.example", now=NOW)
        sendings.record(connection, "<e@f>", "x@home.example", now=NOW, mail_id=7)
        found = sendings.find(connection, "<a@b>")
        more = sendings.prune(connection, before=NOW + timedelta(days=1), rows=10)
        return more, found, sendings.find(connection, "<a@b>")

    more, found, gone = await database.write(work)
    assert (more, gone) == (False, None)
    assert found == sendings.Sending("<a@b>", "ada@home.example", None)
    kept = await database.read(lambda connection: sendings.find(connection, "<e@f>"))
    assert kept == sendings.Sending("<e@f>", "x@home.example", 7)


async def test_what_stopped_an_address_may_be_lifted_by_its_reason(database: Database) -> None:
    def work(connection: Connection) -> list[object]:
        notes.suppress(connection, "a@home.example", reason=notes.BOUNCED, now=NOW)
        return [
            notes.allow(connection, "a@home.example", only=notes.UNSUBSCRIBED),
            notes.suppression(connection, "a@home.example"),
            notes.allow(connection, "A@home.example"),
            notes.suppression(connection, "a@home.example"),
        ]

    assert await database.write(work) == [False, "bounced", True, None]
