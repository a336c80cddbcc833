"""Nothing goes to a registered address before somebody who reads it pressed the button behind its link."""

from datetime import timedelta

import httpx
import pytest

from bot.config import Settings
from bot.mails import links
from tests.ledger.ledger_kit import HandClock
from tests.mails.mail_kit import (
    ADA,
    JONAS,
    approved,
    confirmed,
    link_in,
    mail_to,
    page_of,
    recipients,
    registered,
)
from tests.people.people_kit import guest, told
from tests.world import World, open_world


async def test_an_address_counts_once_the_button_behind_its_link_was_pressed(world: World) -> None:
    path = await registered(world, world.reviewer)
    assert "not confirmed yet" in await world.command(world.reviewer, "email")
    async with page_of(world) as http:
        for _ in range(2):  # a scanner looks as often as it likes
            page = await http.get(path)
            assert page.status_code == 200
            assert ADA in page.text
            assert f'<form method="post" action="{path}">' in page.text
        assert "not confirmed yet" in await world.command(world.reviewer, "email")
        assert "Thank you" in (await http.post(path)).text
        await told(world, world.reviewer, ADA, "is confirmed")
        assert "(confirmed)" in await world.command(world.reviewer, "email")
        for again in (await http.get(path), await http.post(path)):
            assert (again.status_code, "confirmed already" in again.text) == (410, True)


async def test_the_question_says_who_asks_and_nothing_that_a_stranger_wrote(world: World) -> None:
    hostile = guest(world, 'Win" <b>$$$</b> http://evil.example', email="x@slack.example")
    await registered(world, hostile, ADA)
    mail = await mail_to(world, ADA)
    for part in (mail.text, mail.html):
        assert "evil" not in part
        assert "If it was not you, do nothing" in part
        assert "/mail/verify/" in part
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert "<img" not in mail.html
    assert mail.header("List-Unsubscribe") is None


async def test_who_never_wants_e_mail_says_so_on_the_same_page(world: World) -> None:
    path = await registered(world, world.reviewer)
    async with page_of(world) as http:
        assert "will not write to" in (await http.post(f"{path}/never")).text
        assert (await http.post(path)).status_code == 410
    assert "I know no e-mail address" in await world.command(world.reviewer, "email")
    assert "I may not write to that address" in await world.command(world.maintainer, f"email {ADA}")
    assert len(world.mail.accepted) == 1


async def test_only_the_newest_link_works_and_only_for_its_own_address(world: World) -> None:
    old = await registered(world, world.reviewer, "first@home.example")
    new = await registered(world, world.reviewer)
    async with page_of(world) as http:
        answer = await http.post(old)
        assert (answer.status_code, "There is a newer link" in answer.text) == (410, True)
        assert (await http.post(new)).status_code == 200
    assert f"*{ADA}* (confirmed)" in await world.command(world.reviewer, "email")


async def test_a_link_that_is_too_old_says_how_to_get_another(sqlite_url: str) -> None:
    clock = HandClock()
    async with open_world(sqlite_url, clock=clock) as world:
        path = await registered(world, world.reviewer)
        clock.pass_by((links.LIFETIME + timedelta(seconds=1)).total_seconds())
        async with page_of(world) as http:
            for answer in (await http.get(path), await http.post(path), await http.post(f"{path}/never")):
                assert answer.status_code == 410
                assert "24 hours" in answer.text
                assert "/patchforge email" in answer.text


@pytest.mark.parametrize("token", ["nonsense", "%00", "x" * 3000, "..%2f..", "<b>", "é.é", "MQ.", "a.b"])
async def test_a_link_that_nobody_made_is_a_kind_page_not_found(world: World, token: str) -> None:
    async with page_of(world) as http:
        for method, end in (("GET", ""), ("POST", ""), ("POST", "/never")):
            answer = await http.request(method, f"/mail/verify/{token}{end}")
            assert answer.status_code == 404
            if "%2f" not in token:
                assert "This link is not one of ours" in answer.text


