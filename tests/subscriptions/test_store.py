"""What the database remembers of subscriptions."""

from datetime import UTC, datetime, timedelta

from bot.models import Subscription
from bot.subscriptions import listening
from storage import subscriptions
from storage.database import Database

MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


async def put(
    database: Database, channel: str, repo: str, *, features: tuple[str, ...] = ("reviews",), words: str = ""
) -> tuple[Subscription, bool]:
    return await database.write(
        lambda connection: subscriptions.put(
            connection,
            channel=channel,
            repo=repo,
            features=features,
            filter_text=words,
            user="U1",
            now=MOMENT,
        )
    )


async def repos_of(database: Database, channel: str) -> list[str]:
    found = await database.read(lambda connection: subscriptions.of_channel(connection, channel))
    return [subscription.repo for subscription in found]


async def test_a_subscription_is_kept_as_it_was_made(database: Database) -> None:
    made, created = await put(database, "C1", "Octo/Hello", features=("merges", "ci"), words="draft:no")
    assert created
    assert made == Subscription(
        id=made.id,
        channel="C1",
        repo="octo/hello",
        features=("merges", "ci"),
        filter="draft:no",
        created_by="U1",
        created_at=MOMENT,
    )
    assert await database.read(lambda connection: subscriptions.get(connection, made.id)) == made


async def test_subscribing_again_changes_what_is_posted_and_keeps_who_began(database: Database) -> None:
    first, _ = await put(database, "C1", "octo/hello", features=("reviews",), words="draft:no")
    again, created = await database.write(
        lambda connection: subscriptions.put(
            connection,
            channel="C1",
            repo="OCTO/hello",
            features=("ci",),
            filter_text="bots:no",
            user="U2",
            now=MOMENT + timedelta(days=1),
        )
    )
    assert not created
    assert (again.id, again.features, again.filter) == (first.id, ("ci",), "bots:no")
    assert (again.created_by, again.created_at) == ("U1", MOMENT)


async def test_a_removed_subscription_is_handed_back_once(database: Database) -> None:
    made, _ = await put(database, "C1", "octo/hello")
    assert await database.write(lambda connection: subscriptions.remove(connection, made.id)) == made
    assert await database.write(lambda connection: subscriptions.remove(connection, made.id)) is None
    assert await database.read(lambda connection: subscriptions.get(connection, made.id)) is None


async def test_subscriptions_are_found_by_channel_and_by_repository(database: Database) -> None:
    for channel, repo in [("C2", "octo/hello"), ("C1", "octo/world"), ("C1", "octo/hello"), ("C3", "a/b")]:
        await put(database, channel, repo)
    assert await repos_of(database, "C1") == ["octo/hello", "octo/world"]
    by_repo = await database.read(lambda connection: listening.of_repo(connection, "Octo/Hello"))
    assert [subscription.channel for subscription in by_repo] == ["C1", "C2"]
    both = await database.read(lambda connection: subscriptions.of_channels(connection, ["C1", "C3"]))
    assert [(found.repo, found.channel) for found in both] == [
        ("a/b", "C3"),
        ("octo/hello", "C1"),
        ("octo/world", "C1"),
    ]
    assert await database.read(lambda connection: subscriptions.of_channels(connection, [])) == []


async def test_subscriptions_follow_a_renamed_repository(database: Database) -> None:
    await put(database, "C1", "octo/old")
    await put(database, "C2", "octo/old", words="draft:no")
    await put(database, "C2", "octo/new", words="bots:no")
    await put(database, "C2", "octo/other")
    await database.write(lambda connection: subscriptions.rename_repo(connection, "Octo/Old", "Octo/New"))
    assert await repos_of(database, "C1") == ["octo/new"]
    assert await repos_of(database, "C2") == ["octo/new", "octo/other"]
    kept = await database.read(lambda connection: listening.of_repo(connection, "octo/new"))
    assert [subscription.filter for subscription in kept] == ["", "bots:no"]


async def test_a_change_of_capitals_only_loses_nothing(database: Database) -> None:
    await put(database, "C1", "octo/hello")
    await database.write(lambda connection: subscriptions.rename_repo(connection, "octo/hello", "Octo/Hello"))
    assert await repos_of(database, "C1") == ["octo/hello"]
