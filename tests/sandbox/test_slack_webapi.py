"""The Web API stand-in, through the real slack_sdk client."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import DEFAULT_SCOPES, Rules, SlackServer, Workspace
from sandbox.slack.models import Conversation, User

DIVIDER = [{"type": "divider"}]


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        """Return the time as it was set."""
        return self.now


@dataclass
class Desk:
    """A workspace with one person in one channel, and the app's client."""

    slack: SlackServer
    client: AsyncWebClient
    session: aiohttp.ClientSession
    clock: Clock
    ada: User
    room: Conversation

    @property
    def workspace(self) -> Workspace:
        """The workspace behind the server."""
        return self.slack.workspace


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def desk(rules: Rules) -> AsyncIterator[Desk]:
    clock = Clock()
    workspace = Workspace(rules=rules, clock=clock)
    ada = workspace.add_user("ada", real_name="Ada Lovelace", is_admin=True)
    room = workspace.add_channel("general", members=[ada], bot=True)
    async with await SlackServer.start(workspace) as slack, aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack.bot_token, slack.api_url, session=session, retry_handlers=[])
        yield Desk(slack, client, session, clock, ada, room)


async def refusal(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]  # any of the client's coroutines
    return str(caught.value.response["error"])


async def test_a_posted_message_is_there_with_its_metadata(desk: Desk) -> None:
    metadata = {"event_type": "job", "event_payload": {"id": "7"}}
    posted = await desk.client.chat_postMessage(
        channel=desk.room.id, text="hello", blocks=DIVIDER, metadata=metadata
    )
    found = await desk.client.conversations_history(channel=desk.room.id, include_all_metadata=True)
    assert found["messages"][0]["ts"] == posted["ts"]
    assert found["messages"][0]["metadata"] == metadata
    plain = await desk.client.conversations_history(channel=desk.room.id)
    assert "metadata" not in plain["messages"][0]
    assert desk.slack.messages(desk.room.id)[0].blocks[0]["block_id"]


async def test_timestamps_grow_though_the_clock_stands_still(desk: Desk) -> None:
    stamps = [(await desk.client.chat_postMessage(channel=desk.room.id, text="x"))["ts"] for _ in range(3)]
    assert len(set(stamps)) == 3
    assert stamps == sorted(stamps)
    assert all(stamp.startswith("1700000000.") for stamp in stamps)


async def test_history_pages_newest_first_and_replies_oldest_first(desk: Desk) -> None:
    first = (await desk.client.chat_postMessage(channel=desk.room.id, text="0"))["ts"]
    for number in range(1, 5):
        await desk.client.chat_postMessage(channel=desk.room.id, text=str(number))
    for number in range(3):
        await desk.client.chat_postMessage(channel=desk.room.id, text=f"r{number}", thread_ts=first)
    texts: list[str] = []
    cursor: str | None = None
    while cursor != "":
        page = await desk.client.conversations_history(channel=desk.room.id, limit=2, cursor=cursor)
        texts += [message["text"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
    assert texts == ["4", "3", "2", "1", "0"]
    thread = await desk.client.conversations_replies(channel=desk.room.id, ts=first)
    assert [message["text"] for message in thread["messages"]] == ["0", "r0", "r1", "r2"]
    assert thread["messages"][0]["reply_count"] == 3


async def test_oldest_and_latest_are_exclusive_unless_told(desk: Desk) -> None:
    stamps = [(await desk.client.chat_postMessage(channel=desk.room.id, text="x"))["ts"] for _ in range(3)]
    between = await desk.client.conversations_history(
        channel=desk.room.id, oldest=stamps[0], latest=stamps[2]
    )
    assert [message["ts"] for message in between["messages"]] == [stamps[1]]
    whole = await desk.client.conversations_history(
        channel=desk.room.id, oldest=stamps[0], latest=stamps[2], inclusive=True
    )
    assert len(whole["messages"]) == 3


async def test_posting_is_refused_as_slack_refuses_it(desk: Desk) -> None:
    workspace, client = desk.workspace, desk.client
    other = workspace.add_channel("other", members=[desk.ada])
    secret = workspace.add_channel("secret", members=[desk.ada], is_private=True)
    old = workspace.add_channel("old", members=[desk.ada], bot=True)
    await desk.slack.archive(old.id)
    post = client.chat_postMessage
    assert await refusal(post(channel="C404", text="x")) == "channel_not_found"
    assert await refusal(post(channel=secret.id, text="x")) == "channel_not_found"
    assert await refusal(post(channel=other.id, text="x")) == "not_in_channel"
    assert await refusal(post(channel=old.id, text="x")) == "is_archived"
    assert await refusal(post(channel=desk.room.id, text="x", thread_ts="1.000001")) == "thread_not_found"
    empty = client.api_call("chat.postMessage", json={"channel": desk.room.id, "text": ""})
    assert await refusal(empty) == "no_text"
    assert await refusal(post(channel=desk.room.id, text="x" * 40001)) == "msg_too_long"
    assert [violation.rule for violation in workspace.violations] == ["no_text", "text_length"]


async def test_invalid_blocks_are_refused_with_where_and_why(desk: Desk) -> None:
    header = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel=desk.room.id, text="t", blocks=header)
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]
    assert desk.slack.messages(desk.room.id) == []
    assert desk.workspace.violations[0].source == "chat.postMessage"


