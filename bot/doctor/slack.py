"""Slack's two tokens, their scopes, and whether the clocks agree."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.clients.slack import Slack, open_socket
from bot.clients.slack_scopes import NEEDED
from bot.config import Settings
from bot.doctor.finding import Finding
from bot.doctor.trouble import reason
from bot.errors import PatchForgeError
from bot.models import Clock

_SKEW = timedelta(seconds=30)


async def check_slack(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock
) -> AsyncIterator[Finding]:
    """Look at both tokens, and at what came along with the answer."""
    if settings.slack_bot_token is None:
        yield Finding("fix", "Slack bot token", "set SLACK_BOT_TOKEN: api.slack.com/apps → Install App")
    else:
        token = settings.slack_bot_token.get_secret_value()
        slack = Slack(session, token=token, base_url=settings.slack_api_url)
        try:
            identity, headers = await slack.inspect()
        except PatchForgeError as error:
            yield Finding("fix", "Slack bot token", f"{reason(error)}; copy it anew, and check SLACK_API_URL")
        else:
            yield Finding("ok", "Slack bot token", f"{identity.get('user')} in {identity.get('team')}")
            yield _scopes(headers)
            yield _clock(headers, clock)
    if settings.slack_app_token is None:
        yield Finding("fix", "Slack app token", "set SLACK_APP_TOKEN: Basic Information → App-Level Tokens")
        return
    token = settings.slack_app_token.get_secret_value()
    try:
        await open_socket(session, token=token, base_url=settings.slack_api_url)
    except PatchForgeError as error:
        yield Finding("fix", "Slack app token", str(error))
    else:
        yield Finding("ok", "Slack app token", "Socket Mode may be opened (connections:write)")


def _scopes(headers: Mapping[str, str]) -> Finding:
    given = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if given is None:
        return Finding("note", "Slack scopes", "this server does not say which the token has")
    missing = sorted(NEEDED.keys() - {scope.strip() for scope in given.split(",")})
    if not missing:
        return Finding("ok", "Slack scopes", f"all {len(NEEDED)} are there")
    lost = "; ".join(f"{scope} (to {NEEDED[scope]})" for scope in missing)
    return Finding("fix", "Slack scopes", f"reinstall the app with the present manifest.yml: missing {lost}")


def _clock(headers: Mapping[str, str], clock: Clock) -> Finding:
    date = {name.lower(): value for name, value in headers.items()}.get("date", "")
    try:
        skew = clock.now() - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return Finding("note", "Clock", "Slack did not say what time it is")
    if abs(skew) <= _SKEW:
        return Finding("ok", "Clock", "agrees with Slack's")
    way = "ahead of" if skew > timedelta() else "behind"
    seconds = round(abs(skew).total_seconds())
    return Finding("fix", "Clock", f"{seconds} seconds {way} Slack's; let NTP set this machine's clock")
