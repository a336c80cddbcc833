"""Release notes go to those who asked for them, to lists, and to nobody who said no."""

import pytest

from bot.app import started
from bot.errors import UserError
from bot.mails.request import EmailRequest, parse_email
from handlers.mails.leaving import SWEEP
from storage.database import Database
from storage.tables import jobs
from tests.features.notes_kit import APPROVE, drafted, press
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
from tests.people.people_kit import guest
from tests.world import World, shown

LIST = "payments@lists.acme.example"


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("", EmailRequest("show")),
        ("  ", EmailRequest("show")),
        ("on Acme/Pay", EmailRequest("on", "acme/pay")),
        ("ON <https://github.com/acme/pay|acme/pay>", EmailRequest("on", "acme/pay")),
        ("off", EmailRequest("off")),
        ("off acme/pay", EmailRequest("off", "acme/pay")),
        ("<mailto:Ada@Home.example|Ada@Home.example>", EmailRequest("address", address=ADA)),
        ("forget", EmailRequest("forget")),
        ("team acme/pay list@acme.example", EmailRequest("team", "acme/pay", "list@acme.example")),
        ("team acme/* list@acme.example", EmailRequest("team", "acme/*", "list@acme.example")),
        ("team acme/pay off", EmailRequest("team", "acme/pay")),
        ("allow ada@home.example", EmailRequest("allow", address=ADA)),
    ],
)
def test_the_words_behind_email_are_read(typed: str, means: EmailRequest) -> None:
    assert parse_email(typed) == means


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("onn acme/pay", "on"),
        ("on acme", "owner/name"),
        ("on acme/pay now", "now"),
        ("team acme/pay", "email team owner/repo team@example.org"),
        ("team list@acme.example acme/pay", "email team owner/repo team@example.org"),
        ("allow", "not an address"),
        ("allow everyone", "not an address"),
        (f"on {'x' * 700}", "too long"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(typed: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_email(typed)
    assert says in caught.value.sentence


async def test_a_subscriber_gets_the_note_that_the_draft_announced(world: World) -> None:
    await world.subscribe("notes")
    said = await world.command(world.reviewer, f"email on {world.repo}")
    address = f"{world.reviewer.name}@slack.example"
    assert f"I wrote to *{address}*" in said  # the one that they have in Slack, to be confirmed as well
    async with page_of(world) as http:
        assert (await http.post(link_in(await mail_to(world, address)))).status_code == 200
    draft = await drafted(world)
    assert "A subscriber (slack.example)" in shown(draft)
    assert "It goes to 2 people by e-mail" in shown(draft)
    await press(world, world.maintainer, draft, APPROVE)
    await world.reply_says("✓ A subscriber (slack.example) sent", "✓ Jonas Weber (acme.example) sent")
    assert recipients(world) == sorted([JONAS, address])
    mail = await mail_to(world, address, "release note")
    assert mail.text.splitlines()[0] == "Hello,"
    assert "\r\n\r\n\r\n" not in mail.text
    assert "because you asked for the release notes of this repository" in mail.text
    assert "Thank you for your work" not in mail.text
    assert "<a class=" in mail.html
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


async def test_without_a_confirmed_address_a_subscriber_gets_nothing(world: World) -> None:
    await world.subscribe("notes")
    await registered(world, world.reviewer)
    assert f"I wrote to *{ADA}*" in await world.command(world.reviewer, f"email on {world.repo}")
    await approved(world, "✓ Jonas Weber (acme.example) sent")
    assert recipients(world) == [JONAS]


async def test_off_ends_it_for_one_repository_or_for_all(world: World) -> None:
    await world.subscribe("notes")
    await confirmed(world, world.reviewer)
    assert f"goes to *{ADA}*" in await world.command(world.reviewer, f"email on {world.repo}")
    assert f"Release notes of `{world.repo}`" in await world.command(world.reviewer, "email")
    draft = await drafted(world)
    assert "A subscriber (home.example)" in shown(draft)
    await world.command(world.reviewer, f"email off {world.repo}")
    await world.slack.until(lambda: "A subscriber" not in shown(draft))
    await press(world, world.maintainer, draft, APPROVE)
    await world.reply_says("✓ Jonas Weber (acme.example) sent")
    assert recipients(world) == [JONAS]


async def test_a_contributor_who_turned_all_off_gets_none(world: World) -> None:
    await confirmed(world, world.author)
    await world.command(world.maintainer, f"people link <@{world.author.id}> {world.demo.author}")
    assert "go to you by e-mail any more" in await world.command(world.author, "email off")
    await approved(world, "skipped: turned off by themselves", "✓ Jonas Weber (acme.example) sent")
    assert recipients(world) == [JONAS]
    assert "by e-mail again" in await world.command(world.author, "email on")


async def test_who_turned_all_off_may_have_one_repository_on(world: World) -> None:
    await world.subscribe("notes")
    await confirmed(world, world.reviewer)
    await world.command(world.reviewer, "email off")
    await world.command(world.reviewer, f"email on {world.repo}")
    said = await world.command(world.reviewer, "email")
    assert f"Release notes of `{world.repo}`" in said
    assert "Of all else: none" in said
    await approved(world, "✓ A subscriber (home.example) sent")
    assert recipients(world) == [ADA, JONAS]


async def test_only_who_is_in_a_channel_with_its_notes_may_have_them_mailed(world: World) -> None:
    await world.subscribe("notes")
    stranger = world.slack.workspace.add_user("stranger", email="stranger@slack.example")
    other = world.slack.workspace.add_channel("other", members=[stranger], bot=True)
    for repo in (world.repo, "acme/no-such-thing"):
        result = await world.slack.command(stranger.id, other.id, "/patchforge", f"email on {repo}")
        said = "\n".join(shown(message) for message in result.messages)
        assert f"No channel that you are in gets release notes of `{repo}`" in said
    assert not world.mail.accepted


async def test_who_leaves_the_channel_gets_no_more(world: World) -> None:
    await world.subscribe("notes")
    leaver = guest(world, "leaver")
    other = world.slack.workspace.add_channel("other", members=[leaver], bot=True)
    await confirmed(world, leaver)
    await world.command(leaver, f"email on {world.repo}")
    world.channel.members.remove(leaver.id)
    await world.bot.aclose()
    database = await Database(world.settings.database_url).open()  # a day later
    await database.write(lambda connection: connection.execute(jobs.delete().where(jobs.c.kind == SWEEP)))
    await database.aclose()
    async with started(world.settings):
        for _ in range(200):
            result = await world.slack.command(leaver.id, other.id, "/patchforge", "email")
            said = "\n".join(shown(message) for message in result.messages)
            if world.repo not in said:
                break
        assert ADA in said
        assert world.repo not in said


async def test_a_list_gets_notes_once_somebody_who_reads_it_confirmed(world: World) -> None:
    await world.subscribe("notes")
    assert "Only an admin" in await world.command(world.reviewer, f"email team {world.repo} {LIST}")
    said = await world.command(world.maintainer, f"email team {world.repo} {LIST}")
    assert f"I wrote to *{LIST}*" in said
    async with page_of(world) as http:
        path = link_in(await mail_to(world, LIST))
        assert "this list" in (await http.get(path)).text
        assert (await http.post(path)).status_code == 200
    await approved(world, "✓ Team list (lists.acme.example) sent")
    assert recipients(world) == sorted([JONAS, LIST])
    assert "This list gets the release notes" in (await mail_to(world, LIST, "release note")).text
    assert "No list gets" in await world.command(world.maintainer, f"email team {world.repo} off")


async def test_who_is_in_it_twice_gets_one(world: World) -> None:
    await world.subscribe("notes")
    await confirmed(world, world.reviewer, JONAS)
    await world.command(world.reviewer, f"email on {world.repo}")
    await approved(world, "✓ Jonas Weber (acme.example) sent")
    assert recipients(world) == [JONAS]


async def test_who_unsubscribed_by_the_link_may_come_back_by_the_command(world: World) -> None:
    await world.subscribe("notes")
    await confirmed(world, world.reviewer)
    await world.command(world.reviewer, f"email on {world.repo}")
    await approved(world, "✓ A subscriber (home.example) sent")
    header = (await mail_to(world, ADA, "release note")).header("List-Unsubscribe") or ""
    async with page_of(world) as http:
        path = header.strip("<>").removeprefix(world.settings.base_url)
        assert (await http.post(path[path.index("/mail/") :])).status_code == 200
    assert "Nothing is sent to it: *unsubscribed*" in await world.command(world.reviewer, "email")
    assert f"goes to *{ADA}*" in await world.command(world.reviewer, f"email on {world.repo}")
    assert "unsubscribed" not in await world.command(world.reviewer, "email")


@pytest.mark.parametrize(
    "text", ["on", "off", "team acme/pay", "allow", "x" * 3000, "<!channel>", "on a/b/c"]
)
async def test_whatever_is_typed_the_answer_is_a_sentence(world: World, text: str) -> None:
    said = await world.command(world.reviewer, f"email {text}")
    assert said
    assert "<!channel>" not in said
    assert "went wrong" not in said
