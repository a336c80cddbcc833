"""The way to GitHub's REST interface: tokens, pages, redirects, and failures by their right names."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import gidgethub
import gidgethub.abc
import httpx
from gidgethub import sansio

from bot.clients.github.answers import InstalledAnswer, TokenAnswer, convert
from bot.clients.observe import Call, Observe, nobody
from bot.errors import Permanent, RateLimited, RetryLater
from bot.models import Clock

# What a secondary limit without Retry-After asks for, by GitHub's documentation.
_PAUSE_SECONDS = 60.0
_TOKEN_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its JSON, the address of the next one, and the tag to ask with the next time."""

    data: Any
    next: str | None
    etag: str | None


class _Transport(gidgethub.abc.GitHubAPI):
    """gidgethub over the shared client, following the redirects of renamed repositories."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, observe: Observe) -> None:
        super().__init__("PatchForge", base_url=base_url)
        self._client = client
        self._observe = observe

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        started, outcome, wait = time.perf_counter(), "retry", 0.0
        try:
            response = await self._client.request(
                method, url, headers=dict(headers), content=body, follow_redirects=True
            )
            outcome, wait = _outcome(response)
        finally:
            name = f"{method} {_shape(url)}"
            self._observe(Call("github", name, outcome, time.perf_counter() - started, wait))
        return response.status_code, response.headers, response.content

    async def conditional(
        self, path: str, etag: str | None, *, oauth_token: str | None, jwt: str | None
    ) -> Page | None:
        """Return a page; None if it still bears this tag, which costs nothing of the rate limit."""
        headers = sansio.create_headers(self.requester, oauth_token=oauth_token, jwt=jwt)
        if etag is not None:
            headers["if-none-match"] = etag
        url = sansio.format_url(path, {}, base_url=self.base_url)
        status, answered, body = await self._request("GET", url, headers)
        if status == 304 and etag is not None:
            return None
        data, _, more = sansio.decipher_response(status, answered, body)
        return Page(data, more, answered.get("etag"))

    async def sleep(self, seconds: float) -> None:
        """Refuse: the ledger waits, so that nothing else has to."""
        raise NotImplementedError(f"would sleep for {seconds} s")


class Api:
    """Authorised requests: with one token, or as a GitHub App with a token per repository owner."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        *,
        clock: Clock,
        token: str | None,
        app: tuple[str, str] | None,
        observe: Observe = nobody,
    ) -> None:
        self._api = _Transport(client, base_url, observe)
        self._clock = clock
        self._token = token
        self._app = app
        self._installed: dict[str, TokenAnswer] = {}

    async def get(self, repo: str, path: str) -> Any:
        """Return the JSON of one thing; `repo` says whose token to use."""
        token = await self._token_for(repo)
        try:
            return await self._api.getitem(path, None, oauth_token=token)
        except Exception as error:
            raise self._failure(error, repo, path) from error

    async def pages(self, repo: str, path: str) -> AsyncIterator[Any]:
        """Go through the items of a list, over all of its pages."""
        token = await self._token_for(repo)
        pages = self._api.getiter(f"{path}?per_page=100", None, oauth_token=token)
        while True:
            try:
                item = await anext(pages)
            except StopAsyncIteration:
                return
            except Exception as error:
                raise self._failure(error, repo, path) from error
            yield item

    async def page(self, repo: str | None, path: str, etag: str | None = None) -> Page | None:
        """Return one page of a list; None if it has not changed since it bore this tag.

        `repo` says whose token to use; None is the App itself.
        """
        try:
            token, jwt = await self._credentials(repo)
            return await self._api.conditional(path, etag, oauth_token=token, jwt=jwt)
        except Exception as error:
            raise self._failure(error, repo or "", path) from error

    async def post(self, repo: str | None, path: str) -> None:
        """Ask for something to be done, without a body."""
        try:
            token, jwt = await self._credentials(repo)
            await self._api.post(path, None, data=b"", oauth_token=token, jwt=jwt)
        except Exception as error:
            raise self._failure(error, repo or "", path) from error

    async def send(self, repo: str, path: str, body: Mapping[str, Any], *, anew: bool = True) -> Any:
        """Give GitHub something to keep and return its JSON; without `anew` it changes what is there."""
        try:
            token = await self._token_for(repo)
            do = self._api.post if anew else self._api.patch
            return await do(path, None, data=body, oauth_token=token)
        except Exception as error:
            raise self._failure(error, repo, path) from error

    async def _credentials(self, repo: str | None) -> tuple[str | None, str | None]:
        """Return a token and a signature of the App, one of which is None."""
        if repo is not None:
            return await self._token_for(repo), None
        if self._app is None:
            raise Permanent("this needs a GitHub App", code="no_app")
        return None, _signed(*self._app)

    async def _token_for(self, repo: str) -> str | None:
        """Return the token to read the repository with; an App's is fetched and kept per owner."""
        if self._app is None:
            return self._token
        owner = repo.partition("/")[0].lower()
        if not self._is_held(owner):
            self._installed[owner] = await self._install(repo, *self._app)
        return self._installed[owner].token

    async def owners(self) -> list[str]:
        """Return the owners at whom the App is installed, in lower case; a token for each is held then."""
        if self._app is None:
            return []
        page = await self.page(None, "/app/installations?per_page=100")
        found = convert(list[InstalledAnswer], page.data if page else [])
        installed = {one.account.login.lower(): one.id for one in found if one.suspended_at is None}
        for owner, installation in installed.items():
            if not self._is_held(owner):
                self._installed[owner] = await self._access(installation, *self._app)
        return list(installed)

    def _is_held(self, owner: str) -> bool:
        held = self._installed.get(owner)
        return held is not None and held.expires_at - _TOKEN_MARGIN > self._clock.now()

    async def _install(self, repo: str, app_id: str, private_key: str) -> TokenAnswer:
        path = f"/repos/{repo}/installation"
        signed = _signed(app_id, private_key)
        try:
            installation = await self._api.getitem(path, None, jwt=signed)
            number = int(installation["id"])
        except Exception as error:
            raise self._failure(error, repo, path) from error
        return await self._access(number, app_id, private_key)

    async def _access(self, installation: int, app_id: str, private_key: str) -> TokenAnswer:
        from gidgethub import apps  # noqa: PLC0415 - loads what only an App needs

        try:
            answer = await apps.get_installation_access_token(
                self._api, installation_id=str(installation), app_id=app_id, private_key=private_key
            )
        except Exception as error:
            raise self._failure(error, "", f"/app/installations/{installation}/access_tokens") from error
        return convert(TokenAnswer, answer)

    def _failure(self, error: Exception, repo: str, path: str) -> Exception:
        """Name what went wrong by what can be done about it."""
        if not isinstance(error, gidgethub.HTTPException):
            if isinstance(error, (httpx.HTTPError, ValueError, TypeError, KeyError)):
                return RetryLater(f"GitHub gave no usable answer for {path}: {type(error).__name__}")
            return error
        status = int(error.status_code)
        headers = error.headers
        if status == 429 or (status == 403 and _is_limit(error)):
            return RateLimited(f"GitHub's rate limit for {path}", after=_wait(headers))
        if status >= 500:
            return RetryLater(f"GitHub answered {status} for {path}", after=_retry_after(headers))
        owner = repo.partition("/")[0].lower()
        if status == 401 and owner in self._installed:
            del self._installed[owner]
            return RetryLater(f"GitHub no longer takes the App's token for {path}")
        return Permanent(f"GitHub answered {status} for {path}: {error}", code=str(status))


