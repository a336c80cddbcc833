"""Signing in on another device: the codes that an app hands out, and what people do with them."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from sandbox.github.world import Token, World

CODE_LIFE = timedelta(minutes=15)
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER = 5
# GitHub's codes leave out what is easily mistaken for something else.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ0123456789"


@dataclass
class OAuthApp:
    """An app that people may sign in to; `device_flow` is the box to tick in its settings."""

    client_id: str
    name: str
    device_flow: bool = True


@dataclass
class DeviceCode:
    """One attempt to sign in: `login` once somebody agreed, `denied` once they did not."""

    client_id: str
    device_code: str
    user_code: str
    expires_at: datetime
    interval: int
    asked_at: datetime | None = None
    login: str | None = None
    denied: bool = False


@dataclass
class Devices:
    """What is known of apps and codes; `interval` is what GitHub asks new codes to keep, in seconds."""

    interval: int = 5
    apps: dict[str, OAuthApp] = field(default_factory=dict)
    codes: dict[str, DeviceCode] = field(default_factory=dict)


class DeviceActs(World):
    """What apps and people do in the device flow."""

    @cached_property
    def devices(self) -> Devices:
        """Give what is known of apps and codes."""
        return Devices()

    def add_oauth_app(self, name: str, *, device_flow: bool = True) -> OAuthApp:
        """Register an app that people may sign in to."""
        app = OAuthApp(f"Iv23sandbox{len(self.devices.apps):04d}", name, device_flow)
        self.devices.apps[app.client_id] = app
        return app

    def new_device_code(self, client_id: str) -> DeviceCode:
        """Hand out a code for an app."""
        letters = [secrets.choice(_LETTERS) for _ in range(8)]
        code = DeviceCode(
            client_id,
            secrets.token_hex(20),
            f"{''.join(letters[:4])}-{''.join(letters[4:])}",
            self.now() + CODE_LIFE,
            self.devices.interval,
        )
        self.devices.codes[code.device_code] = code
        self.touched()
        return code

    def open_codes(self) -> list[DeviceCode]:
        """List the codes that wait for somebody to type them in."""
        return [
            code
            for code in self.devices.codes.values()
            if code.login is None and not code.denied and code.expires_at > self.now()
        ]

    async def authorize_device(self, user_code: str, login: str) -> None:
        """Let a person type the code in and agree; KeyError for a code that does not wait."""
        if login not in self.state.accounts:
            raise KeyError(login)
        self._typed(user_code).login = login
        self.touched()

    async def deny_device(self, user_code: str) -> None:
        """Let a person type the code in and press *Cancel*."""
        self._typed(user_code).denied = True
        self.touched()

    async def expire_device(self, user_code: str) -> None:
        """Let the fifteen minutes of a code be over."""
        self._typed(user_code).expires_at = self.now()
        self.touched()

    def redeem(self, client_id: str, device_code: str) -> str | tuple[str, int | None]:
        """Give the token for a code, once; else the error's name, and with `slow_down` the new interval."""
        code = self.devices.codes.get(device_code)
        if code is None or code.client_id != client_id:
            return "incorrect_device_code", None
        now = self.now()
        if code.expires_at <= now:
            return "expired_token", None
        hurried = code.asked_at is not None and now < code.asked_at + timedelta(seconds=code.interval - 1)
        code.asked_at = now
        if hurried:
            code.interval += _SLOWER
            self.touched()
            return "slow_down", code.interval
        if code.denied:
            return "access_denied", None
        if code.login is None:
            return "authorization_pending", None
        del self.devices.codes[device_code]
        token = f"gho_{secrets.token_hex(18)}"
        self.tokens[token] = Token(code.login)
        return token

    async def rename_account(self, login: str, new: str) -> None:
        """Give an account another login; its number stays. What it did before is a ghost's here."""
        account = self.state.accounts.pop(login)
        account.login = new
        self.state.accounts[new] = account
        for token in self.tokens.values():
            if token.login == login:
                token.login = new
        self.touched()

    def _typed(self, user_code: str) -> DeviceCode:
        for code in self.open_codes():
            if code.user_code == user_code.strip().upper():
                return code
        raise KeyError(user_code)
