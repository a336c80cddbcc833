"""The pages of the device flow: what apps post, and where people type their codes."""

from collections.abc import Mapping
from html import escape

from aiohttp import web

from sandbox.github.acts.devices import CODE_LIFE, GRANT, OAuthApp
from sandbox.github.core import GitHub

_SAYS = {
    "authorization_pending": "The authorization request is still pending.",
    "slow_down": "Too many requests have been made in the same timeframe.",
    "expired_token": "The 'device_code' has expired.",
    "access_denied": "The authorization request was denied.",
    "incorrect_device_code": "The device_code provided is not valid.",
    "incorrect_client_credentials": "The client_id passed is incorrect.",
    "unsupported_grant_type": "The grant_type is not supported.",
    "device_flow_disabled": "Device Flow must be explicitly enabled for this App",
}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Device activation</title>
<style>body{{font:16px/1.5 system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem}}
input,select,button{{font:inherit;padding:.4rem;margin:.2rem 0}}</style>
<h1>Device activation</h1>
<p>{said}</p>
<form method="post"><label>Code <input name="user_code" value="{code}" required></label><br>
<label>Signed in as <select name="login">{logins}</select></label><br>
<button name="do" value="authorize">Authorize</button> <button name="do" value="cancel">Cancel</button></form>
"""


class Login:
    """Answers apps and people; like GitHub's own, its errors come with status 200."""

    def __init__(self, github: GitHub) -> None:
        self.github = github

    def routes(self) -> list[web.RouteDef]:
        """List where this answers."""
        return [
            web.post("/login/device/code", self.code),
            web.post("/login/oauth/access_token", self.token),
            web.get("/login/device", self.page),
            web.post("/login/device", self.typed),
        ]

    async def code(self, request: web.Request) -> web.Response:
        """Hand a code to an app; 404 for one that nobody knows."""
        given = await _given(request)
        app = self.github.devices.apps.get(given.get("client_id", ""))
        if fault := self.github.faults.take(request.path):
            return web.Response(status=int(fault.kind) if fault.kind.isdigit() else 502)
        if app is None:
            return web.json_response({"error": "Not Found"}, status=404)
        if not app.device_flow:
            return _error("device_flow_disabled", status=400)
        code = self.github.new_device_code(app.client_id)
        return web.json_response(
            {
                "device_code": code.device_code,
                "user_code": code.user_code,
                "verification_uri": f"{self.github.state.web}/login/device",
                "expires_in": int(CODE_LIFE.total_seconds()) - 1,
                "interval": code.interval,
            }
        )

    async def token(self, request: web.Request) -> web.Response:
        """Hand the token to an app once somebody agreed."""
        given = await _given(request)
        if fault := self.github.faults.take(request.path):
            return web.Response(status=int(fault.kind) if fault.kind.isdigit() else 502)
        app: OAuthApp | None = self.github.devices.apps.get(given.get("client_id", ""))
        if app is None:
            return _error("incorrect_client_credentials")
        if not app.device_flow:
            return _error("device_flow_disabled")
        if given.get("grant_type") != GRANT:
            return _error("unsupported_grant_type")
        found = self.github.redeem(app.client_id, given.get("device_code", ""))
        if isinstance(found, str):
            return web.json_response({"access_token": found, "token_type": "bearer", "scope": ""})
        name, interval = found
        return _error(name, **({"interval": interval} if interval else {}))

    async def page(self, request: web.Request) -> web.Response:
        """Show the form for a code."""
        return self._form(request.query.get("user_code", ""), "Enter the code that the app shows you.")

    async def typed(self, request: web.Request) -> web.Response:
        """Take in what a person typed."""
        given = await _given(request)
        code, login = given.get("user_code", ""), given.get("login", "")
        try:
            if given.get("do") == "cancel":
                await self.github.deny_device(code)
                return self._form("", "Cancelled. You can close this page.")
            await self.github.authorize_device(code, login)
        except KeyError:
            return self._form(code, "That code is not valid, or it has expired.")
        return self._form("", "Congratulations, you're all set! You can close this page.")

    def _form(self, code: str, said: str) -> web.Response:
        people = [one.login for one in self.github.state.accounts.values() if one.type == "User"]
        logins = "".join(f"<option>{escape(login)}</option>" for login in people)
        text = _PAGE.format(said=escape(said), code=escape(code), logins=logins)
        return web.Response(text=text, content_type="text/html")


async def _given(request: web.Request) -> Mapping[str, str]:
    if request.content_type == "application/json":
        found: Mapping[str, str] = await request.json()
        return found
    return {name: str(value) for name, value in (await request.post()).items()}


def _error(name: str, status: int = 200, **more: int) -> web.Response:
    body = {"error": name, "error_description": _SAYS[name], **more}
    return web.json_response(body, status=status)
