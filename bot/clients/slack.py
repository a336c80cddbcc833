"""Slack's Web API as the bot uses it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.observe import Observe, nobody, observed
from bot.clients.slack_api import SlackApi
from bot.clients.slack_views import Turns
from bot.errors import ConfigurationError, Permanent, RetryLater, UserError
from bot.models import Broadcast, SlackMessage

# The name under which a message's metadata carries the key of what it shows.
METADATA = "patchforge"
_TOO_LATE = {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}
# Messages that one answer holds, and that are looked through for one of ours at most.
_PAGE, _MOST_LOOKED_AT = 200, 10_000

Blocks = Sequence[Mapping[str, Any]]


class Slack:
    """The calls PatchForge makes; no retries of its own, for the ledger owns those.

    `session` is shared by all calls and sets their time-out; `observe` hears of each.
    """

    def __init__(
        self, session: aiohttp.ClientSession, *, token: str, base_url: str, observe: Observe = nobody
    ) -> None:
        self._observe = observe
        self._api = SlackApi(session, token=token, base_url=base_url)
        self._turns = Turns()
        # For Bolt, which dispatches what comes; what goes out goes through the calls below.
        self.web = AsyncWebClient(
            token=token, base_url=base_url.rstrip("/") + "/", session=session, retry_handlers=[]
        )

    async def identify(self) -> Mapping[str, Any]:
        """Ask who this token is: `user_id`, `team_id`, `team`, `bot_id`."""
        return await self._call("auth.test")

    async def inspect(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Ask who this token is, and return with it the answer's headers: the scopes, and Slack's time."""
        return await self._api.ask("auth.test", {})

    async def post(
        self, channel: str, message: SlackMessage, *, key: str, thread_ts: str | None = None
    ) -> str:
        """Post the message with its key in the metadata and return its ts."""
        answer = await self._call(
            "chat.postMessage",
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=thread_ts,
            reply_broadcast=True if thread_ts and isinstance(message, Broadcast) else None,
            metadata={"event_type": METADATA, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def edit(self, channel: str, ts: str, message: SlackMessage, *, key: str) -> None:
        """Bring a posted message to what it should show now; raises Permanent(message_not_found)."""
        await self._call(
            "chat.update",
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": METADATA, "event_payload": {"key": key}},
        )

    async def find(
        self, channel: str, key: str, *, since: datetime | None = None, thread_ts: str | None = None
    ) -> str | None:
        """Return the ts of the message with this key, from a whole thread or the latest of a channel.

        With `since`, among all that came since then too. Threads are told from their beginning, channels from
        their end.
        """
        found: str | None = None
        cursor, seen = "", 0
        while found is None and seen < _MOST_LOOKED_AT:
            page = {"channel": channel, "include_all_metadata": True, "limit": _PAGE, "cursor": cursor}
            answer = (
                await self._call("conversations.replies", ts=thread_ts, **page)
                if thread_ts
                else await self._call("conversations.history", **page)
            )
            messages = answer.get("messages", [])
            seen += len(messages)
            for message in messages:
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == METADATA and metadata["event_payload"].get("key") == key:
                    found = str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            last = float(messages[-1]["ts"]) if messages else 0.0
            if not cursor or not (thread_ts or (since and last > since.timestamp())):
                break
        return found

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; the trigger lives about three seconds, and too late is a UserError."""
        try:
            await self._call("views.open", trigger_id=trigger_id, view=view)
        except Permanent as error:
            if error.code not in _TOO_LATE:
                raise
            raise UserError("That took too long for Slack to open the form; please try again.") from None

    async def update_view(self, view_id: str, view: Mapping[str, Any], *, shown: str) -> None:
        """Show something else in an open modal, unless that has changed since the hash `shown`."""
        try:
            await self._call("views.update", view_id=view_id, view=view, hash=shown)
        except Permanent as error:
            if error.code not in {"hash_conflict", "not_found"}:
                raise

    async def follow_view(self, view_id: str, show: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """Show what the latest change of an open modal means; one that was closed meanwhile stays so.

        Changes come faster than they are shown, each with the hash from before it: so they take turns here,
        the newest goes last, and no hash is asked for.
        """
        async with self._turns.of(view_id) as newest:
            if not newest:
                return
            try:
                await self._call("views.update", view_id=view_id, view=await show())
            except Permanent as error:
                if error.code != "not_found":
                    raise

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Show a person their App Home."""
        await self._call("views.publish", user_id=user, view=view)

    async def channel(self, channel: str) -> Mapping[str, Any]:
        """Describe a channel; raises Permanent(channel_not_found) for one the bot cannot see."""
        found: Mapping[str, Any] = (await self._call("conversations.info", channel=channel))["channel"]
        return found

    async def is_member(self, channel: str) -> bool:
        """Tell whether the bot is in the channel."""
        try:
            return bool((await self.channel(channel)).get("is_member"))
        except Permanent:
            return False

    async def channels_of(self, user: str) -> list[str]:
        """Return the channels that both the person and the bot are in."""
        return [channel["id"] for channel in await self._channels(user=user)]

    async def own_channels(self) -> list[tuple[str, str]]:
        """Return the channels that the bot is in, by id and name."""
        return [(channel["id"], channel["name"]) for channel in await self._channels()]

    async def _channels(self, **whose: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        cursor = ""
        while True:
            answer = await self._call(
                "users.conversations",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
                **whose,
            )
            found += answer.get("channels", [])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    async def open_direct(self, user: str) -> str:
        """Return the channel in which the bot writes to this person alone."""
        answer = await self._call("conversations.open", users=user)
        return str(answer["channel"]["id"])

    async def unfurl(self, channel: str, ts: str, shown: Mapping[str, Blocks]) -> None:
        """Show blocks below the links of a person's message; of each link only the last ones are seen."""
        unfurls = {url: {"blocks": blocks} for url, blocks in shown.items()}
        await self._call("chat.unfurl", channel=channel, ts=ts, unfurls=unfurls)

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Put a reaction on a message; one that is there already is no failure."""
        await self._reaction("reactions.add", channel, ts, name, done="already_reacted")

    async def take_reaction(self, channel: str, ts: str, name: str) -> None:
        """Take the bot's reaction from a message; one that is gone already is no failure."""
        await self._reaction("reactions.remove", channel, ts, name, done="no_reaction")

    async def _reaction(self, method: str, channel: str, ts: str, name: str, *, done: str) -> None:
        try:
            await self._call(method, channel=channel, timestamp=ts, name=name)
        except Permanent as error:
            if error.code != done:
                raise

    async def user_groups(self) -> list[Mapping[str, Any]]:
        """Return the user groups: `id`, `handle`, `name`."""
        return list((await self._call("usergroups.list")).get("usergroups", []))

    async def group_members(self, group: str) -> list[str]:
        """Return the people of a user group; raises Permanent(no_such_subteam)."""
        answer = await self._call("usergroups.users.list", usergroup=group)
        return [str(user) for user in answer.get("users", [])]

    async def user_with_email(self, address: str) -> Mapping[str, Any] | None:
        """Describe the person who has this e-mail address; None if nobody has."""
        try:
            found: Mapping[str, Any] = (await self._call("users.lookupByEmail", email=address))["user"]
        except Permanent as error:
            if error.code != "users_not_found":
                raise
            return None
        return found

    async def users(self) -> list[Mapping[str, Any]]:
        """Describe everybody in the workspace, those who left it too."""
        found: list[Mapping[str, Any]] = []
        cursor = ""
        while True:
            answer = await self._call("users.list", limit=500, cursor=cursor)
            found += answer.get("members", [])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    async def user(self, user: str) -> Mapping[str, Any]:
        """Describe a person: `is_admin`, `is_owner`, `profile`, `tz`."""
        found: Mapping[str, Any] = (await self._call("users.info", user=user))["user"]
        return found

    async def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        with observed(self._observe, "slack", method):
            data, _ = await self._api.ask(method, arguments)
            return data


async def open_socket(session: aiohttp.ClientSession, *, token: str, base_url: str) -> str:
    """Return the address of a new WebSocket, good for one connection; raises ConfigurationError."""
    try:
        data, _ = await SlackApi(session, token=token, base_url=base_url).ask("apps.connections.open", {})
        return str(data["url"])
    except RetryLater as error:
        raise ConfigurationError(f"SLACK_API_URL: {error}") from None
    except Permanent as error:
        said = f"Slack refused apps.connections.open with “{error.code}”"
        raise ConfigurationError(f"SLACK_APP_TOKEN: {said}; it needs connections:write") from None
