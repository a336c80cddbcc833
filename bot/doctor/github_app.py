"""The GitHub App: its permissions and events, its webhook, and where it is installed."""

from collections.abc import AsyncIterator, Iterable, Mapping

from bot.clients.github import GitHub
from bot.doctor.finding import Finding
from bot.doctor.trouble import reason
from bot.errors import PatchForgeError, Permanent
from bot.facts import payloads

# `actions` is what workflow runs are told by, `members` who is in a team.
PERMISSIONS = ("actions", "checks", "contents", "issues", "members", "pull_requests", "statuses")


async def check_app(github: GitHub) -> AsyncIterator[Finding]:
    """Look at what the App may do and which events it hears; raises what the client raises."""
    app = await github.account.app()
    lacking = _lacking(app.permissions)
    if lacking:
        says = f"give {app.name} read access to {lacking}, and accept that where it is installed"
        yield Finding("fix", "GitHub App", says)
    else:
        yield Finding("ok", "GitHub App", f"{app.name}, with all permissions it needs")
    unheard = unsubscribed(app.events)
    if unheard:
        yield Finding("fix", "GitHub App events", f"subscribe {app.name} to the events {unheard}")
    else:
        yield Finding("ok", "GitHub App events", "it hears all that PatchForge acts on")


async def check_app_webhook(github: GitHub, address: str) -> Finding:
    """See whether the App's webhook leads here, and is signed."""
    about = "GitHub App webhook"
    try:
        config = await github.account.app_webhook()
    except Permanent as error:
        return Finding("fix", about, f"{error}; tick Active under Webhook in the App's settings")
    except PatchForgeError as error:
        return Finding("fix", about, reason(error))
    if not config.url:
        return Finding("fix", about, f"it has no address: set {address} in the App's settings")
    if config.url.rstrip("/") != address:
        return Finding("fix", about, f"it leads to {config.url}, not {address}: change it, or PUBLIC_URL")
    if not config.secret:
        return Finding("fix", about, "it has no secret: set GITHUB_WEBHOOK_SECRET's there")
    return Finding("ok", about, f"leads to {config.url}, with a secret")


async def check_installation(github: GitHub, repo: str) -> Finding | None:
    """See whether the App is installed on a repository with all it needs; None if so."""
    try:
        found = await github.account.installation(repo)
    except Permanent as error:
        if error.code != "404":
            return Finding("fix", repo, str(error))
        return Finding(
            "fix", repo, "the App is not installed there: install it, or add this repository to it"
        )
    except PatchForgeError as error:
        return Finding("fix", repo, reason(error))
    if found.suspended_at:
        return Finding("fix", repo, "the App's installation there is suspended: an owner can unsuspend it")
    lacking = _lacking(found.permissions)
    if lacking:
        return Finding("fix", repo, f"the App's new permissions wait there to be accepted: {lacking}")
    return None


def unsubscribed(events: Iterable[str]) -> str:
    """Name the events that PatchForge acts on and that are not among these."""
    heard = set(events)
    return "" if "*" in heard else ", ".join(sorted(payloads.EVENTS.keys() - heard))


def _lacking(permissions: Mapping[str, str]) -> str:
    return ", ".join(name for name in PERMISSIONS if name not in permissions)
