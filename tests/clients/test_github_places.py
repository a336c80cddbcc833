"""Lists to choose from: within the time given, kept for some minutes, and gone on with where one gave up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import pytest

from bot.clients.github.client import GitHub
from bot.models import SystemClock
from sandbox import github as stand_in
from sandbox.github import GitHubServer

SOON, LATER = 5.0, 0.05


@dataclass
class Later(SystemClock):
    """A clock that a test can put forward."""

    by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the current moment, put forward."""
        return super().now() + self.by


@dataclass(frozen=True)
class Place:
    """The stand-in, the client under test with a token, and its clock."""

    github: stand_in.GitHub
    client: GitHub
    http: httpx.AsyncClient
    clock: Later
    url: str

    def asked(self, path: str) -> int:
        """Count the calls of a path."""
        return sum(call.path == path for call in self.github.calls)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    github = stand_in.GitHub()
    github.add_repository("acme/web", collaborators={"patchforge-bot": "write"})
    github.add_repository("acme/website", private=True, collaborators={"patchforge-bot": "read"})
    github.add_repository("acme/secret-web", private=True)
    github.add_repository("other/webhooks")
    github.add_team("acme", "core", "Core")
    async with await GitHubServer.start(github) as server, httpx.AsyncClient(timeout=5) as http:
        clock = Later()
        client = GitHub(http, server.api_url, clock=clock, token=server.token)
        yield Place(github, client, http, clock, server.api_url)


async def test_the_repositories_of_the_token_are_read_once_in_some_minutes(place: Place) -> None:
    places = place.client.places
    for _ in range(3):
        assert await places.repositories(SOON) == ["acme/web", "acme/website"]
    assert place.asked("/user/repos") == 1
    place.clock.by = timedelta(minutes=6)
    place.github.add_repository("acme/api", collaborators={"patchforge-bot": "read"})
    assert await places.repositories(SOON) == ["acme/api", "acme/web", "acme/website"]


async def test_a_search_shows_only_what_the_token_may_see(place: Place) -> None:
    search = place.client.places.search
    assert set(await search("web", SOON, near="")) == {"acme/web", "acme/website", "other/webhooks"}
    assert set(await search("acme/web", SOON, near="")) == {"acme/web", "acme/website"}
    assert set(await search("acme/", SOON, near="")) == {"acme/web", "acme/website"}
    assert await search("nobody/web", SOON, near="") == []
    for hostile in ("web is:private", "web+user:acme", "wéb", "", 'a"b'):
        assert await search(hostile, SOON, near="") == []


async def test_what_was_read_in_time_is_known_and_the_rest_comes_with_the_next_question(place: Place) -> None:
    repo = place.github.repo("acme/web")
    for number in range(250):
        place.github.ensure_label(repo, f"label-{number}")
    place.github.faults.add("/repos/acme/web/labels", "hang", times=1)
    labels = place.client.places.labels
    assert await labels("acme/web", LATER) == []
    assert place.client.places.all_labels("acme/web") is None
    assert len(await labels("acme/web", SOON)) == 253
    assert place.asked("/repos/acme/web/labels") == 4
    assert len(place.client.places.all_labels("acme/web") or ()) == 253


async def test_what_is_too_old_stays_known_until_it_is_read_anew(place: Place) -> None:
    places = place.client.places
    known = await places.branches("acme/web", SOON)
    assert known == ["main"]
    place.clock.by = timedelta(minutes=6)
    place.github.faults.add("/repos/acme/web/branches", "hang", times=1)
    assert await places.branches("acme/web", LATER) == known


async def test_trouble_and_refusals_are_not_asked_for_again_at_once(place: Place) -> None:
    places = place.client.places
    place.github.faults.add("/repos/acme/web/labels", "503", times=1)
    place.github.faults.add("/repos/acme/web/branches", "429", times=1, retry_after=60)
    for _ in range(3):
        assert await places.labels("acme/web", SOON) == []
        assert await places.branches("acme/web", SOON) == []
        assert await places.teams("acme/website", SOON) == []  # who may only read sees no teams
    for what in ("web/labels", "web/branches", "website/teams"):
        assert place.asked(f"/repos/acme/{what}") == 1
    place.clock.by = timedelta(seconds=15)
    assert "bug" in await places.labels("acme/web", SOON)
    assert await places.branches("acme/web", SOON) == []
    place.clock.by = timedelta(seconds=70)
    assert await places.branches("acme/web", SOON) == ["main"]


async def test_teams_bear_their_owner(place: Place) -> None:
    assert await place.client.places.teams("acme/web", SOON) == ["acme/core"]


async def test_an_app_lists_where_it_is_installed(place: Place) -> None:
    key = place.github.install_app("acme", ["acme/web", "acme/secret-web"])
    app = place.github.state.app
    assert app
    client = GitHub(place.http, place.url, clock=place.clock, app_id=app.id, private_key=key)
    for _ in range(2):
        assert await client.places.repositories(SOON) == ["acme/web", "acme/secret-web"]
    assert place.asked("/app/installations") == 1
    assert place.asked("/installation/repositories") == 1
    assert "acme/secret-web" in await client.places.search("secret", SOON, near="acme/web")