async def test_a_link_changed_by_one_letter_or_made_elsewhere_is_not_ours(world: World) -> None:
    path = await registered(world, world.reviewer)
    said, _, mark = path.removeprefix("/mail/verify/").partition(".")
    question = links.read(world.settings, f"{said}.{mark}")
    assert question is not None
    elsewhere = Settings(_env_file=None, slack_bot_token="xoxb-of-another-workspace")
    forged = [f"{said}.{mark[:-1]}{'A' if mark[-1] != 'A' else 'B'}", f"{said}A.{mark}"]
    forged.append(links.sign(elsewhere, question))
    async with page_of(world) as http:
        for token in forged:
            assert (await http.post(f"/mail/verify/{token}")).status_code == 404
    assert "not confirmed yet" in await world.command(world.reviewer, "email")


async def test_nobody_is_asked_again_and_again_about_an_address(world: World) -> None:
    for number in range(3):
        await registered(world, world.reviewer, f"{number}@home.example")
    said = await world.command(world.reviewer, "email 4@home.example")
    assert "often enough today" in said
    assert len(world.mail.accepted) == 3


async def test_several_strangers_together_cannot_fill_a_mailbox(world: World) -> None:
    for number in range(3):
        await registered(world, guest(world, f"guest-{number}"))
    assert "often enough today" in await world.command(world.reviewer, f"email {ADA}")


async def test_a_question_that_may_have_gone_out_is_not_sent_again_by_itself(world: World) -> None:
    world.mail.disconnect("after_data", times=1)
    await world.command(world.reviewer, f"email {ADA}")
    await told(world, world.reviewer, ADA, "did not go out", "register the address once more")
    assert len(world.mail.accepted) == 1
    link = link_in(world.mail.messages[0])
    async with page_of(world) as http:  # it did arrive, and so its link works
        assert (await http.post(link)).status_code == 200


async def test_a_busy_server_is_asked_again_and_a_refusal_is_told(world: World) -> None:
    world.mail.refuse("data", "452 4.2.2 Full for now", times=1)
    await registered(world, world.reviewer)
    world.mail.refuse("rcpt", "550 5.1.1 No such <!channel> person")
    await world.command(world.maintainer, "email nobody@home.example")
    said = await told(world, world.maintainer, "nobody@home.example", "550 5.1.1")
    assert "<!channel>" not in said


@pytest.mark.parametrize(
    "typed",
    [
        "a@b",
        "a b@c.example",
        '"Ada" <ada@home.example>, eve@evil.example',
        "ada@home.example%0d%0aBcc:x@evil.example",
        "x@evil.example,ada@home.example",
        "ada@ho me.example",
        f"{'a' * 70}@home.example",
        "noreply@home.example",
        "1+ada@users.noreply.github.com",
        "ada@printer.local",
        "ädä@home.example",
        "@home.example",
    ],
)
async def test_what_is_no_address_is_refused_kindly(world: World, typed: str) -> None:
    said = await world.command(world.reviewer, f"email {typed}")
    assert "I wrote to" not in said
    assert not world.mail.accepted
    assert "I know no e-mail address" in await world.command(world.reviewer, "email")


async def test_a_domain_with_an_umlaut_is_written_as_mail_servers_write_it(world: World) -> None:
    said = await world.command(world.reviewer, "email Ada@Bücher.example")
    assert "ada@xn--bcher-kva.example" in said
    await mail_to(world, "ada@xn--bcher-kva.example")


async def test_forgetting_an_address_ends_its_link(world: World) -> None:
    path = await registered(world, world.reviewer)
    assert "I no longer know" in await world.command(world.reviewer, "email forget")
    async with page_of(world) as http:
        assert (await http.post(path)).status_code == 410


async def test_a_contributor_who_hides_their_address_gets_the_note_where_they_said(world: World) -> None:
    await confirmed(world, world.author)
    admin = world.maintainer
    await world.command(admin, f"people link <@{world.author.id}> {world.demo.author}")
    await approved(world, "(home.example) sent", "(acme.example) sent")
    assert recipients(world) == [ADA, JONAS]


async def test_a_login_that_somebody_merely_claims_leads_nobodys_notes_away(world: World) -> None:
    await confirmed(world, world.author)  # linked by their own word alone
    await approved(world, "(acme.example) sent")
    assert ADA not in recipients(world)


async def test_without_a_mail_server_the_command_says_so(sqlite_url: str) -> None:
    async with open_world(sqlite_url, smtp_host=None) as world:
        assert "E-mail is off here" in await world.command(world.reviewer, f"email {ADA}")
        async with httpx.AsyncClient(base_url=world.address) as http:
            assert (await http.post("/mail/bounces")).status_code == 404
