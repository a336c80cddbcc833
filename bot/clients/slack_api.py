"""One call of Slack's Web API over the shared session, its failures sorted by what to do about them."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env

from bot.errors import Permanent, RateLimited, RetryLater

# Slack says these of itself, not of the request: worth another try.
_PASSING = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited",
            "team_added_to_org", "rate_limited", "accesslimited"}  # fmt: skip
_LIMITED = {"ratelimited", "rate_limited"}
# Slack takes JSON where it writes; its reading methods want a query.
_WRITES = {"apps.connections.open", "chat.postMessage", "chat.unfurl", "chat.update", "conversations.open",
           "reactions.add", "reactions.remove", "views.open", "views.publish", "views.update"}  # fmt: skip

_decoder = msgspec.json.Decoder(dict[str, Any])


class SlackApi:
    """Asks once: no call is repeated here, for the ledger owns retries.

    `token` is the bot's or the app-level one; `session` is shared and sets the time-out.
    """

    def __init__(self, session: aiohttp.ClientSession, *, token: str, base_url: str) -> None:
        self._session = session
        self._base = base_url.rstrip("/") + "/"
        self._proxy = load_http_proxy_from_env()  # as slack_sdk's own client does
        self._reading = {"Authorization": f"Bearer {token}"}
        self._writing = {**self._reading, "Content-Type": "application/json; charset=utf-8"}

    async def ask(
        self, method: str, arguments: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Return the answer and its headers; arguments that are None or empty are left out.

        Raises Permanent for what Slack refuses, RateLimited, and RetryLater, which is ambiguous unless the
        request certainly never left.
        """
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        if method in _WRITES:
            verb, headers, params, body = "POST", self._writing, None, msgspec.json.encode(given)
        else:
            verb, headers, params, body = "GET", self._reading, _query(given), None
        try:
            async with self._session.request(
                verb, self._base + method, params=params, data=body, headers=headers, proxy=self._proxy
            ) as response:
                return _sorted(method, response, await response.read()), response.headers
        except aiohttp.ClientConnectorError as error:
            # A connection that was never made carried nothing.
            raise RetryLater(f"Slack did not answer {method}: {error}") from error
        except TimeoutError as error:
            raise RetryLater(
                f"Slack did not answer {method}: {str(error) or 'time-out'}", ambiguous=True
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise RetryLater(f"Slack broke off {method}: {error}", ambiguous=True) from error


def _query(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in arguments.items()
    }


def _sorted(method: str, response: aiohttp.ClientResponse, body: bytes) -> Mapping[str, Any]:
    """Return Slack's yes; raise what is to be done about anything else."""
    try:
        data = _decoder.decode(body)
    except ValueError:
        data = {}  # a page of some proxy, or cut off
    if response.status == 200 and data.get("ok"):
        return data
    code = str(data.get("error") or "")
    if response.status == 429 or code in _LIMITED:
        after = response.headers.get("Retry-After", "")
        raise RateLimited(
            f"Slack asked to slow down on {method}", after=float(after) if after.isdigit() else 5.0
        )
    if response.status >= 500 or code in _PASSING or not code:
        said = code or f"HTTP {response.status} without a reason"
        raise RetryLater(f"Slack failed {method}: {said}", ambiguous=True)
    raise Permanent(f"Slack refused {method}: {code}", code=code)