def _signed(app_id: str, private_key: str) -> str:
    """Return what the App shows of itself, good for ten minutes."""
    # Only an App signs, and the cryptography for it takes a twentieth of a start to load.
    import jwt  # noqa: PLC0415 - see above
    from gidgethub import apps  # noqa: PLC0415 - see above

    try:
        return apps.get_jwt(app_id=app_id, private_key=private_key)
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise Permanent("GITHUB_APP_PRIVATE_KEY is no RSA private key in PEM", code="private_key") from error


def _outcome(response: httpx.Response) -> tuple[str, float]:
    """Name how a request went, and for how many seconds GitHub wants no more of them."""
    status, headers = response.status_code, response.headers
    spent = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    if status == 429 or (status == 403 and spent):
        return "rate_limited", _wait(headers)
    if status >= 500:
        return "retry", 0.0
    return ("refused" if status >= 400 else "ok"), 0.0


def _shape(url: str) -> str:
    """Return the path without what differs from one repository, number or commit to the next."""
    path = re.sub(r"/repos/[^/]+/[^/]+", "/repos/:repo", httpx.URL(url).path.removeprefix("/api/v3"))
    return re.sub(r"/(\d+|[0-9a-f]{40})(?=/|$)", "/:id", path)


def _is_limit(error: gidgethub.HTTPException) -> bool:
    """Tell a limit from a refusal: GitHub answers 403 to both."""
    if isinstance(error, gidgethub.RateLimitExceeded) or "retry-after" in error.headers:
        return True
    return "rate limit" in str(error).lower()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _wait(headers: Mapping[str, str]) -> float:
    """Return for how many seconds GitHub wants no requests, by its own clock."""
    after = _retry_after(headers)
    if after is not None:
        return after
    try:
        reset = datetime.fromtimestamp(float(headers["x-ratelimit-reset"]), UTC)
        wait = (reset - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, OverflowError, TypeError):
        return _PAUSE_SECONDS
    spent = headers.get("x-ratelimit-remaining") == "0"
    return max(wait, 1.0) if spent else _PAUSE_SECONDS
