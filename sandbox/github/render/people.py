"""JSON of accounts, organizations, teams and Apps, and the small conventions all objects share."""

import base64
from datetime import UTC, datetime
from typing import Any

from sandbox.github.model import Account, App, State, Team

Json = dict[str, Any]

ACTIONS_APP_ID = 15368
ACTIONS_OWNER = Account("github", 9919, "GitHub", type="Organization")


def stamp(when: datetime | None) -> str | None:
    """Write a time as GitHub does: UTC, whole seconds, `Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None


def node_id(kind: str, number: int) -> str:
    """Make a node id of the present form, such as `PR_kwDOABC123`."""
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return f"{kind}_kwDO{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def user(state: State, login: str | None) -> Json | None:
    """Write a person, or None for a ghost."""
    account = state.account(login)
    return account_json(state, account) if account else None


def account_json(state: State, account: Account) -> Json:
    """Write an account as it appears inside other objects."""
    path = account.login.replace("[", "%5B").replace("]", "%5D")
    api = f"{state.api}/users/{path}"
    bot = account.type == "Bot"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id({"Organization": "O", "Bot": "BOT"}.get(account.type, "U"), account.id),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{state.web}/apps/{account.login.removesuffix('[bot]')}"
        if bot
        else f"{state.web}/{account.login}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": account.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def profile(state: State, account: Account) -> Json:
    """Write an account as its own endpoint gives it, with name and public address."""
    return account_json(state, account) | {
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": account.email,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": sum(r.owner == account.login for r in state.repositories.values()),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": "2019-03-04T09:12:31Z",
        "updated_at": "2026-01-12T16:40:02Z",
    }


def organization(state: State, account: Account) -> Json:
    """Write the `organization` member of a webhook payload."""
    api = f"{state.api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
        "description": account.name,
    }


def team(state: State, item: Team) -> Json:
    """Write a team."""
    org = state.accounts[item.org]
    api = f"{state.api}/organizations/{org.id}/team/{item.id}"
    return {
        "name": item.name,
        "id": item.id,
        "node_id": node_id("T", item.id),
        "slug": item.slug,
        "description": "",
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "url": api,
        "html_url": f"{state.web}/orgs/{item.org}/teams/{item.slug}",
        "members_url": f"{api}/members{{/member}}",
        "repositories_url": f"{api}/repos",
        "permission": "push",
        "parent": None,
    }


def actions_app(state: State) -> Json:
    """Write GitHub Actions, the App behind workflow checks."""
    return {
        "id": ACTIONS_APP_ID,
        "client_id": "Iv1.05c79e9ad1f6bdfa",
        "slug": "github-actions",
        "node_id": "MDM6QXBwMTUzNjg=",
        "owner": account_json(state, ACTIONS_OWNER),
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": f"{state.web}/apps/github-actions",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2025-03-07T16:35:00Z",
        "permissions": {"actions": "write", "checks": "write", "contents": "write", "metadata": "read"},
        "events": ["check_run", "check_suite", "pull_request", "push", "workflow_dispatch"],
    }


def app(state: State, item: App) -> Json:
    """Write an installed App as `GET /app` gives it."""
    return {
        "id": item.id,
        "slug": item.slug,
        "node_id": node_id("A", item.id),
        "owner": user(state, item.owner),
        "name": item.name,
        "description": None,
        "external_url": state.web,
        "html_url": f"{state.web}/apps/{item.slug}",
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
        "permissions": dict(item.permissions),
        "events": list(item.events),
        "installations_count": 1,
    }


def installation(state: State, item: App) -> Json:
    """Write the one installation of an App."""
    api = f"{state.api}/app/installations/{item.installation_id}"
    return {
        "id": item.installation_id,
        "account": user(state, item.owner),
        "repository_selection": "selected",
        "access_tokens_url": f"{api}/access_tokens",
        "repositories_url": f"{state.api}/installation/repositories",
        "html_url": f"{state.web}/organizations/{item.owner}/settings/installations/{item.installation_id}",
        "app_id": item.id,
        "app_slug": item.slug,
        "target_id": state.accounts[item.owner].id,
        "target_type": "Organization",
        "permissions": dict(item.permissions),
        "events": list(item.events),
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": stamp(item.suspended_at),
    }


PERMISSIONS = {
    "actions": "read",
    "checks": "read",
    "contents": "read",
    "issues": "read",
    "members": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "membership",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "repository",
    "status",
    "team",
    "workflow_run",
)
