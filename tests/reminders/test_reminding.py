"""Reminders as people meet them: set, listed, ended, undone, previewed, and coming at their times."""

import pytest

from tests.features.card_kit import new_channel, rest
from tests.reminders.reminder_kit import (
    Held,
    add_repository,
    digest,
    digests,
    direct,
    direct_digest,
    held,
    later,
    opened,
    says,
)
from tests.world import World, shown


@pytest.fixture
def clock() -> Held:
    return Held()


async def test_a_reminder_is_listed_ended_and_brought_back(world: World) -> None:
    said = await world.command(world.reviewer, "remind mon,thu 9:00 Europe/Berlin label:bug")
    assert "09:00 Europe/Berlin" in said
    assert "follows no repository yet" in said
    await world.command(world.author, "remind daily 8am")
    said = await world.command(world.author, "remind list")
    assert "1. `mon,thu 09:00 Europe/Berlin label:bug`" in said
    assert f"set by <@{world.reviewer.id}>" in said
    assert "2. `daily 08:00`" in said
    assert "write which" in await world.command(world.author, "remind off")
    result = await world.slack.command(world.author.id, world.channel.id, "/patchforge", "remind off 1")
    (ended,) = result.messages
    assert "is ended" in shown(ended)
    assert "1. `daily 08:00`" in await world.command(world.author, "remind list")
    undone = await world.slack.click(world.author.id, world.channel.id, ended.ts, "pf.reminder.undo")
    assert "Next:" in "\n".join(shown(message) for message in undone.messages)
    assert "2 reminders" in await world.command(world.author, "remind list")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("remind weekdays", "At what time?"),
        ("remind off 3", "No reminder is set here"),
        ("remind weekdays 9:00 label:a -label:a", "contradict each other"),
        ("remind weekdays 9:00 lable:a", "did you mean"),
        ("remind sla", "Say for which repository"),
        ("remind sla acme/unknown 8h", "does not follow"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_do(world: World, text: str, sentence: str) -> None:
    assert sentence in await world.command(world.maintainer, text)


async def test_only_who_may_change_settings_sets_deadlines(world: World) -> None:
    await world.subscribe()
    assert "workspace admin" in await world.command(world.reviewer, f"remind sla {world.repo} 8h")
    assert "has no deadlines." in await world.command(world.reviewer, f"remind sla {world.repo}")
    await world.command(world.maintainer, f"remind sla {world.repo} 4h,8h,40h")
    assert "After 40 hours the channel does" in await world.command(
        world.reviewer, f"remind sla {world.repo}"
    )
    assert "no deadlines any more" in await world.command(world.maintainer, f"remind sla {world.repo} off")


async def test_a_person_hears_in_their_own_messages_what_waits_for_them(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await opened(world, "For Priya", world.demo.reviewer)
        await opened(world, "For Aiko", world.demo.second_reviewer)
        await rest(world)
        preview = await world.command(world.reviewer, "remind me now")
        assert "For Priya" in preview
        assert "Only you see this preview." in preview
        said = await world.command(world.reviewer, "remind me weekdays 09:30")
        assert "for you" in said
        assert "Fri 20 Nov 09:30 Europe/Amsterdam" in said
        await later(world, clock, 2026, 11, 20, 8, 31)
        text = shown(await direct_digest(world, world.reviewer))
        assert "For Priya" in text
        assert "For Aiko" not in text
        assert not digests(world)
        assert "Nothing waits for you" in await world.command(world.maintainer, "remind me now")


async def test_who_is_away_is_left_alone_until_they_are_back(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await opened(world, "It can wait", world.demo.reviewer)
        await world.command(world.reviewer, "remind me daily 09:30")
        await world.command(world.reviewer, "remind daily 09:30")
        await rest(world)
        back = int(clock.at.timestamp()) + 86_400 * 3
        await world.slack.set_status(world.reviewer.id, "On vacation", ":palm_tree:", until=back)
        await rest(world)
        await later(world, clock, 2026, 11, 21, 8, 31)
        text = shown(await digest(world))
        assert "👉 *priyaraman*" in text, "named, and not pinged"
        await rest(world)
        assert not direct(world, world.reviewer)
        await later(world, clock, 2026, 11, 24, 8, 31)
        await direct_digest(world, world.reviewer)


async def test_a_channel_hears_within_its_own_filter_and_nothing_when_nothing_waits(
    sqlite_url: str, clock: Held
) -> None:
    async with held(sqlite_url, clock) as world:
        other = new_channel(world, "bugs")
        await world.subscribe("reviews")
        await says(world, world.maintainer, other.id, f"subscribe {world.repo} label:bug")
        for place in (world.channel.id, other.id):
            await says(world, world.maintainer, place, "remind daily 09:30")
        await opened(world, "No bug at all", world.demo.reviewer)
        await rest(world)
        await later(world, clock, 2026, 11, 21, 8, 31)
        assert "No bug at all" in shown(await digest(world))
        await rest(world)
        assert not digests(world, other)


async def test_filters_that_depend_on_changed_files_hold_for_digests(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews path:wanted*")
        await opened(world, "Wanted", world.demo.reviewer)
        await opened(world, "Other", world.demo.reviewer)
        await world.card_says("Wanted")
        await rest(world)
        said = await world.command(world.author, "remind now")
        assert "1 pull request waits" in said
        assert "Wanted" in said
        await world.command(world.author, "remind daily 09:30 path:other*")
        assert "Nothing waits" in await world.command(world.author, "remind now 1")


async def test_a_bot_that_was_away_reminds_once_and_never_very_late(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("reviews")
        await world.command(world.maintainer, "remind daily 09:30")
        await opened(world, "Still open", world.demo.reviewer)
        await rest(world)
        # Three moments were missed, and the last of them six hours ago.
        await later(world, clock, 2026, 11, 22, 14, 31)
        # Another week later, an hour after the moment.
        await later(world, clock, 2026, 11, 30, 9, 31)
        await digest(world)
        await rest(world)
        assert len(digests(world)) == 1


async def test_pages_follow_in_the_thread_of_the_first(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("merges")
        await world.command(world.reviewer, "me dms off")  # sixty of them would take a minute
        for number in range(60):
            title = f"Number {number} " + "of a rather long row of things to look at, one by one " * 2
            await opened(world, title.strip(), world.demo.reviewer)
        await world.command(world.maintainer, "remind daily 09:30")
        await rest(world)
        await later(world, clock, 2026, 11, 21, 8, 31)
        first = await digest(world)
        await rest(world)
        pages = [first, *world.slack.thread(world.channel.id, first.ts)]
        assert len(pages) > 1
        assert len(world.slack.messages(world.channel.id)) == 1
        text = "\n".join(map(shown, pages))
        assert all(f"Number {number} of" in text for number in range(60))
        keys = {page.metadata["event_payload"]["key"] for page in pages if page.metadata}
        assert len(keys) == len(pages)


async def test_an_archived_channel_rests_its_reminder_and_its_maker_is_told(
    sqlite_url: str, clock: Held
) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("merges")
        await world.command(world.reviewer, "remind daily 09:30")
        await opened(world, "Left behind", world.demo.reviewer)
        await rest(world)
        await world.slack.archive(world.channel.id)
        await later(world, clock, 2026, 11, 21, 8, 31)
        told = await world.slack.until(lambda: world.slack.direct_messages(world.reviewer.id))
        assert "is paused: the channel is archived" in shown(told[-1])
        await world.slack.archive(world.channel.id, archived=False)
        await later(world, clock, 2026, 11, 22, 8, 31)
        assert not digests(world)
        assert "paused" in await world.command(world.author, "remind list")
        await world.command(world.author, "remind daily 09:30")
        await later(world, clock, 2026, 11, 23, 8, 31)
        await digest(world)


async def test_the_reminder_of_who_left_ends(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        await world.subscribe("merges")
        await world.command(world.reviewer, "remind me daily 09:30")
        await opened(world, "Nobody looks", world.demo.reviewer)
        await rest(world)
        await world.slack.leave_workspace(world.reviewer.id)
        await rest(world)
        await later(world, clock, 2026, 11, 21, 8, 31)
        await later(world, clock, 2026, 11, 22, 8, 31)
        assert not direct(world, world.reviewer)


async def test_a_reminder_keeps_its_hour_when_clocks_change(sqlite_url: str) -> None:
    clock = Held()
    async with held(sqlite_url, clock) as world:
        await world.subscribe("merges")
        await world.command(world.maintainer, "remind daily 09:30 Europe/Berlin")
        await opened(world, "Summer and winter", world.demo.reviewer)
        await rest(world)
        await later(world, clock, 2027, 3, 27, 8, 31)
        await digest(world)
        # On the next morning clocks are one hour ahead of this.
        await later(world, clock, 2027, 3, 28, 7, 31)
        await digest(world, 2)


async def test_a_repository_that_nobody_follows_here_is_not_told_of(sqlite_url: str, clock: Held) -> None:
    async with held(sqlite_url, clock) as world:
        foreign = add_repository(world, "elsewhere")
        other = new_channel(world, "elsewhere")
        await says(world, world.maintainer, other.id, f"subscribe {foreign}")
        await world.subscribe("merges")
        await opened(world, "Not for here", world.demo.reviewer, repo=foreign)
        await rest(world)
        assert "Nothing waits" in await world.command(world.author, "remind now")


async def test_deadlines_follow_a_renamed_repository(world: World) -> None:
    await world.subscribe()
    await world.command(world.maintainer, f"remind sla {world.repo} 8h")
    await world.github.rename_repo(world.repo, "payments", world.maintainer.name)
    await rest(world)
    said = await world.command(world.reviewer, "remind sla acme/payments")
    assert "due within 8 working hours" in said
