"""Messages, people and channels in the Web API stand-in, through the real slack_sdk client."""

import json
from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Rules
from tests.sandbox.slack_kit import DIVIDER, Stage, open_stage, refusal


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def stage(rules: Rules) -> AsyncIterator[Stage]:
    async with open_stage(rules) as opened:
        yield opened


async def test_a_posted_message_is_there_with_its_metadata(stage: Stage) -> None:
    metadata = {"event_type": "job", "event_payload": {"id": "7"}}
    posted = await stage.client.chat_postMessage(
        channel=stage.room.id, text="hello", blocks=DIVIDER, metadata=metadata
    )
    found = await stage.client.conversations_history(channel=stage.room.id, include_all_metadata=True)
    assert found["messages"][0]["ts"] == posted["ts"]
    assert found["messages"][0]["metadata"] == metadata
    plain = await stage.client.conversations_history(channel=stage.room.id)
    assert "metadata" not in plain["messages"][0]
    assert stage.slack.messages(stage.room.id)[0].blocks[0]["block_id"]


async def test_timestamps_grow_though_the_clock_stands_still(stage: Stage) -> None:
    stamps = [(await stage.client.chat_postMessage(channel=stage.room.id, text="x"))["ts"] for _ in range(3)]
    assert len(set(stamps)) == 3
    assert stamps == sorted(stamps)
    assert all(stamp.startswith("1700000000.") for stamp in stamps)


