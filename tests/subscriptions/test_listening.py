"""Who listens, as it is in the database at this moment, whoever changed it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from bot.filters.seen import Event
from bot.models import Subscription
from bot.subscriptions import listening
from storage import facts, subscriptions
from storage.database import Database
from storage.migrate import upgrade

MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def follow(
    connection: Connection, channel: str, repo: str, words: str = "", *, excluded: tuple[str, ...] = ()
) -> Subscription:
    made, _ = subscriptions.put(
        connection,
        channel=channel,
        repo=repo,
        features=("reviews",),
        filter_text=words,
        user="U1",
        now=MOMENT,
        excluded=excluded,
    )
    return made


def know(connection: Connection, repo_id: int, name: str) -> None:
    facts.put_repository(
        connection, repo_id=repo_id, full_name=name, default_branch="main", updated_at=MOMENT, certain=True
    )


async def heard(database: Database, repo: str, *events: Event) -> list[str]:
    def look(connection: Connection) -> list[str]:
        found = listening.routes(connection, repo).candidates(repo, events or tuple(Event))
        return sorted(one.channel for one in found)

    return await database.write(look)


async def test_a_change_is_heard_in_its_own_transaction_and_after_it(database: Database) -> None:
    assert await heard(database, "acme/api") == []

    def both(connection: Connection) -> list[str]:
        follow(connection, "C1", "acme/api")
        return [one.channel for one in listening.routes(connection, "acme/api").candidates("Acme/API")]

    assert await database.write(both) == ["C1"]
    assert await heard(database, "acme/api") == ["C1"]
    made = await database.write(lambda connection: follow(connection, "C1", "acme/api", "event:merged"))
    assert await heard(database, "acme/api", Event.OPENED) == []
    assert await heard(database, "acme/api", Event.MERGED) == ["C1"]
    await database.write(lambda connection: subscriptions.remove(connection, made.id))
    assert await heard(database, "acme/api") == []


async def test_what_was_undone_was_never_heard(database: Database) -> None:
    await database.write(lambda connection: follow(connection, "C1", "acme/api"))

    def undone(connection: Connection) -> None:
        subscriptions.rename_repo(connection, "acme/api", "acme/web")
        follow(connection, "C2", "acme/api")
        for repo, channels in (("acme/api", ["C2"]), ("acme/web", ["C1"])):
            assert [one.channel for one in listening.routes(connection, repo).candidates(repo)] == channels
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        await database.write(undone)
    assert await heard(database, "acme/api") == ["C1"]
    assert await heard(database, "acme/web") == []


async def test_another_process_is_heard_at_once(database: Database) -> None:
    await database.write(lambda connection: follow(connection, "C1", "acme/api"))
    assert await heard(database, "acme/api") == ["C1"]
    other = await Database(database.url.render_as_string(hide_password=False)).open()
    try:
        await upgrade(other)
        await other.write(lambda connection: follow(connection, "C2", "acme/*"))
    finally:
        await other.aclose()
    assert await heard(database, "acme/api") == ["C1", "C2"]


async def test_a_channel_s_own_word_about_a_repository_goes_before_the_owner_s(database: Database) -> None:
    def work(connection: Connection) -> None:
        follow(connection, "C1", "acme/*", excluded=("acme/old-*",))
        follow(connection, "C1", "acme/api", "draft:no")
        follow(connection, "C2", "acme/*")

    await database.write(work)

    def look(connection: Connection) -> list[tuple[str, str]]:
        return [(one.channel, one.repo) for one in listening.of_repo(connection, "Acme/Api")]

    assert await database.read(look) == [("C1", "acme/api"), ("C2", "acme/*")]
    assert await heard(database, "acme/old-site") == ["C2"]
    found = await database.read(lambda connection: listening.in_channel(connection, "C1", "acme/web"))
    assert found is not None
    assert found.excluded == ("acme/old-*",)
    assert await database.read(lambda found: listening.in_channel(found, "C1", "acme/old-site")) is None


async def test_all_of_an_owner_means_the_known_repositories_without_the_excluded(database: Database) -> None:
    def work(connection: Connection) -> None:
        for number, name in enumerate(("Acme/API", "acme/old-site", "acme_x/api", "octo/hello"), 1):
            know(connection, number, name)
        follow(connection, "C1", "acme/*", excluded=("acme/old-*",))
        follow(connection, "C2", "a/b")

    await database.write(work)
    assert await database.read(listening.repos) == ["a/b", "acme/api"]
    here = await database.read(lambda connection: subscriptions.of_channel(connection, "C1"))
    assert await database.read(lambda connection: listening.repos_of(connection, here)) == {"acme/api"}
    assert listening.follows(here, "acme/new")
    assert not listening.follows(here, "acme/old-site")


async def test_left_out_repositories_are_left_out_under_their_new_name(database: Database) -> None:
    def work(connection: Connection) -> None:
        follow(connection, "C1", "acme/*", excluded=("acme/old", "acme/x-*"))
        subscriptions.rename_repo(connection, "acme/old", "acme/new")

    await database.write(work)
    assert await heard(database, "acme/new") == []
    assert await heard(database, "acme/x-1") == []
    assert await heard(database, "acme/old") == ["C1"]


async def test_transferred_repositories_are_heard_by_their_new_owner_s_and_their_own(
    database: Database,
) -> None:
    def work(connection: Connection) -> None:
        follow(connection, "C1", "acme/*")
        follow(connection, "C2", "acme/api")
        follow(connection, "C3", "octo/*")
        subscriptions.rename_repo(connection, "acme/api", "octo/api")

    await database.write(work)
    assert await heard(database, "octo/api") == ["C2", "C3"]
