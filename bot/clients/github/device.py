"""GitHub's device flow: a person types a code on GitHub, and GitHub tells us who they are.

The token that comes of it asks one question, who its owner is, and is thrown away. It is never kept, and no
text of ours holds it.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from bot.clients.observe import Observe, nobody, observed
from bot.config import Settings
from bot.errors import Permanent, RetryLater

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# What GitHub asks for where its answer does not say, in seconds.
_INTERVAL, _SLOWER = 5, 5
_LEAST = 1


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What one attempt needs: the secret `device_code`, and the code and page for the person.

    `interval` is the least time between two questions, `expires_in` the life of the code, in seconds.
    """

    device_code: str
    user_code: str
    page: str
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has typed the code in yet; `interval` is longer from now on if GitHub says so."""

    interval: int | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """The person agreed: their login, and the number that stays when it changes."""

    login: str
    id: int


class _Code(msgspec.Struct):
    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int = 900
    interval: int = _INTERVAL


class _Token(msgspec.Struct):
    access_token: str | None = None
    error: str | None = None
    interval: int | None = None


class _User(msgspec.Struct):
    login: str
    id: int


class DeviceFlow:
    """Proves who somebody is on GitHub; `client_id` is that of an OAuth App or GitHub App.

    Its methods raise Permanent, with GitHub's own word as `code`, and RetryLater.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        web_url: str,
        api_url: str,
        client_id: str,
        observe: Observe = nobody,
    ) -> None:
        self._client = client
        self._web = web_url.rstrip("/")
        self._api = api_url.rstrip("/")
        self._id = client_id
        self._observe = observe

    @classmethod
    def from_settings(
        cls, settings: Settings, client: httpx.AsyncClient, observe: Observe = nobody
    ) -> "DeviceFlow | None":
        """Return the flow as the settings name it; None without GITHUB_CLIENT_ID."""
        if not settings.github_client_id:
            return None
        return cls(
            client,
            web_url=settings.github_web_url,
            api_url=settings.github_api_url,
            client_id=settings.github_client_id,
            observe=observe,
        )

    async def start(self) -> DeviceCode:
        """Ask for a code; no scope is asked for, so that the token can read what everybody can."""
        status, body = await self._post("/login/device/code", {"client_id": self._id})
        if status == 404:
            raise Permanent("GitHub does not know GITHUB_CLIENT_ID", code="unknown_client")
        found = _read(_Code, body, "/login/device/code")
        interval = max(found.interval, _LEAST)
        return DeviceCode(
            found.device_code, found.user_code, found.verification_uri, found.expires_in, interval
        )

    async def ask(self, device_code: str) -> Waiting | Proven:
        """Ask whether the person has agreed; no more often than the interval allows."""
        given = {"client_id": self._id, "device_code": device_code, "grant_type": _GRANT}
        status, body = await self._post("/login/oauth/access_token", given)
        found = _read(_Token, body, "/login/oauth/access_token", error_is_fine=True)
        if found.access_token:
            return await self._who(found.access_token)
        if found.error == "authorization_pending":
            return Waiting()
        if found.error == "slow_down":
            return Waiting(found.interval or _INTERVAL + _SLOWER)
        if not found.error:
            raise RetryLater(f"GitHub answered {status} to the device flow without a reason")
        raise Permanent(f"GitHub refused the device flow: {found.error[:60]}", code=found.error)

    async def _who(self, token: str) -> Proven:
        """Ask once whose token it is; after that nobody has it."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        with observed(self._observe, "github", "GET /user"):
            try:
                response = await self._client.get(f"{self._api}/user", headers=headers)
                found = msgspec.json.decode(response.content, type=_User)
            except (httpx.HTTPError, OSError, msgspec.MsgspecError):
                # The code is used up: asking again would be of no use. The error's own text may be anything.
                raise Permanent("GitHub agreed, but did not say who it was", code="lost") from None
        return Proven(found.login, found.id)

    async def _post(self, path: str, given: dict[str, str]) -> tuple[int, bytes]:
        with observed(self._observe, "github", f"POST {path}"):
            try:
                response = await self._client.post(
                    self._web + path, data=given, headers={"Accept": "application/json"}
                )
            except (httpx.HTTPError, OSError) as error:
                raise RetryLater(f"GitHub did not answer {path}: {type(error).__name__}") from None
            if response.status_code == 429 or response.status_code >= 500:
                raise RetryLater(f"GitHub answered {response.status_code} for {path}")
            return response.status_code, response.content


def _read(kind: Any, body: bytes, path: str, *, error_is_fine: bool = False) -> Any:
    """Read GitHub's answer, whose errors come with any status."""
    try:
        refused = msgspec.json.decode(body, type=_Token)
        if refused.error and not error_is_fine:
            raise Permanent(f"GitHub refused the device flow: {refused.error[:60]}", code=refused.error)
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError:
        raise RetryLater(f"GitHub gave no usable answer for {path}") from None
