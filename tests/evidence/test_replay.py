"""A replay processes a delivery once more, says nothing twice, and adds what is missing."""

from sqlalchemy import select, update

from storage.database import Database
from storage.tables import deliveries, jobs
from tests.evidence.evidence_kit import delivery, send, told, typed
from tests.world import World, open_world, shown


async def test_replaying_everything_changes_nothing_in_slack(world: World) -> None:
    await world.subscribe("reviews,merges,notes,ci,comments")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved", "Good.")
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await world.reply_says("Approve & send")
    await world.card_says("merged by")
    before = [shown(message) for message in (*world.slack.messages(world.channel.id), *world.replies())]
    for sent in world.github.deliveries:
        said = await typed(world, world.maintainer, f"replay {sent.guid}")
        if sent.event in {"ping", "create", "issues"}:
            assert said == (
                f"PatchForge does nothing with `{sent.event}` events, so there is nothing to replay."
            )
        else:
            assert said.startswith("Processed once more. What was shown already is not shown again."), said
    after = [shown(message) for message in (*world.slack.messages(world.channel.id), *world.replies())]
    assert after == before
    posts = world.slack.workspace.calls_of("chat.postMessage", outcome="ok")
    assert len(posts) == len(after)


async def test_a_replay_adds_what_could_not_be_processed(world: World) -> None:
    await world.subscribe("reviews")
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card()
    await world.github.settled()
    guid = delivery(world, "pull_request", "opened").guid
    beside = await Database(world.settings.database_url).open()
    try:
        await beside.write(
            lambda connection: connection.execute(
                update(deliveries)
                .where(deliveries.c.guid == guid)
                .values(state="failed", error="a mistake of ours")
            )
        )
        assert "a mistake of ours" in await typed(world, world.reviewer, "deliveries failed")
        said = await typed(world, world.maintainer, f"replay {guid}")
        assert said.startswith("Processed once more.")
        assert "✓ The card in" in said
        assert "Nothing failed" in await typed(world, world.reviewer, "deliveries failed")
    finally:
        await beside.aclose()


async def test_a_delivery_without_its_body_says_so(world: World) -> None:
    await world.subscribe("reviews")
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card()
    guid = delivery(world, "pull_request", "opened").guid
    beside = await Database(world.settings.database_url).open()
    try:
        await beside.write(
            lambda connection: connection.execute(
                update(deliveries).where(deliveries.c.guid == guid).values(body=b"")
            )
        )
    finally:
        await beside.aclose()
    said = await typed(world, world.maintainer, f"replay {guid}")
    assert said.startswith(f"The body of `{guid}` is no longer kept, so it cannot be replayed;")
    said = await typed(world, world.reviewer, f"why {guid}")
    assert "its body is no longer kept, so whom it reached cannot be told any more." in said


async def test_a_broken_delivery_stays_broken_and_replaying_says_so(world: World) -> None:
    guid = await send(world, "pull_request", {"action": "opened", "pull_request": 7})
    await told(world, guid, "malformed", user=world.maintainer)
    assert "malformed" in await typed(world, world.maintainer, f"replay {guid}")


async def test_a_replay_starts_no_second_release_note(world: World) -> None:
    await world.subscribe("notes")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)
    await world.reply_says("Approve & send")
    guid = delivery(world, "pull_request", "closed").guid
    assert "waits for a person's decision" in await typed(world, world.maintainer, f"replay {guid}")
    beside = await Database(world.settings.database_url).open()
    try:
        found = await beside.read(
            lambda connection: connection.execute(select(jobs.c.id).where(jobs.c.kind == "notes.draft")).all()
        )
    finally:
        await beside.aclose()
    assert len(found) == 1


async def test_why_lists_and_replays_work_on_postgresql(postgres_url: str) -> None:
    async with open_world(postgres_url) as world:
        await world.subscribe("reviews,merges,notes")
        pull = await world.github.open_pull(world.repo, world.demo.feature)
        await world.github.merge(world.repo, pull.number, world.demo.maintainer)
        await world.reply_says("Approve & send")
        guid = delivery(world, "pull_request", "closed").guid
        assert "Word of the merge in" in await told(world, guid, "Word of the merge in")
        assert "Its latest deliveries" in await typed(
            world, world.reviewer, f"why {world.repo}#{pull.number}"
        )
        assert guid in await typed(world, world.reviewer, "deliveries")
        assert "Nothing failed" in await typed(world, world.reviewer, "deliveries failed")
        assert "Processed once more." in await typed(world, world.maintainer, f"replay {guid}")
