"""Following repositories as people do it: commands, forms and buttons, over Slack's own protocols."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import httpx
import pytest

from blocks import ids
from bot.clients.github import GitHub
from bot.clients.llm import Llm
from bot.clients.slack import Slack
from bot.config import Settings
from bot.context import Context
from bot.models import SystemClock
from handlers import help as helping
from handlers import subscriptions
from handlers.slack import SlackDoor
from sandbox import github as world
from sandbox.slack import Message, SlackServer, SubmitResult, Workspace
from sandbox.slack.models import Conversation, User
from storage.database import Database
from storage.subscriptions import of_channel


@dataclass
class Office:
    """A workspace where ada is in #general with the bot, and in #quiet without it."""

    slack: SlackServer
    github: world.GitHub
    database: Database
    ada: User
    room: Conversation
    quiet: Conversation

    async def ask(self, text: str, channel: str = "") -> Message:
        """Type a command and return the one answer."""
        result = await self.slack.command(self.ada.id, channel or self.room.id, "/patchforge", text)
        await self.slack.until(lambda: result.messages)
        (answer,) = result.messages
        assert answer.ephemeral_to == self.ada.id
        return answer

    async def press(self, message: Message, action: str) -> Message:
        """Press the only such button and return the answer."""
        result = await self.slack.click(self.ada.id, message.channel, message.ts, action)
        await self.slack.until(lambda: result.messages)
        return result.messages[-1]

    async def submit(self, **values: object) -> SubmitResult:
        """Fill in and send the form on top; a repository is typed and chosen."""
        view = (await self.slack.until(lambda: self.slack.modals(self.ada.id)))[-1]
        if repository := values.get(ids.FIELD_REPOSITORY):
            await self.slack.suggest(self.ada.id, ids.FIND_REPOSITORY, str(repository), view_id=view.id)
        return await self.slack.submit(self.ada.id, view.id, values)

    async def followed(self, channel: str = "") -> dict[str, tuple[tuple[str, ...], str]]:
        """Return features and filter of what a channel follows, by repository."""
        room = channel or self.room.id
        found = await self.database.read(lambda connection: of_channel(connection, room))
        return {one.repo: (one.features, one.filter) for one in found}


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    workspace = Workspace()
    ada = workspace.add_user("ada")
    room = workspace.add_channel("general", members=[ada], bot=True)
    quiet = workspace.add_channel("quiet", members=[ada])
    github = world.GitHub()
    github.add_repository("octo/hello")
    github.add_repository("octo/world")
    github.add_repository("octo/sea")
    async with (
        await SlackServer.start(workspace) as slack,
        await world.GitHubServer.start(github) as hub,
        aiohttp.ClientSession() as session,
        httpx.AsyncClient(follow_redirects=True) as http,
    ):
        settings = Settings(
            _env_file=None,
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            llm_model="offline",
        )
        clock = SystemClock()
        client = Slack(session, token=slack.bot_token, base_url=slack.api_url)
        context = Context(
            settings=settings,
            clock=clock,
            database=database,
            slack=client,
            github=GitHub(http, hub.api_url, clock=clock, token=hub.token),
            llm=Llm.from_settings(settings, http),
            mailer=None,
            bot_user=workspace.bot_user.id,
        )
        features = (subscriptions.FEATURE,)
        door = SlackDoor(context, (*features, helping.feature(features)), session)
        await door.connect()
        await slack.connected()
        yield Office(slack, github, database, ada, room, quiet)
        await door.stop()
    assert not workspace.violations


def shown(message: Message) -> str:
    """Return all that a message says, with its buttons."""
    return json.dumps(message.blocks, ensure_ascii=False)


async def test_one_command_follows_a_repository_and_says_what_comes(office: Office) -> None:
    answer = shown(await office.ask("subscribe https://github.com/Octo/Hello reviews,ci draft:no -label:wip"))
    assert "a card per pull request" in answer
    assert "It covers pull requests that are not drafts and are not labelled “wip”." in answer
    assert f"Set up by <@{office.ada.id}>" in answer
    assert "/invite" not in answer
    assert await office.followed() == {"octo/hello": (("reviews", "ci"), "draft:no -label:wip")}


async def test_subscribing_again_replaces_what_is_posted(office: Office) -> None:
    await office.ask("subscribe octo/hello draft:no")
    assert "now follows *octo/hello*" in shown(await office.ask("subscribe octo/hello comments"))
    assert await office.followed() == {"octo/hello": (("comments",), "")}


async def test_a_channel_without_the_bot_is_told_how_to_invite_it(office: Office) -> None:
    answer = await office.ask("subscribe octo/hello", office.quiet.id)
    assert "`/invite @PatchForge`" in shown(answer)
    assert list(await office.followed(office.quiet.id)) == ["octo/hello"]


async def test_a_repository_that_github_does_not_show_is_not_followed(office: Office) -> None:
    answer = shown(await office.ask("subscribe octo/helo"))
    assert "GitHub shows me no repository `octo/helo`" in answer
    assert "private" in answer
    assert await office.followed() == {}


