"""User groups, statuses, links that unfurl, and commands whose names arrive as ids."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from sandbox.slack import DEFAULT_EVENTS, Rules
from tests.sandbox.slack_kit import open_stage, refusal

RULES = Rules(
    events=DEFAULT_EVENTS | {"link_shared", "user_change"},
    unfurl_domains=frozenset({"github.com"}),
    escaped=True,
)
LINK = "https://github.com/acme/shop/pull/7"


async def heard(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """Acknowledge what comes until the event of this kind, and return that."""
    while True:
        envelope = await socket.receive_json(timeout=10)
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        event: dict[str, Any] = envelope["payload"].get("event") or envelope["payload"]
        if kind in {event.get("type"), envelope["type"]}:
            return event


async def test_user_groups_are_listed_with_their_people() -> None:
    async with open_stage(RULES) as stage:
        group = stage.workspace.add_group("backend", "Backend", [stage.ada])
        listed = await stage.client.usergroups_list(include_users=True)
        assert [(one["handle"], one["users"]) for one in listed["usergroups"]] == [
            ("backend", [stage.ada.id])
        ]
        users = await stage.client.usergroups_users_list(usergroup=group.id)
        assert users["users"] == [stage.ada.id]
        group.disabled = True
        assert (await stage.client.usergroups_list())["usergroups"] == []
        assert await refusal(stage.client.usergroups_users_list(usergroup=group.id)) == "no_such_subteam"


async def test_a_status_is_seen_and_told() -> None:
    async with open_stage(RULES) as stage:
        socket = await stage.socket()
        await stage.slack.set_status(stage.ada.id, "Vacation", ":palm_tree:", until=1_800_000_000)
        told = await heard(socket, "user_change")
        found = (await stage.client.users_info(user=stage.ada.id))["user"]["profile"]
        assert told["user"]["profile"]["status_text"] == found["status_text"] == "Vacation"
        assert found["status_expiration"] == 1_800_000_000


async def test_a_pasted_link_is_told_and_what_the_app_shows_for_it_takes_the_place_of_the_last() -> None:
    async with open_stage(RULES) as stage:
        socket = await stage.socket()
        message = await stage.slack.say(
            stage.ada.id, stage.room.id, f"Look: {LINK} and https://example.com/x"
        )
        told = await heard(socket, "link_shared")
        assert told["links"] == [{"domain": "github.com", "url": LINK}]
        assert told["message_ts"] == message.ts
        assert told["is_bot_user_member"] is True
        for word in ("open", "merged"):
            block = {"type": "section", "text": {"type": "mrkdwn", "text": word}}
            shown = {LINK: {"blocks": [block]}}
            await stage.client.chat_unfurl(channel=stage.room.id, ts=message.ts, unfurls=shown)
        texts = [attachment["blocks"][0]["text"]["text"] for attachment in message.attachments]
        assert texts == ["merged"]


async def test_what_is_not_in_the_message_is_not_unfurled() -> None:
    async with open_stage(RULES) as stage:
        message = await stage.slack.say(stage.ada.id, stage.room.id, "no link")
        shown: dict[str, dict[str, Any]] = {LINK: {"text": "x"}}
        refused = stage.client.chat_unfurl(channel=stage.room.id, ts=message.ts, unfurls=shown)
        assert await refusal(refused) == "cannot_unfurl_url"
        missing = stage.client.chat_unfurl(channel=stage.room.id, ts="1.000001", unfurls=shown)
        assert await refusal(missing) == "cannot_find_message"


async def test_an_app_without_the_scope_hears_of_no_link() -> None:
    rules = replace(RULES, scopes=RULES.scopes - {"links:read"})
    async with open_stage(rules) as stage:
        socket = await stage.socket()
        await stage.slack.say(stage.ada.id, stage.room.id, LINK)
        await stage.slack.set_status(stage.ada.id, "here")
        assert (await socket.receive_json(timeout=10))["payload"]["event"]["type"] == "user_change"


@pytest.mark.parametrize("escaped", [True, False])
async def test_names_in_a_command_arrive_as_ids_where_the_app_asks_for_that(escaped: bool) -> None:
    async with open_stage(replace(RULES, escaped=escaped, ack_timeout=0.1)) as stage:
        group = stage.workspace.add_group("backend", "Backend")
        socket = await stage.socket()
        typed = f"to @ada @backend #general @nobody {LINK} <3"
        await stage.slack.command(stage.bob.id, stage.room.id, "/patchforge", typed)
        got = (await socket.receive_json(timeout=10))["payload"]["text"]
        ids = (
            f"to <@{stage.ada.id}|ada> <!subteam^{group.id}|@backend> <#{stage.room.id}|general> @nobody "
            f"<{LINK}> &lt;3"
        )
        assert got == (ids if escaped else typed)
