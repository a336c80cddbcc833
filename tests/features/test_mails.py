"""From an approval to the mailboxes: one e-mail each, and what the mail server does is shown by name."""

import contextlib
import re
import sqlite3
from dataclasses import replace
from email import message_from_bytes, policy

import httpx
import pytest

from bot.ledger.policy import MAIL
from sandbox.github import PullSpec
from sandbox.mail import Moment
from sandbox.slack import Message
from tests.features.notes_kit import (
    APPROVE,
    GOT_IT,
    SEND_AGAIN,
    asked,
    asked_as_seen,
    drafted,
    edit,
    press,
    snapshot,
)
from tests.world import World, shown

JONAS = "jonas.weber@acme.example"
UNSURE = "? Jonas Weber (acme.example) may or may not have arrived"


async def approved(world: World, *words: str, spec: PullSpec | None = None) -> Message:
    """Merge and approve, and return the draft once it says the words."""
    draft = await drafted(world, spec)
    await press(world, world.maintainer, draft, APPROVE)
    return await world.reply_says(f"Approved by <@{world.maintainer.id}>", *words)


def with_trailers(spec: PullSpec, *people: str) -> PullSpec:
    trailers = "\n".join(f"Co-authored-by: {person}" for person in people)
    return replace(
        spec,
        commits=tuple(replace(made, message=f"{made.message}\n\n{trailers}") for made in spec.commits),
    )


def unsubscribe_path(world: World, number: int = -1) -> str:
    header = world.mail.messages[number].header("List-Unsubscribe") or ""
    found = re.fullmatch(r"<http://[^/]+(/mail/unsubscribe/[\w-]+)>", header)
    assert found
    return found[1]


async def second(world: World) -> Message:
    """Merge another pull request and return its draft."""
    pull = await world.github.open_pull(world.repo, world.demo.fix)
    await world.github.merge(world.repo, pull.number, world.demo.maintainer)

    def look() -> Message | None:
        cards = world.slack.messages(world.channel.id)
        return next(
            (reply for card in cards[1:] for reply in world.slack.thread(card.channel, card.ts)), None
        )

    found = await world.slack.until(look)
    assert found
    return found


async def test_each_contributor_gets_one_email_that_can_be_read_and_unsubscribed(world: World) -> None:
    spec = with_trailers(
        world.demo.fix,
        "Jonas W <Jonas.Weber@ACME.example>",
        "Aiko Tanaka <aiko@acme.example>",
        "aiko tanaka <AIKO@acme.example>",
        "Bot <1+dependabot[bot]@users.noreply.github.com>",
        "Broken <not an address>",
    )
    draft = await drafted(world, spec)
    assert "✉️ To Jonas Weber (acme.example), Aiko Tanaka (acme.example)" in shown(draft)
    assert "It goes to 2 people by e-mail, as it is shown." in shown(draft)
    await edit(world, world.reviewer, draft, "Amounts <b>are</b> rounded `half to even`.")
    await press(world, world.maintainer, draft, APPROVE)
    done = await world.reply_says("✓ Jonas Weber (acme.example) sent", "✓ Aiko Tanaka (acme.example) sent")
    assert "dependabot" not in shown(done)
    assert "Bot (users.noreply.github.com) skipped: bot" in shown(done)
    assert "Broken" in shown(done)
    assert sorted(row.recipient.lower() for row in world.mail.accepted) == ["aiko@acme.example", JONAS]
    mail = next(mail for mail in world.mail.messages if mail.recipients[0].lower() == JONAS)
    assert mail.subject == "[acme/payments-api] Round currency conversions half to even (#13)"
    assert "Amounts <b>are</b> rounded `half to even`." in mail.text
    assert "<code>half to even</code>" in mail.html
    assert "&lt;b&gt;are&lt;/b&gt;" in mail.html
    for part in (mail.text, mail.html):
        assert "/acme/payments-api/pull/13" in part
        assert "/mail/unsubscribe/" in part
    assert mail.header("From") == "PatchForge <notes@acme.example>"
    assert (mail.header("To") or "").startswith("Jonas W")
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert re.fullmatch(r"<[0-9a-f]{32}@acme\.example>", mail.header("Message-ID") or "")
    parsed = message_from_bytes(mail.raw, policy=policy.default)
    assert parsed.get_content_type() == "multipart/alternative"
    tokens = {unsubscribe_path(world, number) for number in range(2)}
    assert len(tokens) == 2


async def test_a_server_that_is_busy_is_asked_again_and_the_thread_says_so(world: World) -> None:
    world.mail.refuse("rcpt", "451 4.7.1 Try later", times=1)
    await approved(world, "… Jonas Weber (acme.example) not sent yet, trying again", "451 4.7.1 Try later")
    done = await world.reply_says("✓ Jonas Weber (acme.example) sent")
    assert "451" not in shown(done)
    assert len(world.mail.accepted) == 1


async def test_a_server_that_is_busy_after_the_text_is_asked_again(world: World) -> None:
    world.mail.refuse("data", "452 4.2.2 Full for now", times=1)
    await approved(world, "✓ Jonas Weber (acme.example) sent")
    assert len(world.mail.accepted) == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_is_shown_with_its_reason_and_the_others_get_theirs(world: World, stage: str) -> None:
    world.mail.refuse("rcpt" if stage == "rcpt" else "data", "550 5.1.1 No such <!channel> person", JONAS)
    spec = with_trailers(world.demo.fix, "Aiko Tanaka <aiko@acme.example>")
    done = await approved(
        world, "✗ Jonas Weber (acme.example) failed: the mail server answered 550", "✓ Aiko Tanaka", spec=spec
    )
    assert "<!channel>" not in shown(done)
    assert [row.recipient for row in world.mail.accepted] == ["aiko@acme.example"]


