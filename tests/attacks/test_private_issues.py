"""A description that names an issue which its author may not read, though the bot's token may."""

import httpx

from bot.clients.github import GitHub
from bot.models import SystemClock
from sandbox import github as stand_in
from sandbox.github import GitHubServer, seed_demo
from tests.clients.test_github import opened, spec


async def test_titles_of_another_repositorys_private_issues_are_not_read() -> None:
    place = stand_in.GitHub()
    demo = await seed_demo(place)
    for name, private in (("acme/plans", True), ("acme/open", False)):
        place.add_repository(
            name, {"README.md": "x\n"}, private=private, collaborators={demo.maintainer: "admin"}
        )
        await place.open_issue(name, f"Something of {name}", None, demo.maintainer)
    async with await GitHubServer.start(place) as server, httpx.AsyncClient(timeout=5) as http:
        github = GitHub(
            http, server.api_url, clock=SystemClock(), token=place.add_token("t", demo.maintainer)
        )
        assert (await github.repository("acme/plans")).private  # the token may read it
        pull = await opened(
            server, github, spec(*demo.fix.commits, body="Fixes acme/plans#1, fixes acme/open#1")
        )
        change = await github.change(pull)
    assert [issue.title for issue in change.issues] == ["Something of acme/open"]
