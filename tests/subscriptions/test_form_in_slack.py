"""The form that teaches, as people use it: they type, choose and see at once what it means."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from bot.models import Subscription
from sandbox.github import CommitSpec, PullSpec
from sandbox.slack import View
from storage.database import Database
from storage.subscriptions import of_channel
from tests.world import World, open_world, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with open_world(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def form(world: World) -> "Form":
    await world.command(world.author, "subscribe")
    return Form(world)


class Form:
    """The form as one person has it before them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slack = world.slack
        self.person = world.author

    @property
    def view(self) -> View:
        """Return the form as it is now."""
        return self.slack.modals(self.person.id)[-1]

    @property
    def says(self) -> str:
        """Return all that it shows."""
        return shown(self.view)

    async def offers(self, finds: str, typed: str) -> list[str]:
        """Type into a menu and return what it offers."""
        found = await self.slack.suggest(self.person.id, finds, typed, view_id=self.view.id)
        return [option["value"] for option in found]

    async def choose(self, finds: str, *values: str, block: str | None = None) -> None:
        """Type each value into its menu, and choose all of them."""
        chosen = list[str]()
        for value in values:
            assert value in await self.offers(finds, value)
            chosen.append(value)
            one = finds == ids.FIND_REPOSITORY
            await self.select(finds, value if one else list(chosen), block=block)

    async def select(self, action: str, choice: Any, *, block: str | None = None) -> None:
        """Choose or type at once."""
        done = await self.slack.select(self.person.id, action, choice, view_id=self.view.id, block_id=block)
        assert done.ok

    async def save(self, **values: Any) -> dict[str, str]:
        """Send the form and return what is wrong."""
        return (await self.slack.submit(self.person.id, self.view.id, values)).errors

    async def followed(self) -> list[Subscription]:
        """Return what the channel follows."""
        database = await Database(self.world.settings.database_url).open()
        try:
            return await database.read(lambda connection: of_channel(connection, self.world.channel.id))
        finally:
            await database.aclose()


async def seen_pulls(world: World, *labels: tuple[str, ...]) -> None:
    """Open a pull request with each of these labels, and wait until the bot knows them all."""
    await world.subscribe("reviews")
    for number, names in enumerate(labels):
        commit = CommitSpec("Change", {f"docs/page-{number}.md": "words\n"})
        spec = PullSpec(
            f"Change {number}", "", f"change-{number}", world.demo.author, (commit,), labels=names
        )
        await world.github.open_pull(world.repo, spec)
    await world.slack.until(lambda: len(world.slack.messages(world.channel.id)) == len(labels))
    await world.command(world.author, f"unsubscribe {world.repo}")


async def test_a_repository_is_found_by_a_part_of_its_name(form: Form) -> None:
    github = form.world.github
    github.add_repository("acme/payments-web")
    github.add_repository("gamma/hidden-payments", private=True)
    github.add_repository("beta/repayments")
    found = await form.offers(ids.FIND_REPOSITORY, "payments")
    assert found[0] in {"acme/payments-api", "acme/payments-web"}
    assert set(found) == {"acme/payments-api", "acme/payments-web", "beta/repayments"}
    assert "acme/*" in await form.offers(ids.FIND_REPOSITORY, "acme")
    assert await form.offers(ids.FIND_REPOSITORY, "some/where-else") == ["some/where-else"]


async def test_what_github_is_slow_to_tell_is_left_out_in_time(form: Form) -> None:
    loop = asyncio.get_running_loop()
    form.world.github.faults.add("/user/repos", "hang", times=1)
    form.world.github.faults.add("/search/repositories", "hang", times=1)
    started = loop.time()
    assert form.world.repo in await form.offers(ids.FIND_REPOSITORY, form.world.repo)
    assert loop.time() - started < 2.5


async def test_labels_teams_people_and_branches_are_those_of_the_repository(world: World) -> None:
    world.github.ensure_label(world.github.repo(world.repo), "good first issue")
    await seen_pulls(world, ("bug",))
    await world.command(world.author, "subscribe")
    form = Form(world)
    assert await form.offers(ids.FIND_BASE, "") == []
    await form.choose(ids.FIND_REPOSITORY, world.repo)
    assert (await form.offers(ids.FIND_LABELS, ""))[0] == "bug"
    assert await form.offers(ids.FIND_LABELS, "first") == ["good first issue", "first"]
    assert await form.offers(ids.FIND_WITHOUT, "area/*") == ["area/*"]
    assert await form.offers(ids.FIND_BASE, "ma") == ["main", "ma"]
    assert world.demo.author in await form.offers(ids.FIND_AUTHORS, "")
    assert "@me" in await form.offers(ids.FIND_AUTHORS, "@m")
    assert await form.offers(ids.FIND_AUTHORS, "no one") == []
    assert "docs/**" not in await form.offers(ids.FIND_PATHS, "x")
    assert await form.offers(ids.FIND_PATHS, "src/api/**") == ["src/api/**"]