@pytest.mark.parametrize(("fault", "says"), [("503", "did not answer"), ("401", "did not let me check")])
async def test_trouble_with_github_does_not_keep_anyone_from_subscribing(
    office: Office, fault: str, says: str
) -> None:
    office.github.faults.add("/repos/octo/hello", fault, times=9)  # type: ignore[arg-type]  # a table
    assert says in shown(await office.ask("subscribe octo/hello"))
    assert list(await office.followed()) == ["octo/hello"]


async def test_a_renamed_repository_is_followed_under_its_present_name(office: Office) -> None:
    await office.github.rename_repo("octo/hello", "greeting", "octo")
    await office.ask("subscribe octo/hello")
    assert list(await office.followed()) == ["octo/greeting"]


async def test_a_mistake_is_answered_in_one_sentence(office: Office) -> None:
    answer = shown(await office.ask("subscribe octo/hello reviewz"))
    assert "I don't know the option `reviewz`; did you mean `reviews`?" in answer


async def test_a_mistake_is_pointed_at_in_fixed_width(office: Office) -> None:
    answer = await office.ask("subscribe octo/hello draft:no lable:<@U1|ada>")
    text = answer.blocks[0]["text"]["text"]
    assert text.endswith("\n```\nocto/hello draft:no lable:&lt;@U1|ada&gt;\n                    ^\n```")


async def test_all_that_an_owner_has_is_followed_but_what_is_left_out(office: Office) -> None:
    answer = shown(await office.ask("subscribe octo/* -repo:sea,old-* broadcast:merged,approved"))
    assert "follows *octo/∗*" in answer  # noqa: RUF001 - as Slack is to show it
    assert "without sea, old-∗" in answer  # noqa: RUF001 - as Slack is to show it
    assert "also in the channel: approved, merged" in answer
    assert "follows `octo/hello` with all that `octo` has" in shown(
        await office.ask("unsubscribe octo/hello")
    )
    assert "follows no repository" not in shown(await office.ask("unsubscribe octo/sea"))
    gone = await office.ask("unsubscribe octo/*")
    assert await office.followed() == {}
    await office.press(gone, ids.SUBSCRIPTION_UNDO)
    assert "without sea, old-∗" in shown(await office.ask("list"))  # noqa: RUF001 - as Slack is to show it


async def test_an_owner_that_github_does_not_know_is_not_followed(office: Office) -> None:
    assert "GitHub knows no owner `nobody`" in shown(await office.ask("subscribe nobody/*"))
    assert await office.followed() == {}


async def test_people_of_slack_are_shown_by_name_in_what_a_filter_means(office: Office) -> None:
    answer = shown(await office.ask(f"subscribe octo/hello author:<@{office.ada.id}|ada>"))
    assert f"are by “<@{office.ada.id}>”" in answer
    assert await office.followed() == {
        "octo/hello": (("reviews", "merges", "notes", "ci"), f"author:<@{office.ada.id}>")
    }


async def test_naming_the_event_of_comments_brings_them(office: Office) -> None:
    await office.ask("subscribe octo/hello event:commented,merged")
    assert "comments" in (await office.followed())["octo/hello"][0]
    answer = shown(await office.ask("subscribe octo/hello reviews event:commented"))
    assert "brings nothing without the feature `comments`" in answer


async def test_a_filter_that_names_what_the_repository_does_not_have_warns(office: Office) -> None:
    office.github.ensure_label(office.github.repo("octo/hello"), "bug")
    answer = shown(await office.ask("subscribe octo/hello label:bugs author:octo,nobody-here"))
    assert "octo/hello has no label `bugs`; did you mean `bug`?" in answer
    assert "matches nothing" in answer
    assert "nobody called `nobody-here`" in answer
    assert list(await office.followed()) == ["octo/hello"]


async def test_a_filter_too_long_for_a_button_can_still_be_left(office: Office) -> None:
    quotes = '\\"' * 470
    await office.ask(f'subscribe octo/hello label:"{quotes}"')
    gone = shown(await office.ask("unsubscribe octo/hello"))
    assert "too long for a button" in gone
    assert ids.SUBSCRIPTION_UNDO not in gone


async def test_direct_messages_follow_nothing(office: Office) -> None:
    direct = office.slack.workspace.direct_message(office.ada.id)
    for command in ("subscribe", "subscribe octo/hello", "unsubscribe", "list"):
        assert "followed by channels" in shown(await office.ask(command, direct.id))


async def test_leaving_a_repository_can_be_undone(office: Office) -> None:
    await office.ask("subscribe octo/hello ci draft:no")
    gone = await office.ask("unsubscribe octo/hello")
    assert "no longer follows *octo/hello*" in shown(gone)
    assert await office.followed() == {}
    await office.press(gone, ids.SUBSCRIPTION_UNDO)
    assert await office.followed() == {"octo/hello": (("ci",), "draft:no")}


async def test_undo_leaves_alone_what_was_set_up_meanwhile(office: Office) -> None:
    await office.ask("subscribe octo/hello ci")
    gone = await office.ask("unsubscribe octo/hello")
    await office.ask("subscribe octo/hello comments")
    await office.press(gone, ids.SUBSCRIPTION_UNDO)
    assert await office.followed() == {"octo/hello": (("comments",), "")}


