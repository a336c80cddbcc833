"""Every delivery of the demo's story has a fate that a person can look up."""

import re

from sandbox.story import Story
from tests.evidence.evidence_kit import MARKS, NOBODY, fate, typed, why
from tests.world import World

# What becomes of each event of the story, in the words of its fate.
_FATES = {
    "ping": f"{NOBODY}it is GitHub's first call to a new webhook.",
    "create": f"{NOBODY}PatchForge does nothing with `create` events.",
    "issues": f"{NOBODY}PatchForge does nothing with `issues` events.",
}


async def played(world: World) -> None:
    """Play the story to its end."""
    late = world.slack.workspace.add_user(world.demo.second_reviewer, email="late@slack.example")
    world.channel.members.append(late.id)
    people = {
        world.demo.author: world.author,
        world.demo.reviewer: world.reviewer,
        world.demo.maintainer: world.maintainer,
        world.demo.second_reviewer: late,
    }
    story = Story(
        world.slack, world.github, world.mail, demo=world.demo, people=people, channel=world.channel
    )
    assert await story.play(), [(step.title, step.detail) for step in story.steps if step.status == "failed"]
    await world.github.settled()


async def test_why_answers_for_every_delivery_of_the_story(world: World) -> None:
    await played(world)
    assert len(world.github.deliveries) > 25
    fates: dict[str, set[str]] = {}
    for sent in world.github.deliveries:
        said = await why(world, sent.guid)
        assert said.startswith(f"*{sent.event}")
        assert said.splitlines()[1].startswith(MARKS)
        assert "*How it came*" in said
        assert f"as `{sent.guid}`" in said
        fates.setdefault(sent.event, set()).add(fate(said))
    for event, expected in _FATES.items():
        assert fates.pop(event) == {expected}
    lost = {line for line in fates.pop("push") if line.startswith(NOBODY)}
    assert lost == {
        f"{NOBODY}the branch `idempotent-refunds` was new, and no pull request came from it yet.",
        f"{NOBODY}no pull request comes from the branch `main`.",
    }
    for event, lines in fates.items():
        for line in lines:
            assert line.startswith(f"✓ The card in <#{world.channel.id}> "), (event, line)
            assert f"<https://acme.slack.com/archives/{world.channel.id}/p" in line


async def test_why_tells_which_words_an_event_added_to_the_thread(world: World) -> None:
    await played(world)
    expected = {
        ("pull_request_review", "changes_requested"): "Word of the review in",
        ("pull_request_review", "approved"): "Word of the review in",
        ("check_run", "failure"): "Word of the failed checks in",
        ("pull_request", "closed"): "Word of the merge in",
    }
    for sent in world.github.deliveries:
        kind = (sent.payload.get("review") or sent.payload.get("check_run") or {}).copy()
        word = expected.get((sent.event, kind.get("state") or kind.get("conclusion") or sent.action or ""))
        if word:
            line = next(line for line in (await why(world, sent.guid)).splitlines() if word in line)
            assert line.startswith("✓")
            assert "?thread_ts=" in line


async def test_why_of_a_pull_request_tells_card_thread_note_and_masked_mails(world: World) -> None:
    await played(world)
    pull = next(one for one in world.github.deliveries if one.event == "pull_request").payload["pull_request"]
    for asked in (f"{world.repo}#{pull['number']}", f"<{pull['html_url']}>", f"{pull['html_url']}/files"):
        said = await why(world, asked)
        assert f"{world.repo}#{pull['number']}> {pull['title']} · merged*" in said
        assert f"✓ It has a card in <#{world.channel.id}>" in said
        assert "The card in" in said
        assert "Word of the merge in" in said
        assert "was approved by <@" in said
        assert re.search(r"✓ \w…@[\w.]+ was sent ", said)
        for mail in world.mail.messages:
            assert not any(address in said for address in mail.recipients)
        assert "*Its latest deliveries*" in said
        assert "`closed` as `" in said


async def test_the_list_pages_through_every_delivery_and_ids_can_be_asked_about(world: World) -> None:
    await played(world)
    listed: list[str] = []
    for page in range(1, 20):
        said = await typed(world, world.reviewer, f"deliveries {page}")
        ids = re.findall(r"^`([\w-]+)`$", said, re.MULTILINE)
        listed += ids
        assert ("Older ones: `/patchforge deliveries" in said) == (len(ids) == 10 and "Older" in said)
        if "Older ones" not in said:
            break
    sent = [one.guid for one in world.github.deliveries]
    assert [guid for guid in listed if not guid.startswith("refresh-")] == sent[::-1]
    for own in (guid for guid in listed if guid.startswith("refresh-")):
        assert "✓ Fetched from GitHub, as events had left a doubt, " in await why(world, own)
    assert "There are no more." in await typed(world, world.reviewer, "deliveries 900")