async def test_every_change_shows_what_the_filter_means(form: Form) -> None:
    assert "*It covers* every pull request." in form.says
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    await form.choose(ids.FIND_LABELS, "bug", "documentation")
    assert "pull requests that are labelled “bug” or “documentation”" in form.says
    await form.select(ids.SUBSCRIPTION_CHANGED, ["draft:no"], block=ids.FIELD_OPTIONS)
    await form.select(ids.SUBSCRIPTION_CHANGED, "size:<200", block=ids.FIELD_FILTER)
    assert "are not drafts, are labelled “bug” or “documentation” and are of size “&lt;200”" in form.says


async def test_a_mistake_is_shown_where_it_is_while_typing(form: Form) -> None:
    await form.select(ids.SUBSCRIPTION_CHANGED, "draft:no lable:bug", block=ids.FIELD_FILTER)
    assert "did you mean `label:`?" in form.says
    assert "draft:no lable:bug\n         ^" in form.says
    await form.select(ids.SUBSCRIPTION_CHANGED, "draft:no", block=ids.FIELD_FILTER)
    assert "pull requests that are not drafts" in form.says


async def test_a_label_that_the_repository_lacks_is_warned_of(form: Form) -> None:
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    await form.choose(ids.FIND_LABELS, "bgu")
    assert "has no label `bgu`; did you mean `bug`?" in form.says


async def test_the_filter_is_tried_on_the_latest_pull_requests(world: World) -> None:
    await seen_pulls(world, ("bug",), ("enhancement",), ("bug", "enhancement"), ())
    await world.command(world.author, "subscribe")
    form = Form(world)
    await form.choose(ids.FIND_REPOSITORY, world.repo)
    await form.choose(ids.FIND_LABELS, "enhancement")
    tried = form.says.partition("Tried on the latest")[2]
    assert "Change 0" not in tried
    for mark, name in (("`✓`", "Change 1"), ("`✓`", "Change 2"), ("`✗`", "Change 3")):
        assert any(mark in line and name in line for line in tried.splitlines())
    assert "this one has no label" in tried


async def test_files_that_nobody_read_yet_are_asked_for_and_shown_with_the_next_change(world: World) -> None:
    await seen_pulls(world, ())
    await world.command(world.author, "subscribe")
    form = Form(world)
    await form.choose(ids.FIND_REPOSITORY, world.repo)
    await form.choose(ids.FIND_PATHS, "docs/**")
    assert "which files this one changes is not known yet" in form.says
    assert "I am asking GitHub" in form.says
    async with asyncio.timeout(20):
        while "`✓`" not in form.says:
            await form.select(ids.SUBSCRIPTION_CHANGED, ["draft:no"], block=ids.FIELD_OPTIONS)
    assert "I am asking GitHub" not in form.says


async def test_without_known_pull_requests_the_form_says_so(form: Form) -> None:
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    assert "I know no pull request there yet" in form.says


async def test_saving_follows_with_what_the_fields_say(form: Form) -> None:
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    await form.choose(ids.FIND_LABELS, "bug")
    await form.choose(ids.FIND_AUTHORS, "mona")
    assert await form.save(options=["draft:no"], features=["reviews"], filter="size:<200") == {}
    (made,) = await form.followed()
    assert (made.repo, made.features) == (form.world.repo, ("reviews",))
    assert made.filter == "draft:no label:bug author:mona size:<200"


async def test_all_of_an_owner_is_followed_but_what_the_form_leaves_out(form: Form) -> None:
    await form.choose(ids.FIND_REPOSITORY, "acme/*")
    wrong = await form.save(excluded="beta/web")
    assert wrong == {ids.FIELD_EXCLUDED: "I can't read “beta/web”; it is none of “acme/*”."}
    assert await form.save(excluded="legacy, old-*", broadcast=["merged"]) == {}
    (made,) = await form.followed()
    assert (made.repo, made.excluded) == ("acme/*", ("acme/legacy", "acme/old-*"))
    assert made.broadcast == ("merged",)