async def test_leaving_what_is_not_followed_names_the_nearest(office: Office) -> None:
    assert "follows no repository" in shown(await office.ask("unsubscribe octo/hello"))
    await office.ask("subscribe octo/hello")
    await office.ask("subscribe octo/sea")
    assert "did you mean `octo/hello`?" in shown(await office.ask("unsubscribe octo/helo"))
    assert "did you mean `octo/sea`?" in shown(await office.ask("unsubscribe sea"))
    assert "`/patchforge list` shows" in shown(await office.ask("unsubscribe xyz/qqqqqqqqq"))


async def test_unsubscribe_alone_explains_and_lists(office: Office) -> None:
    await office.ask("subscribe octo/hello")
    answer = shown(await office.ask("unsubscribe"))
    assert "`/patchforge unsubscribe owner/repo`" in answer
    assert "octo/hello" in answer


async def test_the_list_shows_everything_and_removes_by_button(office: Office) -> None:
    assert "follows no repository yet" in shown(await office.ask("list"))
    await office.ask("subscribe octo/hello draft:no")
    listed = await office.ask("list")
    assert "pull requests that are not drafts" in shown(listed)
    assert f"Set up by <@{office.ada.id}>" in shown(listed)
    gone = await office.press(listed, ids.SUBSCRIPTION_REMOVE)
    assert "no longer follows" in shown(gone)
    assert await office.followed() == {}
    assert "gone already" in shown(await office.press(listed, ids.SUBSCRIPTION_REMOVE))
    assert "gone already" in shown(await office.press(listed, ids.SUBSCRIPTION_EDIT))


async def test_subscribe_alone_opens_a_form(office: Office) -> None:
    await office.slack.command(office.ada.id, office.room.id, "/patchforge", "subscribe")
    done = await office.submit(
        repository="octo/hello", features=["reviews", "notes"], filter="label:bug", options=["draft:no"]
    )
    assert done.ok
    assert await office.followed() == {"octo/hello": (("reviews", "notes"), "draft:no label:bug")}


async def test_the_buttons_below_what_a_form_brought_work(office: Office) -> None:
    await office.slack.command(office.ada.id, office.room.id, "/patchforge", "subscribe")
    assert (await office.submit(repository="octo/hello")).ok
    for action, left in ((ids.SUBSCRIPTION_REMOVE, []), (ids.SUBSCRIPTION_UNDO, ["octo/hello"])):
        view = office.slack.modals(office.ada.id)[-1]
        await office.slack.click(office.ada.id, action_id=action, view_id=view.id)
        await office.slack.until(lambda: office.slack.modals(office.ada.id)[-1].id != view.id)  # noqa: B023 - at once
        assert list(await office.followed()) == left


async def test_the_form_puts_each_mistake_under_its_field(office: Office) -> None:
    await office.slack.command(office.ada.id, office.room.id, "/patchforge", "subscribe")
    missing = await office.submit()
    assert "required" in missing.errors[ids.FIELD_REPOSITORY]
    wrong = await office.submit(repository="octo/hello", filter="draft:no lable:x")
    assert wrong.errors == {
        ids.FIELD_FILTER: "I don't know the filter “lable:”; did you mean “label:”? "
        "Look at “lable:x”, at character 10."
    }
    unknown = await office.submit(repository="octo/nowhere", filter="")
    assert "GitHub shows me no repository" in unknown.errors[ids.FIELD_REPOSITORY]
    assert (await office.submit(repository="octo/hello")).ok


async def test_edit_begins_with_what_is_set_and_may_name_another_repository(office: Office) -> None:
    await office.ask('subscribe octo/hello ci bots:no label:"good first issue"')
    listed = await office.ask("list")
    await office.slack.click(office.ada.id, listed.channel, listed.ts, ids.SUBSCRIPTION_EDIT)
    assert (await office.submit()).ok
    assert await office.followed() == {"octo/hello": (("ci",), 'bot:no label:"good first issue"')}
    await office.slack.close_view(office.ada.id, office.slack.modals(office.ada.id)[-1].id)
    await office.slack.click(office.ada.id, listed.channel, listed.ts, ids.SUBSCRIPTION_EDIT)
    assert (await office.submit(repository="octo/world", options=[])).ok
    assert await office.followed() == {"octo/world": (("ci",), 'label:"good first issue"')}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("help", "/patchforge subscribe [owner/repo|owner/*] [features] [filters]"),
        ("", "/patchforge unsubscribe owner/repo|owner/*"),
        ("help subscribe", "/patchforge subscribe octocat/hello-world"),
        ("help Filters", "label:bug,security"),
        ("help features", "`ci`: word in the thread when checks fail"),
        ("help links", "shown once in 30 minutes"),
        ("help help", "/patchforge help [topic]"),
        ("help filtres", "I don't know the topic `filtres`; did you mean `filters`?"),
    ],
)
async def test_help_explains_every_topic(office: Office, text: str, says: str) -> None:
    assert says in shown(await office.ask(text)).replace('\\"', '"')
