"""Why something reached whom it reached, and why it did not reach the others."""

import dataclasses

import pytest

from blocks.evidence import DONE, NOT, WRONG
from tests.evidence.evidence_kit import NOBODY, delivery, fate, send, told, typed, why
from tests.features.card_kit import bot
from tests.world import World


async def opened(world: World, subscription: str = "", *, draft: bool = False) -> str:
    """Subscribe, let a pull request be opened, and return the delivery's GUID."""
    await world.subscribe(subscription)
    await world.github.open_pull(world.repo, world.demo.feature, draft=draft)
    await world.github.settled()
    return delivery(world, "pull_request", "opened").guid


async def test_a_filter_that_keeps_it_away_is_named_clause_by_clause(world: World) -> None:
    guid = await opened(world, "draft:no base:main -label:wip", draft=True)
    said = await told(world, guid, NOBODY)
    assert fate(said) == (
        f"{NOBODY}<#{world.channel.id}> did not want it: `draft:no` wants pull requests that are not drafts, "
        "and this one is a draft."
    )
    await world.github.ready_for_review(world.repo, 13, world.demo.author)
    ready = delivery(world, "pull_request", "ready_for_review").guid
    said = await told(world, ready, "was posted")
    assert (
        "`draft:no` wants pull requests that are not drafts, and this one is no draft; `base:main` wants"
        in said
    )
    assert "`-label:wip` wants pull requests that are not labelled “wip”, and this one is labelled “" in said
    assert fate(await why(world, guid)).startswith(NOBODY), "the draft's own event still reached nobody"


async def test_a_feature_that_is_not_asked_for_is_named(world: World) -> None:
    guid = await opened(world, "merges,notes")
    said = await told(world, guid, NOBODY)
    assert "it asks only for merges and notes, which begin with the merge" in fate(said)
    await world.github.merge(world.repo, 13, world.demo.maintainer)
    closed = delivery(world, "pull_request", "closed").guid
    said = await told(
        world, closed, "Word of the merge in", "The draft, by groq:", "waits for a person's decision"
    )
    assert "*Its release note*" in said


async def test_what_the_thread_keeps_to_itself_is_explained(world: World) -> None:
    await opened(world, "reviews")
    await world.card()
    await world.github.comment(world.repo, 13, "Looks fine to me.", world.demo.reviewer)
    comment = delivery(world, "issue_comment").guid
    said = await told(world, comment, "The card in", "comments are not asked for here")
    assert f"{NOT} Its thread in <#{world.channel.id}> says nothing of it" in said


async def test_a_muted_thread_says_that_it_is_muted(world: World) -> None:
    await opened(world, "reviews")
    card = await world.card()
    await world.slack.click(world.reviewer.id, world.channel.id, card.ts, "pf.card.mute")
    await world.github.submit_review(world.repo, 13, world.demo.reviewer, "approved", "Fine.")
    guid = delivery(world, "pull_request_review").guid
    said = await told(world, guid, "Word of the review in", "was not shown: the card's thread is muted")
    assert f"{DONE} The card in" in said
    assert "muted by <@" in await why(world, f"{world.repo}#13")


async def test_a_card_that_slack_refused_tells_the_reason(world: World) -> None:
    await world.subscribe()
    await world.slack.archive(world.channel.id)
    await world.github.open_pull(world.repo, world.demo.feature)
    guid = delivery(world, "pull_request", "opened").guid
    other = world.slack.workspace.add_channel("other", members=[world.maintainer], bot=True)
    said = await why(world, guid, world.maintainer, other)
    while "could not be sent" not in said:
        said = await why(world, guid, world.maintainer, other)
    assert fate(said).startswith(
        f"{WRONG} The card in <#{world.channel.id}> could not be sent, and was given up"
    )
    assert "is_archived" in fate(said)
    listed = await typed(world, world.maintainer, "deliveries failed", other)
    assert delivery(world, "pull_request").guid in listed


async def test_attempts_before_success_are_told_with_their_error(world: World) -> None:
    world.slack.workspace.faults.add("chat.postMessage", "error", error="internal_error")
    guid = await opened(world)
    said = await told(world, guid, "was posted", "at attempt 2, after “Slack failed chat.postMessage")
    assert "internal_error" in said


async def test_a_card_that_a_person_deleted_is_called_deleted(world: World) -> None:
    await opened(world, "reviews")
    card = await world.card()
    await bot(world).chat_delete(channel=world.channel.id, ts=card.ts)
    await world.github.submit_review(world.repo, 13, world.demo.reviewer, "approved", "Fine.")
    await told(world, delivery(world, "pull_request_review").guid, "deleted in Slack")


async def test_what_no_channel_follows_reached_nobody(world: World) -> None:
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.github.settled()
    guid = delivery(world, "pull_request", "opened").guid
    said = await told(world, guid, NOBODY, user=world.maintainer)
    assert fate(said) == (f"{NOBODY}no channel followed `{world.repo}` and its pull requests have no card.")
    await world.subscribe()
    said = await why(world, guid)
    assert fate(said).startswith(f"{NOBODY}<#{world.channel.id}> began to follow it only later, <!date^")