async def test_a_form_for_which_slack_waited_too_long_is_asked_for_again(world: World) -> None:
    workspace = world.slack.workspace
    workspace.rules = replace(workspace.rules, trigger_life=-1)
    said = await world.command(world.author, "subscribe")
    assert "took too long for Slack to open the form" in said
    assert world.slack.modals(world.author.id) == []


async def test_editing_begins_with_the_fields_and_changes_nothing_by_itself(world: World) -> None:
    text = 'draft:no label:bug,"good first issue" author:mona base:main size:<200'
    await world.command(world.author, f"subscribe {world.repo} ci {text}")
    listed = world.slack.ephemerals(world.author.id, world.channel.id)[-1]
    await world.slack.click(world.author.id, world.channel.id, listed.ts, ids.SUBSCRIPTION_EDIT)
    form = Form(world)
    await world.slack.until(lambda: world.slack.modals(world.author.id))
    (before,) = await form.followed()
    assert "are labelled “bug” or “good first issue”" in form.says
    assert await form.save() == {}
    assert await form.followed() == [before]
    assert before.filter == text


async def test_home_follows_and_edits(world: World) -> None:
    await world.slack.open_home(world.author.id)
    home = await world.slack.until(lambda: world.slack.home(world.author.id))
    await world.slack.click(world.author.id, action_id=ids.SUBSCRIPTION_NEW, view_id=home.id)
    form = Form(world)
    await form.choose(ids.FIND_REPOSITORY, world.repo)
    assert await form.save(channel=world.channel.id) == {}
    (made,) = await form.followed()
    assert made.channel == world.channel.id
    await world.slack.until(lambda: world.repo in shown(world.slack.home(world.author.id)))
    await world.slack.click(world.author.id, action_id=ids.SUBSCRIPTION_EDIT, view_id=home.id)
    await form.choose(ids.FIND_LABELS, "bug")
    assert await form.save() == {}
    assert [one.filter for one in await form.followed()] == ["label:bug"]


async def test_nobody_edits_what_another_channel_follows(world: World) -> None:
    await world.subscribe()
    await world.slack.open_home(world.author.id)
    await world.slack.until(lambda: world.repo in shown(world.slack.home(world.author.id) or []))
    home = world.slack.home(world.author.id)
    assert home
    await world.slack.kick(world.channel.id, world.author.id)
    await world.slack.until(lambda: world.repo not in shown(world.slack.home(world.author.id)))
    (stale,) = await Form(world).followed()
    home.body["blocks"].append(
        {
            "type": "actions",
            "block_id": "stale",
            "elements": [
                {
                    "type": "button",
                    "action_id": ids.SUBSCRIPTION_EDIT,
                    "text": {"type": "plain_text", "text": "Edit"},
                    "value": ids.encode(ids.SubscriptionRef(stale.id)),
                }
            ],
        }
    )
    await world.slack.click(world.author.id, action_id=ids.SUBSCRIPTION_EDIT, view_id=home.id)
    await world.slack.until(lambda: world.slack.modals(world.author.id))
    assert "gone already" in shown(world.slack.modals(world.author.id)[-1])


async def test_what_is_typed_while_the_form_is_shown_anew_is_kept(form: Form) -> None:
    blocks = {block["block_id"] for block in form.view.blocks if block["type"] == "input"}
    form.view.values[ids.FIELD_FILTER][ids.SUBSCRIPTION_CHANGED]["value"] = "size:<2"
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    assert {block["block_id"] for block in form.view.blocks if block["type"] == "input"} == blocks
    assert form.view.values[ids.FIELD_FILTER][ids.SUBSCRIPTION_CHANGED]["value"] == "size:<2"


async def test_changes_at_once_end_with_what_the_last_one_means(form: Form) -> None:
    await form.choose(ids.FIND_REPOSITORY, form.world.repo)
    texts = [f"size:<{number}" for number in range(100, 110)]
    await asyncio.gather(
        *(form.select(ids.SUBSCRIPTION_CHANGED, text, block=ids.FIELD_FILTER) for text in texts)
    )
    assert "of size “&lt;109”" in form.says


async def test_a_form_that_was_closed_meanwhile_stays_closed(form: Form) -> None:
    view = form.view
    change = form.select(ids.SUBSCRIPTION_CHANGED, "size:<200", block=ids.FIELD_FILTER)
    await asyncio.gather(change, form.slack.close_view(form.person.id, view.id))
    assert form.slack.modals(form.person.id) == []