async def test_history_pages_newest_first_and_replies_oldest_first(stage: Stage) -> None:
    first = (await stage.client.chat_postMessage(channel=stage.room.id, text="0"))["ts"]
    for number in range(1, 5):
        await stage.client.chat_postMessage(channel=stage.room.id, text=str(number))
    for number in range(3):
        await stage.client.chat_postMessage(channel=stage.room.id, text=f"r{number}", thread_ts=first)
    texts: list[str] = []
    cursor: str | None = None
    while cursor != "":
        page = await stage.client.conversations_history(channel=stage.room.id, limit=2, cursor=cursor)
        texts += [message["text"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
    assert texts == ["4", "3", "2", "1", "0"]
    thread = await stage.client.conversations_replies(channel=stage.room.id, ts=first)
    assert [message["text"] for message in thread["messages"]] == ["0", "r0", "r1", "r2"]
    assert thread["messages"][0]["reply_count"] == 3


async def test_oldest_and_latest_are_exclusive_unless_told(stage: Stage) -> None:
    stamps = [(await stage.client.chat_postMessage(channel=stage.room.id, text="x"))["ts"] for _ in range(3)]
    between = await stage.client.conversations_history(
        channel=stage.room.id, oldest=stamps[0], latest=stamps[2]
    )
    assert [message["ts"] for message in between["messages"]] == [stamps[1]]
    whole = await stage.client.conversations_history(
        channel=stage.room.id, oldest=stamps[0], latest=stamps[2], inclusive=True
    )
    assert len(whole["messages"]) == 3


async def test_posting_is_refused_as_slack_refuses_it(stage: Stage) -> None:
    workspace, client = stage.workspace, stage.client
    other = workspace.add_channel("other", members=[stage.ada])
    secret = workspace.add_channel("secret", members=[stage.ada], is_private=True)
    old = workspace.add_channel("old", members=[stage.ada], bot=True)
    await stage.slack.archive(old.id)
    post = client.chat_postMessage
    assert await refusal(post(channel="C404", text="x")) == "channel_not_found"
    assert await refusal(post(channel=secret.id, text="x")) == "channel_not_found"
    assert await refusal(post(channel=other.id, text="x")) == "not_in_channel"
    assert await refusal(post(channel=old.id, text="x")) == "is_archived"
    assert await refusal(post(channel=stage.room.id, text="x", thread_ts="1.000001")) == "thread_not_found"
    empty = client.api_call("chat.postMessage", json={"channel": stage.room.id, "text": ""})
    assert await refusal(empty) == "no_text"
    assert await refusal(post(channel=stage.room.id, text="x" * 40001)) == "msg_too_long"
    assert [violation.rule for violation in workspace.violations] == ["no_text", "text_length"]


async def test_invalid_blocks_are_refused_with_where_and_why(stage: Stage) -> None:
    header = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(SlackApiError) as caught:
        await stage.client.chat_postMessage(channel=stage.room.id, text="t", blocks=header)
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]
    assert stage.slack.messages(stage.room.id) == []
    assert stage.workspace.violations[0].source == "chat.postMessage"


async def test_an_edit_keeps_what_was_said_before(stage: Stage) -> None:
    ts = (await stage.client.chat_postMessage(channel=stage.room.id, text="one", blocks=DIVIDER))["ts"]
    await stage.client.chat_update(channel=stage.room.id, ts=ts, text="two")
    message = stage.slack.messages(stage.room.id)[0]
    assert (message.text, message.blocks, message.edits) == ("two", [], 1)
    assert message.history[0].text == "one"
    assert message.edited is not None


async def test_only_own_messages_can_be_edited_or_deleted(stage: Stage) -> None:
    theirs = await stage.slack.say(stage.ada.id, stage.room.id, "mine")
    update, delete = stage.client.chat_update, stage.client.chat_delete
    assert await refusal(update(channel=stage.room.id, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await refusal(delete(channel=stage.room.id, ts=theirs.ts)) == "cant_delete_message"
    assert await refusal(update(channel=stage.room.id, ts="1.2", text="x")) == "message_not_found"
    own = (await stage.client.chat_postMessage(channel=stage.room.id, text="x"))["ts"]
    assert await refusal(update(channel=stage.room.id, ts=own, text="x" * 4001)) == "msg_too_long"
    await delete(channel=stage.room.id, ts=own)
    assert [message.ts for message in stage.slack.messages(stage.room.id)] == [theirs.ts]


async def test_an_ephemeral_message_is_seen_by_one_person_and_not_in_history(stage: Stage) -> None:
    eve = stage.workspace.add_user("eve")
    await stage.client.chat_postEphemeral(channel=stage.room.id, user=stage.ada.id, text="psst")
    assert (
        await refusal(stage.client.chat_postEphemeral(channel=stage.room.id, user=eve.id, text="x"))
        == "user_not_in_channel"
    )
    assert [message.text for message in stage.slack.ephemerals(stage.ada.id, stage.room.id)] == ["psst"]
    assert (await stage.client.conversations_history(channel=stage.room.id))["messages"] == []
    shown = stage.workspace.snapshot(stage.ada.id)["channels"][0]["messages"]
    assert [message["ephemeral"] for message in shown] == [True]


async def test_a_message_to_a_user_id_goes_to_the_direct_message(stage: Stage) -> None:
    posted = await stage.client.chat_postMessage(channel=stage.ada.id, text="hi")
    opened = await stage.client.conversations_open(users=stage.ada.id)
    assert posted["channel"] == opened["channel"]["id"]
    assert [message.text for message in stage.slack.direct_messages(stage.ada.id)] == ["hi"]


async def test_people_and_channels_are_listed(stage: Stage) -> None:
    client = stage.client
    stage.workspace.add_channel("secret", members=[stage.ada], is_private=True)
    assert (await client.users_lookupByEmail(email="ADA@example.com"))["user"]["id"] == stage.ada.id
    assert await refusal(client.users_lookupByEmail(email="no@example.com")) == "users_not_found"
    person = (await client.users_info(user=stage.ada.id))["user"]
    assert (person["tz"], person["is_admin"]) == ("Europe/Amsterdam", True)
    assert len((await client.users_list())["members"]) == 3
    mine = await client.users_conversations(user=stage.ada.id, types="public_channel,private_channel")
    assert [channel["id"] for channel in mine["channels"]] == [stage.room.id]
    assert (await client.conversations_info(channel=stage.room.id))["channel"]["is_member"] is True
    members = (await client.conversations_members(channel=stage.room.id))["members"]
    assert members == [stage.ada.id, stage.bob.id, stage.workspace.bot_user.id]
    open_room = stage.workspace.add_channel("open", members=[stage.ada])
    assert (await client.conversations_join(channel=open_room.id))["channel"]["is_member"] is True
    assert len((await client.conversations_list())["channels"]) == 2


async def test_reactions_are_added_once(stage: Stage) -> None:
    ts = (await stage.client.chat_postMessage(channel=stage.room.id, text="x"))["ts"]
    target = {"channel": stage.room.id, "timestamp": ts}
    await stage.client.reactions_add(name="eyes", **target)
    assert await refusal(stage.client.reactions_add(name="eyes", **target)) == "already_reacted"
    assert await refusal(stage.client.reactions_add(name="NO WAY", **target)) == "invalid_name"
    await stage.client.reactions_remove(name="eyes", **target)
    assert await refusal(stage.client.reactions_remove(name="eyes", **target)) == "no_reaction"


async def test_the_snapshot_is_json_and_hides_what_the_viewer_cannot_see(stage: Stage) -> None:
    eve = stage.workspace.add_user("eve")
    stage.workspace.add_channel("secret", members=[stage.ada], is_private=True)
    await stage.client.chat_postMessage(channel=stage.ada.id, text="for ada")
    for viewer, rooms, direct in ((stage.ada, ["general", "secret"], 1), (eve, ["general"], 0)):
        shown = json.loads(json.dumps(stage.workspace.snapshot(viewer.id)))
        assert [channel["name"] for channel in shown["channels"]] == rooms
        assert len(shown["dms"]) == direct


async def test_changes_are_announced(stage: Stage) -> None:
    changes = stage.workspace.changes()
    seen = await anext(changes)
    await stage.client.chat_postMessage(channel=stage.room.id, text="x")
    assert await anext(changes) > seen
    await changes.aclose()


async def test_a_deleted_message_with_replies_leaves_a_tombstone(stage: Stage) -> None:
    client, room = stage.client, stage.room.id
    first = (await client.chat_postMessage(channel=room, text="x"))["ts"]
    reply = (await client.chat_postMessage(channel=room, text="y", thread_ts=first))["ts"]
    deep = client.chat_postMessage(channel=room, text="z", thread_ts=reply)
    assert await refusal(deep) == "cannot_reply_to_message"
    await client.chat_delete(channel=room, ts=first)
    assert stage.slack.messages(room)[0].deleted
    assert [message.text for message in stage.slack.thread(room, first)] == ["y"]
    assert await refusal(client.chat_update(channel=room, ts=first, text="x")) == "message_not_found"


@pytest.mark.parametrize("rules", [Rules(edit_window=60)])
async def test_the_edit_window_closes(stage: Stage) -> None:
    ts = (await stage.client.chat_postMessage(channel=stage.room.id, text="x"))["ts"]
    stage.clock.now += 61
    edit = stage.client.chat_update(channel=stage.room.id, ts=ts, text="y")
    assert await refusal(edit) == "edit_window_closed"