async def test_an_edit_keeps_what_was_said_before(desk: Desk) -> None:
    ts = (await desk.client.chat_postMessage(channel=desk.room.id, text="one", blocks=DIVIDER))["ts"]
    await desk.client.chat_update(channel=desk.room.id, ts=ts, text="two")
    message = desk.slack.messages(desk.room.id)[0]
    assert (message.text, message.blocks, message.edits) == ("two", [], 1)
    assert message.history[0].text == "one"
    assert message.edited is not None


async def test_only_own_messages_can_be_edited_or_deleted(desk: Desk) -> None:
    theirs = await desk.slack.say(desk.ada.id, desk.room.id, "mine")
    update, delete = desk.client.chat_update, desk.client.chat_delete
    assert await refusal(update(channel=desk.room.id, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refusal(delete(channel=desk.room.id, ts=theirs.ts)) == "cant_delete_message"
    assert await refusal(update(channel=desk.room.id, ts="1.2", text="x")) == "message_not_found"
    own = (await desk.client.chat_postMessage(channel=desk.room.id, text="x"))["ts"]
    assert await refusal(update(channel=desk.room.id, ts=own, text="x" * 4001)) == "msg_too_long"
    await delete(channel=desk.room.id, ts=own)
    assert [message.ts for message in desk.slack.messages(desk.room.id)] == [theirs.ts]


async def test_an_ephemeral_message_is_seen_by_one_person_and_not_in_history(desk: Desk) -> None:
    bob = desk.workspace.add_user("bob")
    await desk.client.chat_postEphemeral(channel=desk.room.id, user=desk.ada.id, text="psst")
    assert (
        await refusal(desk.client.chat_postEphemeral(channel=desk.room.id, user=bob.id, text="x"))
        == "user_not_in_channel"
    )
    assert [message.text for message in desk.slack.ephemerals(desk.ada.id, desk.room.id)] == ["psst"]
    assert (await desk.client.conversations_history(channel=desk.room.id))["messages"] == []
    shown = desk.workspace.snapshot(desk.ada.id)["channels"][0]["messages"]
    assert [message["ephemeral"] for message in shown] == [True]


async def test_a_message_to_a_user_id_goes_to_the_direct_message(desk: Desk) -> None:
    posted = await desk.client.chat_postMessage(channel=desk.ada.id, text="hi")
    opened = await desk.client.conversations_open(users=desk.ada.id)
    assert posted["channel"] == opened["channel"]["id"]
    assert [message.text for message in desk.slack.direct_messages(desk.ada.id)] == ["hi"]


async def test_people_and_channels_are_listed(desk: Desk) -> None:
    client = desk.client
    desk.workspace.add_channel("secret", members=[desk.ada], is_private=True)
    assert (await client.users_lookupByEmail(email="ADA@example.com"))["user"]["id"] == desk.ada.id
    assert await refusal(client.users_lookupByEmail(email="no@example.com")) == "users_not_found"
    person = (await client.users_info(user=desk.ada.id))["user"]
    assert (person["tz"], person["is_admin"]) == ("Europe/Amsterdam", True)
    assert len((await client.users_list())["members"]) == 2
    mine = await client.users_conversations(user=desk.ada.id, types="public_channel,private_channel")
    assert [channel["id"] for channel in mine["channels"]] == [desk.room.id]
    assert (await client.conversations_info(channel=desk.room.id))["channel"]["is_member"] is True
    members = (await client.conversations_members(channel=desk.room.id))["members"]
    assert members == [desk.ada.id, desk.workspace.bot_user.id]
    open_room = desk.workspace.add_channel("open", members=[desk.ada])
    assert (await client.conversations_join(channel=open_room.id))["channel"]["is_member"] is True
    assert len((await client.conversations_list())["channels"]) == 2


async def test_reactions_are_added_once(desk: Desk) -> None:
    ts = (await desk.client.chat_postMessage(channel=desk.room.id, text="x"))["ts"]
    target = {"channel": desk.room.id, "timestamp": ts}
    await desk.client.reactions_add(name="eyes", **target)
    assert await refusal(desk.client.reactions_add(name="eyes", **target)) == "already_reacted"
    assert await refusal(desk.client.reactions_add(name="NO WAY", **target)) == "invalid_name"
    await desk.client.reactions_remove(name="eyes", **target)
    assert await refusal(desk.client.reactions_remove(name="eyes", **target)) == "no_reaction"


async def test_tokens_are_checked(desk: Desk) -> None:
    client = desk.client
    assert (await client.auth_test())["user_id"] == desk.workspace.bot_user.id
    assert await refusal(client.auth_test(token="xoxb-wrong")) == "invalid_auth"
    assert await refusal(client.auth_test(token=desk.slack.app_token)) == "not_allowed_token_type"
    opened = client.apps_connections_open(app_token=desk.slack.bot_token)
    assert await refusal(opened) == "not_allowed_token_type"
    async with desk.session.post(f"{desk.slack.api_url}auth.test") as response:
        assert (await response.json())["error"] == "not_authed"
    for state in ("token_revoked", "account_inactive"):
        desk.workspace.token_state = state
        assert await refusal(client.auth_test()) == state


@pytest.mark.parametrize("rules", [Rules(scopes=DEFAULT_SCOPES - {"chat:write", "channels:history"})])
async def test_a_missing_scope_is_named(desk: Desk) -> None:
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "chat:write"
    assert "users:read" in caught.value.response["provided"]
    assert await refusal(desk.client.conversations_history(channel=desk.room.id)) == "missing_scope"


@pytest.mark.parametrize("rules", [Rules(scopes=DEFAULT_SCOPES - {"users:read.email"})])
async def test_addresses_are_hidden_without_their_scope(desk: Desk) -> None:
    assert "email" not in (await desk.client.users_info(user=desk.ada.id))["user"]["profile"]


@pytest.mark.parametrize("rules", [Rules(rate_limits=True)])
async def test_a_channel_takes_about_one_message_a_second(desk: Desk) -> None:
    for _ in range(3):
        await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    desk.clock.now += 1
    await desk.client.chat_postMessage(channel=desk.room.id, text="x")


@pytest.mark.parametrize("wait", [7, None])
async def test_a_429_on_demand_comes_with_or_without_retry_after(desk: Desk, wait: int | None) -> None:
    desk.workspace.faults.add("chat.postMessage", "429", retry_after=wait)
    with pytest.raises(SlackApiError) as caught:
        await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers.get("Retry-After") == (None if wait is None else str(wait))
    await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert [call.outcome for call in desk.workspace.calls_of("chat.postMessage")] == ["429", "ok"]


@pytest.mark.parametrize(("kind", "posted"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_connection_breaks_before_or_after_the_message_is_taken(
    desk: Desk, kind: str, posted: int
) -> None:
    desk.workspace.faults.add("chat.postMessage", kind)  # type: ignore[arg-type]  # a table of kinds
    with pytest.raises(aiohttp.ClientError):
        await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert len(desk.slack.messages(desk.room.id)) == posted
    call = desk.workspace.calls_of("chat.postMessage")[0]
    assert (call.outcome, call.accepted) == (kind, bool(posted))


async def test_answers_break_on_demand(desk: Desk) -> None:
    faults = desk.workspace.faults
    faults.add("chat.postMessage", "500")
    faults.add("chat.postMessage", "503")
    faults.add("chat.postMessage", "cut_json")
    faults.add("chat.postMessage", "error", error="fatal_error")
    statuses = []
    for _ in range(4):
        with pytest.raises(SlackApiError) as caught:
            await desk.client.chat_postMessage(channel=desk.room.id, text="x")
        response = caught.value.response
        statuses.append(getattr(response, "status_code", None) or response.status)
    assert statuses == [500, 503, 200, 200]
    assert len(desk.slack.messages(desk.room.id)) == 1
    assert faults.pending == 0


async def test_a_call_that_hangs_is_taken_though_the_client_gave_up(desk: Desk) -> None:
    desk.workspace.faults.add("chat.postMessage", "hang_after", seconds=60)
    quick = aiohttp.ClientTimeout(total=0.2)
    with pytest.raises(TimeoutError):
        async with desk.session.post(
            f"{desk.slack.api_url}chat.postMessage",
            data={"token": desk.slack.bot_token, "channel": desk.room.id, "text": "x"},
            timeout=quick,
        ):
            pass
    assert len(desk.slack.messages(desk.room.id)) == 1


async def test_forms_carry_json_in_strings(desk: Desk) -> None:
    form = {"token": desk.slack.bot_token, "channel": "#general", "text": "t", "blocks": json.dumps(DIVIDER)}
    async with desk.session.post(f"{desk.slack.api_url}chat.postMessage", data=form) as response:
        assert (await response.json())["ok"] is True
    async with desk.session.post(
        f"{desk.slack.api_url}chat.postMessage", data=b"{", headers={"Content-Type": "application/json"}
    ) as response:
        assert (await response.json())["error"] == "invalid_json"
    assert "token" not in desk.workspace.calls[0].args


async def test_the_home_is_published_with_its_hash(desk: Desk) -> None:
    home = {"type": "home", "blocks": DIVIDER}
    first = await desk.client.views_publish(user_id=desk.ada.id, view=home)
    second = await desk.client.views_publish(user_id=desk.ada.id, view=home, hash=first["view"]["hash"])
    stale = desk.client.views_publish(user_id=desk.ada.id, view=home, hash=first["view"]["hash"])
    assert await refusal(stale) == "hash_conflict"
    shown = desk.slack.home(desk.ada.id)
    assert shown is not None
    assert (shown.id, shown.hash) == (first["view"]["id"], second["view"]["hash"])


@pytest.mark.parametrize("rules", [Rules(home_enabled=False)])
async def test_the_home_must_be_enabled(desk: Desk) -> None:
    home = {"type": "home", "blocks": DIVIDER}
    assert await refusal(desk.client.views_publish(user_id=desk.ada.id, view=home)) == "not_enabled"


def modal(title: str = "Modal", **more: object) -> dict[str, object]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": DIVIDER, **more}


async def test_a_trigger_opens_one_modal_within_three_seconds(desk: Desk) -> None:
    open_view, new_trigger = desk.client.views_open, desk.workspace.new_trigger
    trigger = new_trigger(desk.ada.id)
    await open_view(trigger_id=trigger, view=modal())
    assert await refusal(open_view(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    late = new_trigger(desk.ada.id)
    desk.clock.now += 4
    assert await refusal(open_view(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await refusal(open_view(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    assert len(desk.slack.modals(desk.ada.id)) == 1


async def test_a_modal_is_updated_by_id_and_hash(desk: Desk) -> None:
    trigger = desk.workspace.new_trigger(desk.ada.id)
    opened = (await desk.client.views_open(trigger_id=trigger, view=modal(external_id="x1")))["view"]
    update = desk.client.views_update
    changed = (await update(view_id=opened["id"], hash=opened["hash"], view=modal("Two")))["view"]
    assert changed["title"]["text"] == "Two"
    assert await refusal(update(view_id=opened["id"], hash=opened["hash"], view=modal())) == "hash_conflict"
    assert await refusal(update(view_id="V404", view=modal())) == "not_found"
    with pytest.raises(SlackApiError) as caught:
        await update(view_id=opened["id"], view=modal("x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in caught.value.response["response_metadata"]["messages"][0]


async def test_modals_stack_three_deep(desk: Desk) -> None:
    trigger = desk.workspace.new_trigger(desk.ada.id)
    view = (await desk.client.views_open(trigger_id=trigger, view=modal("1")))["view"]
    for title in ("2", "3"):
        inside = desk.workspace.new_trigger(desk.ada.id, view["id"])
        await desk.client.views_push(trigger_id=inside, view=modal(title))
    inside = desk.workspace.new_trigger(desk.ada.id, view["id"])
    assert await refusal(desk.client.views_push(trigger_id=inside, view=modal("4"))) == "push_limit_reached"
    titles = [shown["title"]["text"] for shown in desk.workspace.snapshot(desk.ada.id)["modals"]]
    assert titles == ["1", "2", "3"]


async def test_a_view_over_250_kb_is_too_large(desk: Desk) -> None:
    text = {"type": "mrkdwn", "text": "x" * 2900}
    home = {"type": "home", "blocks": [{"type": "section", "text": text}] * 90}
    assert await refusal(desk.client.views_publish(user_id=desk.ada.id, view=home)) == "view_too_large"


async def test_the_snapshot_is_json_and_hides_what_the_viewer_cannot_see(desk: Desk) -> None:
    bob = desk.workspace.add_user("bob")
    desk.workspace.add_channel("secret", members=[desk.ada], is_private=True)
    await desk.client.chat_postMessage(channel=desk.ada.id, text="for ada")
    for viewer, rooms, direct in ((desk.ada, ["general", "secret"], 1), (bob, ["general"], 0)):
        shown = json.loads(json.dumps(desk.workspace.snapshot(viewer.id)))
        assert [channel["name"] for channel in shown["channels"]] == rooms
        assert len(shown["dms"]) == direct


async def test_changes_are_announced(desk: Desk) -> None:
    changes = desk.workspace.changes()
    seen = await anext(changes)
    await desk.client.chat_postMessage(channel=desk.room.id, text="x")
    assert await anext(changes) > seen
    await changes.aclose()


async def test_the_ledger_keeps_what_was_sent(desk: Desk) -> None:
    await desk.client.chat_postMessage(channel=desk.room.id, text="x", blocks=DIVIDER)
    (call,) = desk.workspace.calls_of("chat.postMessage", outcome="ok")
    assert call.args["blocks"] == DIVIDER
    assert call.response["message"]["blocks"][0].keys() == {"type", "block_id"}


async def test_malformed_json_in_a_field_is_refused(desk: Desk) -> None:
    for name, value, code in (
        ("blocks", "{", "invalid_blocks_format"),
        ("blocks", "{}", "invalid_blocks_format"),
        ("blocks", "[1]", "invalid_blocks_format"),
        ("metadata", "[]", "invalid_metadata_format"),
    ):
        fields = {"channel": desk.room.id, "text": "t", name: value}
        assert await refusal(desk.client.api_call("chat.postMessage", data=fields)) == code


async def test_a_deleted_message_with_replies_leaves_a_tombstone(desk: Desk) -> None:
    client, room = desk.client, desk.room.id
    first = (await client.chat_postMessage(channel=room, text="x"))["ts"]
    reply = (await client.chat_postMessage(channel=room, text="y", thread_ts=first))["ts"]
    deep = client.chat_postMessage(channel=room, text="z", thread_ts=reply)
    assert await refusal(deep) == "cannot_reply_to_message"
    await client.chat_delete(channel=room, ts=first)
    assert desk.slack.messages(room)[0].deleted
    assert [message.text for message in desk.slack.thread(room, first)] == ["y"]
    assert await refusal(client.chat_update(channel=room, ts=first, text="x")) == "message_not_found"


@pytest.mark.parametrize("rules", [Rules(edit_window=60)])
async def test_the_edit_window_closes(desk: Desk) -> None:
    ts = (await desk.client.chat_postMessage(channel=desk.room.id, text="x"))["ts"]
    desk.clock.now += 61
    edit = desk.client.chat_update(channel=desk.room.id, ts=ts, text="y")
    assert await refusal(edit) == "edit_window_closed"


@pytest.mark.parametrize("rules", [Rules(checks=False)])
async def test_without_checks_nothing_is_examined(desk: Desk) -> None:
    await desk.client.chat_postMessage(channel=desk.room.id, text="**bold**")
    assert desk.workspace.violations == []