async def test_what_cannot_be_read_is_told_to_be_malformed(world: World) -> None:
    await world.subscribe()
    repo = {"id": 1, "full_name": world.repo}
    broken = await send(world, "pull_request", {"action": "opened", "repository": repo, "pull_request": 7})
    said = await told(world, broken, WRONG, user=world.maintainer)
    assert "It could not be processed, and was given up after 1 attempts: malformed: " in fate(said)
    alone = await send(world, "push", {"ref": "refs/heads/main", "before": "1", "after": "2"})
    said = await told(world, alone, NOBODY, user=world.maintainer)
    assert fate(said) == f"{NOBODY}it is about no repository."
    tag = await send(
        world, "push", {"ref": "refs/tags/v1", "before": "0" * 40, "after": "a" * 40, "repository": repo}
    )
    assert "a tag was pushed" in fate(await told(world, tag, NOBODY, user=world.maintainer))


async def test_only_channels_that_follow_it_and_admins_may_ask(world: World) -> None:
    guid = await opened(world)
    await world.card()
    outside = world.slack.workspace.add_channel(
        "outside", members=[world.reviewer, world.maintainer], bot=True
    )
    unknown = "01234567-89ab-11f1-8000-000000000000"
    refused = await why(world, guid, channel=outside)
    assert refused == (
        f"I know no delivery `{guid}` of a repository that this channel follows; ask in the channel that "
        "follows it, or ask an admin of the workspace."
    )
    assert (await why(world, unknown, channel=outside)).replace(unknown, guid) == refused
    for repo in (world.repo, "acme/none"):
        assert (await why(world, f"{repo}#13", channel=outside)).startswith(
            f"This channel does not follow `{repo}`; ask in a channel that does"
        )
    assert "Nothing came yet." in await typed(world, world.reviewer, "deliveries", outside)
    assert "The card in" in await why(world, guid, world.maintainer, outside)
    assert guid in await typed(world, world.maintainer, "deliveries", outside)
    assert "Only an admin" in await typed(world, world.reviewer, f"replay {guid}")


async def test_a_private_channel_is_not_named_to_those_of_another(world: World) -> None:
    slack = world.slack
    hidden = slack.workspace.add_channel("hidden", members=[world.maintainer], is_private=True, bot=True)
    await typed(world, world.maintainer, f"subscribe {world.repo} reviews,notes", hidden)
    guid = await opened(world, "reviews,merges")
    await slack.until(lambda: slack.messages(hidden.id))
    await world.github.merge(world.repo, 13, world.demo.maintainer)
    await world.card_says("merged by")
    asked = (guid, delivery(world, "pull_request", "closed").guid, f"{world.repo}#13")
    for one in asked:
        said = await why(world, one)
        assert hidden.id not in said
        assert "The draft" not in said, "only the hidden channel asked for release notes"
        assert "@acme" not in said
        assert hidden.id in await why(world, one, world.maintainer)
    assert hidden.id not in await typed(world, world.reviewer, "deliveries")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "what happened?",
        "acme/payments-api",
        "acme/payments-api#0x7",
        "https://github.com/acme/payments-api/pull/",
        "'; DROP TABLE deliveries; --",
        "%",
        "a" * 3000,
        "\u202egnp#1",
        "<!channel>",
        "`x` <@U123>",
        "acme/payments-api#999999999",
        "../../etc/passwd",
        "\uff10\uff11",
    ],
)
async def test_odd_questions_get_a_kind_answer(world: World, asked: str) -> None:
    await world.subscribe()
    for command in ("why", "replay", "deliveries"):
        said = await typed(world, world.maintainer, f"{command} {asked}")
        assert "Something went wrong" not in said
        assert "reference" not in said
        assert "<!channel>" not in said
        assert "<@U123>" not in said
        assert len(said) < 1000 or command == "deliveries"


async def test_hostile_titles_and_branches_stay_harmless(world: World) -> None:
    nasty = dataclasses.replace(
        world.demo.feature,
        title="<!channel> *boom* `rm` <https://evil.example|click> \u202e",
        labels=("`<!here>`",),
    )
    await world.subscribe("reviews label:x")
    await world.github.open_pull(world.repo, nasty)
    await world.github.settled()
    guid = delivery(world, "pull_request", "opened").guid
    for said in (
        await told(world, guid, NOBODY),
        await why(world, f"{world.repo}#13"),
        await typed(world, world.reviewer, "deliveries"),
    ):
        assert "<!channel>" not in said
        assert "<!here>" not in said
        assert "<https://evil" not in said


async def test_help_explains_how_to_ask(world: World) -> None:
    for name in ("why", "deliveries", "replay"):
        assert f"/patchforge {name}" in await typed(world, world.reviewer, "help")
        assert f"/patchforge {name}" in await typed(world, world.reviewer, f"help {name}")
