"""Slack's Web API as the bot uses it, with its failures sorted by what to do about them."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clients.observe import Observe, nobody, observed
from bot.errors import ConfigurationError, Permanent, RateLimited, RetryLater, UserError
from bot.models import SlackMessage

# The name under which a message's metadata carries the key of what it shows.
METADATA = "patchforge"
# Slack says these of itself, not of the request: worth another try.
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited",
            "team_added_to_org", "rate_limited", "accesslimited"}  # fmt: skip
_TOO_LATE = {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}
_LOOKED_AT = 200
_WRITES = {"chat.postMessage", "chat.update", "views.open", "views.publish"}

Blocks = Sequence[Mapping[str, Any]]


class Slack:
    """The calls PatchForge makes; no retries of its own, for the ledger owns those.

    `session` is shared by all calls and sets their time-out; `observe` hears of each.
    """

    def __init__(
        self, session: aiohttp.ClientSession, *, token: str, base_url: str, observe: Observe = nobody
    ) -> None:
        self._observe = observe
        self.web = AsyncWebClient(
            token=token, base_url=base_url.rstrip("/") + "/", session=session, retry_handlers=[]
        )

    async def identify(self) -> Mapping[str, Any]:
        """Ask who this token is: `user_id`, `team_id`, `team`, `bot_id`."""
        return await self._call("auth.test")

    async def inspect(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Ask who this token is, and return with it the answer's headers: the scopes, and Slack's time."""
        answer = await self._ask("auth.test", {})
        data: Mapping[str, Any] = answer.data  # type: ignore[assignment]
        return data, answer.headers

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

    async def find(self, channel: str, key: str, *, thread_ts: str | None = None) -> str | None:
        """Look among the latest messages for the one with this key and return its ts."""
        found: str | None = None
        cursor, seen = "", 0
        while found is None and seen < _LOOKED_AT:
            page = {"channel": channel, "include_all_metadata": True, "limit": 100, "cursor": cursor}
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
            if not cursor:
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
        found: list[str] = []
        cursor = ""
        while True:
            answer = await self._call(
                "users.conversations",
                user=user,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            found += [channel["id"] for channel in answer.get("channels", [])]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return found

    async def user(self, user: str) -> Mapping[str, Any]:
        """Describe a person: `is_admin`, `is_owner`, `profile`, `tz`."""
        found: Mapping[str, Any] = (await self._call("users.info", user=user))["user"]
        return found

    async def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        with observed(self._observe, "slack", method):
            data: Mapping[str, Any] = (await self._ask(method, arguments)).data  # type: ignore[assignment]
            return data

    async def _ask(self, method: str, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        try:
            # Slack takes JSON where it writes; its reading methods want a query.
            return (
                await self.web.api_call(method, json=given)
                if method in _WRITES
                else await self.web.api_call(method, http_verb="GET", params=_query(given))
            )
        except SlackApiError as error:
            raise _sorted(method, error) from error
        except (TimeoutError, aiohttp.ClientConnectorError) as error:
            # A connection that was never made carried nothing.
            never_left = isinstance(error, aiohttp.ClientConnectorError)
            raise RetryLater(
                f"Slack did not answer {method}: {error or 'time-out'}", ambiguous=not never_left
            ) from error
        except (aiohttp.ClientError, SlackClientError, ValueError, OSError) as error:
            raise RetryLater(f"Slack broke off {method}: {error}", ambiguous=True) from error


def _query(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in arguments.items()
    }


def _sorted(method: str, error: SlackApiError) -> Exception:
    """Turn Slack's error into what to do about it."""
    response = error.response
    if isinstance(response, Mapping) or not hasattr(response, "status_code"):
        # slack_sdk hands a plain mapping over when the body was no JSON.
        return RetryLater(f"Slack answered {method} with something that is not JSON", ambiguous=True)
    code = str((response.data or {}).get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code in {"ratelimited", "rate_limited"}:
        after = str(response.headers.get("Retry-After", ""))
        return RateLimited(
            f"Slack asked to slow down on {method}", after=float(after) if after.isdigit() else 5.0
        )
    if response.status_code >= 500 or code in _PASSING or not code:
        return RetryLater(f"Slack failed {method}: {code or response.status_code}", ambiguous=True)
    return Permanent(f"Slack refused {method}: {code}", code=code)


async def open_socket(session: aiohttp.ClientSession, *, token: str, base_url: str) -> str:
    """Return the address of a new WebSocket, good for one connection; raises ConfigurationError."""
    web = AsyncWebClient(base_url=base_url.rstrip("/") + "/", session=session, retry_handlers=[])
    try:
        return str((await web.apps_connections_open(app_token=token))["url"])
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise ConfigurationError(
            f"SLACK_API_URL: Slack did not answer apps.connections.open: {error or 'time-out'}"
        ) from None
    except SlackApiError as error:
        known = isinstance(error.response, AsyncSlackResponse)
        code = error.response.get("error", "no answer") if known else "no answer"
        raise ConfigurationError(
            f"SLACK_APP_TOKEN: Slack refused apps.connections.open with “{code}”; it needs connections:write"
        ) from None