async def test_a_connection_lost_before_the_text_is_made_again(world: World) -> None:
    lost: list[str] = []

    def breaks(moment: str, recipients: list[str]) -> bool:
        first = moment == "rcpt" and not lost
        lost.extend(recipients if first else ())
        return not first

    world.mail.on_call = breaks
    await approved(world, "✓ Jonas Weber (acme.example) sent")
    assert len(world.mail.accepted) == 1


async def test_what_was_lost_after_the_text_is_not_sent_again_and_a_person_settles_it(world: World) -> None:
    world.mail.disconnect("after_data", times=1)
    draft = await approved(world, UNSURE, "They got it", "Send again")
    assert "may or may not have arrived: the mail server never confirmed it" in shown(draft)
    before = snapshot(draft)
    assert "You wrote this change" in await asked(world, world.author, draft, SEND_AGAIN)
    await press(world, world.reviewer, draft, GOT_IT)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")
    told = await asked_as_seen(world, world.maintainer, before, SEND_AGAIN)
    assert told == "Somebody settled this e-mail already; the thread shows how it stands."
    assert len(world.mail.accepted) == 1


@pytest.mark.parametrize("moment", ["before_data", "inside_data"])
async def test_what_was_lost_with_the_text_goes_again_when_a_person_says_so(
    world: World, moment: Moment
) -> None:
    world.mail.disconnect(moment, times=1)
    draft = await approved(world, UNSURE)
    assert not world.mail.accepted
    await press(world, world.maintainer, draft, SEND_AGAIN)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")
    assert len(world.mail.accepted) == 1


async def test_what_crashes_whenever_it_is_tried_ends_as_failed_and_can_be_sent_again(world: World) -> None:
    world.mail.refuse("rcpt", "451 4.7.1 Try later", times=1)
    await approved(world, "not sent yet, trying again")
    url = world.settings.database_url.partition("///")[2]
    with contextlib.closing(sqlite3.connect(url, isolation_level=None)) as database:
        broken = "UPDATE mails SET address = 'nobody' WHERE address = ?"  # no message can be made for it
        database.execute(broken, [JONAS])
        last = "UPDATE jobs SET attempts = ?, run_at = created_at WHERE kind = 'mail.send'"
        database.execute(last, [MAIL.attempts - 1])
        draft = await world.reply_says("✗ Jonas Weber (nobody) failed: gave up", "Send again")
        database.execute("UPDATE mails SET address = ? WHERE address = 'nobody'", [JONAS])
    await press(world, world.maintainer, draft, SEND_AGAIN)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")
    assert len(world.mail.accepted) == 1


async def test_an_email_that_is_sent_again_keeps_its_name(world: World) -> None:
    world.mail.disconnect("after_data", times=1)
    draft = await approved(world, UNSURE)
    await press(world, world.maintainer, draft, SEND_AGAIN)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")
    first, second = world.mail.accepted
    assert first.message_id == second.message_id


async def test_a_look_at_the_unsubscribe_page_changes_nothing_and_the_button_does(world: World) -> None:
    await approved(world, "✓ Jonas Weber")
    path = unsubscribe_path(world)
    async with httpx.AsyncClient(base_url=world.address) as http:
        page = await http.get(path)
        assert page.status_code == 200
        assert f"PatchForge sends release notes to <b>{JONAS}</b>. Stop them?" in page.text
        assert '<form method="post">' in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        draft = await second(world)
        await press(world, world.maintainer, draft, APPROVE)
        await world.slack.until(lambda: "✓ Jonas Weber (acme.example) sent" in shown(draft))
        done = await http.post(path)
        assert f"No more release notes go to <b>{JONAS}</b>." in done.text


async def test_one_click_unsubscribes_and_the_next_note_skips_the_address(world: World) -> None:
    await approved(world, "✓ Jonas Weber")
    async with httpx.AsyncClient(base_url=world.address) as http:
        body = {"List-Unsubscribe": "One-Click"}
        for _ in range(2):
            assert (await http.post(unsubscribe_path(world), data=body)).status_code == 200
    draft = await second(world)
    assert "To Jonas Weber (acme.example)" in shown(draft)
    await press(world, world.maintainer, draft, APPROVE)
    await world.slack.until(lambda: "Jonas Weber (acme.example) skipped: unsubscribed" in shown(draft))
    assert len(world.mail.accepted) == 1


async def test_who_unsubscribes_meanwhile_is_not_written_to_again(world: World) -> None:
    world.mail.disconnect("after_data", times=1)
    draft = await approved(world, UNSURE)
    async with httpx.AsyncClient(base_url=world.address) as http:
        assert (await http.post(unsubscribe_path(world))).status_code == 200
    await press(world, world.maintainer, draft, SEND_AGAIN)
    await world.reply_says("Jonas Weber (acme.example) skipped: unsubscribed")
    assert len(world.mail.accepted) == 1


@pytest.mark.parametrize("token", ["nonsense", "%00", "x" * 2000, "%ED%A0%80", "..%2f..", "<b>"])
async def test_an_unknown_link_is_a_kind_page_not_found(world: World, token: str) -> None:
    async with httpx.AsyncClient(base_url=world.address) as http:
        for method in ("GET", "POST"):
            answer = await http.request(method, f"/mail/unsubscribe/{token}")
            assert answer.status_code == 404
            if "%2f" not in token:
                assert "This link is not one of ours, or it is incomplete." in answer.text
                assert "text/html" in answer.headers["Content-Type"]
