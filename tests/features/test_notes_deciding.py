"""Who may decide about a draft, on which text, and what everybody else is told."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.slack import User
from tests.features.notes_kit import (
    APPROVE,
    DISCARD,
    EDIT,
    REGENERATE,
    RESTORE,
    asked,
    asked_as_seen,
    drafted,
    form,
    press,
    press_as_seen,
    snapshot,
)
from tests.world import World, shown

NOT_YOUR_OWN = "You wrote this change, so somebody else has to approve its note."


def newcomer(world: World, name: str, **about: str) -> User:
    user = world.slack.workspace.add_user(name, **about)  # type: ignore[arg-type]  # all are texts here
    world.channel.members.append(user.id)
    return user


async def test_an_edit_is_checked_and_shown_and_whoever_saw_the_old_text_must_look_again(
    world: World,
) -> None:
    slack, reviewer = world.slack, world.reviewer
    draft = await drafted(world)
    before = snapshot(draft)
    view = await form(world, reviewer, draft, EDIT)
    for text, told in (
        ("   ", "Write what changes for the people who use it."),
        ("A line\n" * 200, "Make it shorter: the thread has to show all that is approved."),
        ("&" * 900, "Make it shorter: the thread has to show all that is approved."),
    ):
        done = await slack.submit(reviewer.id, view.id, {"text": text})
        assert done.errors == {"text": told}
    text = "Refunds can \u202ebe\u202c retried safely.\n\0Send an `Idempotency-Key`, as <b>told</b> & tested."
    assert (await slack.submit(reviewer.id, view.id, {"text": text, "category": "fix"})).ok
    changed = await world.reply_says("*Fix*", "Refunds can be retried safely.")
    assert "as &lt;b&gt;told&lt;/b&gt; &amp; tested." in shown(changed)
    assert f"last changed by <@{reviewer.id}>" in shown(changed)
    told = await asked_as_seen(world, world.maintainer, before, APPROVE)
    assert told == "The text changed since you looked; read it again in the thread, then decide."
    assert await asked_as_seen(world, world.maintainer, before, DISCARD) == told
    assert await asked_as_seen(world, world.maintainer, before, EDIT) == told
    assert "Discard" in shown(draft)
    assert not world.mail.messages


async def test_of_two_who_edit_at_once_the_later_is_told(world: World) -> None:
    slack = world.slack
    draft = await drafted(world)
    mine, yours = (
        await form(world, world.reviewer, draft, EDIT),
        await form(world, world.maintainer, draft, EDIT),
    )
    assert (await slack.submit(world.reviewer.id, mine.id, {"text": "Mine."})).ok
    await world.reply_says("Mine.")
    assert (await slack.submit(world.maintainer.id, yours.id, {"text": "Yours."})).ok
    notice = slack.modals(world.maintainer.id)[-1]
    assert "The text changed since you looked" in shown(notice.blocks)
    assert "Mine." in shown(draft)


async def test_of_two_who_approve_at_once_one_wins_and_the_other_is_told_who(world: World) -> None:
    draft = await drafted(world)
    before = snapshot(draft)
    people = (world.maintainer, world.reviewer)
    results = await asyncio.gather(*(press_as_seen(world, user, before, APPROVE) for user in people))
    await world.slack.until(lambda: any(result.messages for result in results))
    winner, loser = people if not results[0].messages else people[::-1]
    (answer,) = [message for result in results for message in result.messages]
    assert shown(answer) == f"<@{winner.id}> approved this note already."
    await world.reply_says(f"Approved by <@{winner.id}>", "✓ Jonas Weber")
    assert await asked_as_seen(world, winner, before, APPROVE) == "You approved this note already."
    assert loser.id not in shown(draft)
    assert len(world.mail.accepted) == 1


async def test_a_discarded_draft_can_be_restored_and_then_approved(world: World) -> None:
    draft = await drafted(world)
    before = snapshot(draft)
    await press(world, world.reviewer, draft, DISCARD)
    gone = await world.reply_says("Release note discarded by", world.reviewer.id, "Restore")
    told = await asked_as_seen(world, world.maintainer, before, APPROVE)
    assert told == (
        f"<@{world.reviewer.id}> discarded this draft already; press Restore in the thread to bring it back."
    )
    discarded = snapshot(gone)
    await press(world, world.maintainer, gone, RESTORE)
    back = await world.reply_says("Approve & send")
    await press_as_seen(world, world.maintainer, discarded, RESTORE)
    await press(world, world.maintainer, back, APPROVE)
    await world.reply_says("Approved by")
    told = await asked_as_seen(world, world.reviewer, discarded, RESTORE)
    assert told == f"<@{world.maintainer.id}> approved this note already."


async def test_neither_author_nor_co_author_approves_unless_the_channel_allows_it(world: World) -> None:
    jonas = newcomer(world, "jonas", email="Jonas.Weber@acme.example")
    await world.command(jonas, "link somebody-else")
    draft = await drafted(world)
    for user in (world.author, jonas):
        told = await asked(world, user, draft, APPROVE)
        assert NOT_YOUR_OWN in told
        assert "`/patchforge settings self-approval on`" in told
    assert not world.mail.messages
    assert "cannot" in await world.command(world.author, "settings")
    assert "self-approval is on" in await world.command(world.maintainer, "settings self-approval on")
    await press(world, world.author, draft, APPROVE)
    await world.reply_says(f"Approved by <@{world.author.id}>")


async def test_an_author_is_known_by_the_address_of_the_commits_and_a_co_author_by_login(
    world: World,
) -> None:
    draft = await drafted(world, world.demo.fix)  # by Jonas, who commits with his address
    jonas = newcomer(world, "jonas", email="jonas.weber@acme.example")
    await world.command(jonas, "link jonas-private")
    assert NOT_YOUR_OWN in await asked(world, jonas, draft, APPROVE)


async def test_while_slack_does_not_say_who_somebody_is_nobody_approves(world: World) -> None:
    draft = await drafted(world)
    world.slack.workspace.faults.add("users.info", "500")
    told = await asked(world, world.maintainer, draft, APPROVE)
    assert told == "Slack did not tell me just now whether you are among the authors; please try again."
    await press(world, world.maintainer, draft, APPROVE)
    await world.reply_says("Approved by")


async def test_a_co_author_with_a_hidden_address_is_known_by_login(world: World) -> None:
    fix = world.demo.fix
    trailer = "Co-authored-by: Priya <1234+priyaraman@users.noreply.github.com>"
    commits = tuple(replace(commit, message=f"{commit.message}\n\n{trailer}") for commit in fix.commits)
    draft = await drafted(world, replace(fix, commits=commits))
    assert NOT_YOUR_OWN in await asked(world, world.reviewer, draft, APPROVE)


async def test_an_author_who_links_only_after_the_draft_is_known_by_login(world: World) -> None:
    await world.command(world.author, "unlink")
    draft = await drafted(world)
    assert "Linked" in await world.command(world.author, f"link {world.demo.author}")
    assert NOT_YOUR_OWN in await asked(world, world.author, draft, APPROVE)
    assert not world.mail.messages


async def test_who_is_not_linked_is_told_how_before_approving(world: World) -> None:
    guest = newcomer(world, "guest")
    draft = await drafted(world)
    told = await asked(world, guest, draft, APPROVE)
    assert told == (
        "Tell me first who you are on GitHub, with `/patchforge link your-login`; "
        "authors cannot approve their own notes, so I need to know."
    )
    await world.command(guest, "link guest-login")
    await press(world, guest, draft, APPROVE)
    await world.reply_says(f"Approved by <@{guest.id}>")


@pytest.mark.parametrize("action", [EDIT, REGENERATE])
async def test_a_form_that_slack_will_not_open_any_more_is_a_kind_sentence(world: World, action: str) -> None:
    draft = await drafted(world)
    workspace = world.slack.workspace
    workspace.rules = replace(workspace.rules, trigger_life=0.0)
    told = await asked(world, world.reviewer, draft, action)
    assert told == "That took too long for Slack to open the form; please try again."


async def test_a_button_from_another_time_answers_kindly(world: World) -> None:
    draft = snapshot(await drafted(world))
    for value in ('["draft.1",999,"abc"]', '["draft.0",1]', "{", ""):
        for element in draft.blocks[-1]["elements"]:
            element["value"] = value
        told = await asked_as_seen(world, world.reviewer, draft, APPROVE)
        assert "look for a newer message" in told
