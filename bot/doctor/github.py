"""GitHub: who we are, what is left of the rate limit, what we may read, and the webhooks."""

from collections.abc import AsyncIterator, Sequence

import httpx

from bot.clients.github import DeviceFlow, GitHub
from bot.clients.github.account import Webhook
from bot.clients.github.hooks import Source
from bot.config import Settings
from bot.doctor.finding import Finding
from bot.doctor.github_app import check_app, check_app_webhook, check_installation, unsubscribed
from bot.doctor.trouble import reason
from bot.errors import PatchForgeError, Permanent
from bot.models import Clock

_PATH = "/webhooks/github"
# A bot that follows more is not looked at to the end.
_MOST = 50
_LITTLE = 100
_SECRET = "its secret is shown to nobody: if GitHub's Recent deliveries say 401, set it again on both sides"  # noqa: S105 - a hint


async def check_github(
    settings: Settings, http: httpx.AsyncClient, clock: Clock, repos: Sequence[str]
) -> AsyncIterator[Finding]:
    """Look at the token or the App, and at each subscribed repository."""
    if not settings.github_webhook_secret:
        yield Finding("fix", "GitHub webhook secret", "set GITHUB_WEBHOOK_SECRET, as in the webhook")
    github = GitHub.from_settings(settings, http, clock)
    if github is None:
        yield Finding(
            "note", "GitHub", "neither GITHUB_TOKEN nor an App: notes are written without commits and diffs"
        )
        return
    address = settings.base_url + _PATH
    try:
        if github.is_app:
            async for found in check_app(github):
                yield found
        else:
            yield Finding("ok", "GitHub token", f"it is {await github.account.login()}'s")
        if not github.is_app:  # an App has a limit for each place that it is installed in
            yield await _rate(github, "")
    except PatchForgeError as error:
        what = "GITHUB_APP_ID and its key" if github.is_app else "GITHUB_TOKEN"
        yield Finding("fix", "GitHub", f"{reason(error)}; check {what} and GITHUB_API_URL")
        return
    if github.is_app:
        yield await check_app_webhook(github, address)
        yield await _deliveries(github, Source(), "GitHub App deliveries")
    for number, repo in enumerate(repos[:_MOST]):
        lacking = await check_installation(github, repo) if github.is_app else None
        yield lacking or await _readable(github, repo)
        if not github.is_app:
            yield await _webhook(github, repo, address)
        elif not number and not lacking:
            yield await _rate(github, repo)
    if len(repos) > _MOST:
        yield Finding("note", "GitHub", f"{len(repos) - _MOST} more repositories were not looked at")


async def check_device_flow(settings: Settings, http: httpx.AsyncClient) -> AsyncIterator[Finding]:
    """Ask for a code that nobody will type in; GitHub forgets it after a quarter of an hour."""
    flow, what = DeviceFlow.from_settings(settings, http), "GitHub device flow"
    if flow is None:
        return
    try:
        await flow.start()
    except PatchForgeError as error:
        yield Finding("fix", what, f"{reason(error)}; check GITHUB_CLIENT_ID, and tick Device flow there")
    else:
        yield Finding("ok", what, "people can prove which account is theirs")


async def _rate(github: GitHub, repo: str) -> Finding:
    try:
        remaining, limit = await github.account.rate(repo)
    except PatchForgeError as error:
        return Finding("fix", "GitHub rate limit", reason(error))
    says = f"{remaining} of {limit} requests left this hour"
    if remaining >= _LITTLE:
        return Finding("ok", "GitHub rate limit", says)
    return Finding("fix", "GitHub rate limit", f"{says}: something else uses it up; give PatchForge its own")


async def _readable(github: GitHub, repo: str) -> Finding:
    try:
        await github.account.can_read(repo)
    except PatchForgeError as error:
        return Finding("fix", repo, f"{error}; let the token or App read Contents and Pull requests there")
    return Finding("ok", repo, "can be read")


async def _webhook(github: GitHub, repo: str, address: str) -> Finding:
    """Find the webhook that points here, and see what became of its last delivery."""
    about = f"{repo} webhook"
    try:
        hooks = await github.account.webhooks(repo)
    except Permanent as error:
        return Finding(
            "note", about, f"cannot be looked at ({error.code}); grant Webhooks: read to see it here"
        )
    except PatchForgeError as error:
        return Finding("fix", about, str(error))
    ours = [hook for hook in hooks if hook.config.url == address]
    if not ours:
        others = [hook.config.url for hook in hooks if hook.config.url.endswith(_PATH)]
        hint = (
            f"one points to {others[0]}: change it, or PUBLIC_URL"
            if others
            else "add one, as the README says"
        )
        return Finding("fix", about, f"none points to {address}; {hint}")
    return await _state(github, repo, ours[0])


async def _state(github: GitHub, repo: str, hook: Webhook) -> Finding:
    about = f"{repo} webhook"
    if not hook.active:
        return Finding("fix", about, "it is switched off: tick Active")
    missing = unsubscribed(hook.events)
    if missing:
        return Finding("fix", about, f"tick the events {missing}")
    if not hook.config.secret:
        return Finding("fix", about, "it has no secret: set GITHUB_WEBHOOK_SECRET's there")
    return await _deliveries(github, Source(repo, hook.id), about)


async def _deliveries(github: GitHub, source: Source, about: str) -> Finding:
    try:
        attempts = await github.hooks.attempts(source)
    except PatchForgeError as error:
        return Finding("note", about, f"its deliveries cannot be looked at: {error}")
    if attempts is None or not attempts.found:
        return Finding("note", about, f"it has delivered nothing yet; {_SECRET}")
    last = attempts.found[0]
    if last.ok:
        return Finding("ok", about, f"its last delivery, {last.event}, was taken; {_SECRET}")
    why = "the secrets differ" if last.status_code == 401 else "see docs/when-things-go-wrong.md"
    return Finding("fix", about, f"its last delivery was answered {last.status_code or 'not at all'}: {why}")
