"""What every act stands on: the state, the clock, ids, tokens, webhooks and the change counter."""

import asyncio
import hashlib
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sandbox.github.faults import Faults
from sandbox.github.hooks import Courier, Delivery, Hook, new_guid
from sandbox.github.model import (
    WEB_FLOW,
    Account,
    Commit,
    Identity,
    Issue,
    Label,
    Pull,
    Repository,
    State,
    Team,
)
from sandbox.github.render import people, repos

ZERO_SHA = "0" * 40


def wall_clock() -> datetime:
    """Give the time of this machine as aware UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True)
class Call:
    """A request the REST API answered; `status` is 0 when the connection was dropped or left hanging."""

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    login: str | None
    fault: str | None = None


@dataclass
class Token:
    """A token: whose it is, or which installation's, until when, and how much of its hourly limit is used."""

    login: str | None
    installation: int | None = None
    expires_at: datetime | None = None
    used: int = 0


class World:
    """The shared ground of all acts; use `GitHub`."""

    def __init__(
        self, now: Callable[[], datetime] = wall_clock, keep_deliveries: int = 2_000, rate_limit: int = 5_000
    ) -> None:
        self.state = State()
        self.faults = Faults()
        self.calls: deque[Call] = deque(maxlen=10_000)
        self.tokens: dict[str, Token] = {}
        self.hooks: dict[int, Hook] = {}
        self.rate_limit = rate_limit
        self.version = 0
        self._clock = now
        self._changed = asyncio.Event()
        self._ids = itertools.count(1_847_300_112, 17)
        self.on_call: Callable[[str, str], bool] = lambda _name, _phase: True
        self._courier = Courier(self.now, self.touched, keep_deliveries, self._delivering)

    def _delivering(self, name: str, phase: str) -> bool:
        return self.on_call(name, phase)

    # Time, numbers and change

    def now(self) -> datetime:
        """Give the present second."""
        return self._clock().replace(microsecond=0)

    def new_id(self) -> int:
        """Give an id that nothing else has."""
        return next(self._ids)

    def touched(self) -> None:
        """Count a change and wake who waits for one."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changes(self, since: int) -> int:
        """Wait until `version` is past `since`, then give it."""
        while self.version <= since:
            await self._changed.wait()
        return self.version

    # People and places

    def add_account(
        self,
        login: str,
        name: str,
        *,
        email: str | None = None,
        commit_email: str | None = None,
        kind: Literal["User", "Bot", "Organization"] = "User",
        account_id: int | None = None,
        members: Iterable[str] = (),
    ) -> Account:
        """Create a person, a bot or an organization."""
        number = account_id or 20_000_000 + len(self.state.accounts) * 7_919
        account = Account(login, number, name, email, commit_email, kind, set(members))
        self.state.accounts[login] = account
        self.touched()
        return account

    def add_team(self, org: str, slug: str, name: str, members: Iterable[str] = ()) -> Team:
        """Create a team."""
        team = Team(4_000_000 + len(self.state.teams), org, slug, name, set(members))
        self.state.teams[slug] = team
        return team

    def add_repository(
        self,
        full_name: str,
        files: Mapping[str, str] | None = None,
        *,
        private: bool = False,
        description: str | None = None,
        collaborators: Mapping[str, str] | None = None,
    ) -> Repository:
        """Create a repository whose default branch `main` holds `files`; its owner is made if missing."""
        owner, name = full_name.split("/")
        if owner not in self.state.accounts:
            self.add_account(owner, owner.title(), kind="Organization")
        at = self.now()
        repo = Repository(
            700_000_000 + len(self.state.repositories) * 1_013, owner, name, at, at, at, private, description
        )
        repo.collaborators = dict(collaborators or {})
        self.state.repositories[repo.id] = repo
        self.state.moved.pop(full_name.lower(), None)
        first = self.commit(repo, WEB_FLOW, "Initial commit", (), dict(files or {}))
        repo.branches["main"] = first.sha
        for label, color in (("bug", "d73a4a"), ("enhancement", "a2eeef"), ("documentation", "0075ca")):
            self.ensure_label(repo, label, color)
        self.touched()
        return repo

    def add_token(self, token: str, login: str) -> str:
        """Let requests with this token act as a person."""
        self.tokens[token] = Token(login)
        return token

    def repo(self, full_name: str) -> Repository:
        """Find a repository by name; KeyError when there is none."""
        found = self.state.named(full_name)
        if found is None:
            raise KeyError(full_name)
        return found

    def pull(self, repo: str, number: int) -> Pull:
        """Find a pull request; KeyError when there is none."""
        found = self.repo(repo).issues[number]
        if not isinstance(found, Pull):
            raise KeyError(number)
        return found

    def ensure_label(self, repo: Repository, name: str, color: str = "ededed") -> Label:
        """Find a label of a repository, or create it."""
        return repo.labels.setdefault(name, Label(self.new_id(), name, color))

    def commit(
        self,
        repo: Repository,
        author: Identity,
        message: str,
        parents: tuple[str, ...],
        tree: Mapping[str, str],
        *,
        committer: Identity | None = None,
    ) -> Commit:
        """Record a commit; no branch moves."""
        at = self.now()
        text = f"{repo.id} {parents} {author} {at} {message} {len(repo.commits)}"
        sha = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        made = Commit(sha, message, author, committer or author, at, parents, tree)
        repo.commits[sha] = made
        return made

    # Webhooks

    @property
    def deliveries(self) -> list[Delivery]:
        """List the remembered attempts, oldest first."""
        return list(self._courier.deliveries)

    def add_hook(
        self,
        repo: str | None,
        url: str,
        secret: str | None,
        events: Iterable[str] = ("*",),
        content_type: Literal["json", "form"] = "json",
    ) -> Hook:
        """Create a webhook of a repository, or the App's own when `repo` is None, and send it a `ping`."""
        home = self.repo(repo) if repo else None
        app = self.state.app
        if home is None and app is None:
            raise ValueError("install the App before giving it a webhook")
        hook = Hook(
            id=480_000_000 + len(self.hooks) * 37,
            repository_id=home.id if home else None,
            url=url,
            secret=secret,
            events=tuple(events),
            content_type=content_type,
            created_at=self.now(),
            wake=self._courier.wake,
            target_type="repository" if home else "integration",
            target_id=home.id if home else app.id if app else 0,
        )
        self.hooks[hook.id] = hook
        ping = {"zen": "Keep it logically awesome.", "hook_id": hook.id, "hook": hook_json(self.state, hook)}
        body = ping | (self._surroundings(home, home.owner) if home else {})
        self._courier.post(hook, "ping", body, new_guid(), hook.repository_id)
        self.touched()
        return hook

    def emit(self, repo: Repository, event: str, sender: str, body: dict[str, Any]) -> None:
        """Send an event to every hook that wants it, completed with repository, organization and sender."""
        payload = body | self._surroundings(repo, sender, whole=body.get("repository"))
        guid = new_guid()
        app = self.state.app
        for hook in self.hooks.values():
            if not hook.active or not {"*", event} & set(hook.events):
                continue
            if hook.repository_id == repo.id:
                self._courier.post(hook, event, payload, guid, repo.id)
            elif hook.repository_id is None and app and repo.id in app.repositories:
                reference = {"id": app.installation_id, "node_id": people.node_id("MDI", app.installation_id)}
                self._courier.post(hook, event, payload | {"installation": reference}, guid, repo.id)
        self.touched()

    def _surroundings(self, repo: Repository, sender: str, whole: Any = None) -> dict[str, Any]:
        owner = self.state.accounts[repo.owner]
        around: dict[str, Any] = {"repository": whole or repos.repository(self.state, repo)}
        if owner.type == "Organization":
            around["organization"] = people.organization(self.state, owner)
        return around | {"sender": people.user(self.state, sender)}

    async def redeliver(self, guid: str) -> Delivery:
        """Send an event again under its old GUID and wait for the answer; KeyError for an unknown GUID."""
        for known in reversed(self._courier.deliveries):
            if known.guid == guid:
                copy = self._courier.again(known)
                await copy.done.wait()
                return copy
        raise KeyError(guid)

    def requeue(self, delivery: Delivery) -> Delivery:
        """Send a delivery again in the background."""
        return self._courier.again(delivery)

    async def settled(self) -> None:
        """Wait until every delivery that is not held back has been answered."""
        await self._courier.settled()

    async def aclose(self) -> None:
        """Stop sending webhooks."""
        await self._courier.aclose()

    # Shared by the acts

    def bump(self, repo: Repository, item: Issue) -> None:
        """Mark an issue or pull request as just changed."""
        item.updated_at = repo.updated_at = self.now()


def hook_json(state: State, hook: Hook) -> dict[str, Any]:
    """Write a webhook; its secret is masked."""
    home = state.repositories.get(hook.repository_id or 0)
    api = f"{repos.api_url(state, home)}/hooks/{hook.id}" if home else f"{state.api}/app/hook"
    config = {"url": hook.url, "content_type": hook.content_type, "insecure_ssl": "0"}
    return {
        "type": "Repository" if home else "App",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": list(hook.events),
        "config": config | ({"secret": "********"} if hook.secret else {}),
        "updated_at": people.stamp(hook.created_at),
        "created_at": people.stamp(hook.created_at),
        "url": api,
        "test_url": f"{api}/test",
        "ping_url": f"{api}/pings",
        "deliveries_url": f"{api}/deliveries",
        "last_response": {"code": None, "status": "unused", "message": None},
    }
