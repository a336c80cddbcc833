"""CODEOWNERS from the repository to the card: read when it is needed, once, and again when it changes."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.doctor.parts import check_database
from sandbox.github.hooks import sign
from sandbox.github.specs import CommitSpec
from tests.direct.direct_kit import dm_says, outsider, press, query, stored
from tests.features.card_kit import calm, rest
from tests.world import SECRET, World, shown


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """Start everything on SQLite, with no two events within one second."""
    async with calm(sqlite_url) as opened:
        await opened.subscribe("reviews")
        yield opened


async def own(world: World, text: str) -> None:
    """Push a CODEOWNERS file to the main branch."""
    spec = CommitSpec("Say who owns what", {".github/CODEOWNERS": text})
    await world.github.push(world.repo, "main", spec, by=world.demo.maintainer)
    await world.github.settled()


async def test_the_card_waits_for_the_team_that_owns_the_changed_files(world: World) -> None:
    await own(world, f"* @acme/{world.demo.team}\n")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(f"Waiting for @acme/{world.demo.team} for `*`: a code owner must approve")
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await world.card_says("approved, ready to merge")


async def test_an_owner_is_told_and_can_ask_which_line_says_so(world: World) -> None:
    owner = await outsider(world, world.demo.second_reviewer)
    await own(world, f"# who\n* @{world.demo.second_reviewer}\n")
    await world.github.open_pull(world.repo, world.demo.feature)
    await dm_says(world, owner, "Review requested", "a code owner must approve")
    says = shown((await press(world, owner, "pf.direct.why")).messages[0])
    assert f".github/CODEOWNERS:2 * @{world.demo.second_reviewer}" in says


async def test_a_push_that_changes_the_owners_is_heard_and_no_other_is(world: World) -> None:
    await own(world, f"* @acme/{world.demo.team}\n")
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(f"Waiting for @acme/{world.demo.team}")
    await rest(world)
    reads = "SELECT wanted FROM jobs WHERE kind = 'repo.owners'"
    before = query(world, reads)
    other = CommitSpec("Add a page", {"page.md": "words\n"})
    await world.github.push(world.repo, "main", other, by=world.demo.maintainer)
    await rest(world)
    assert query(world, reads) == before
    await own(world, f"* @{world.demo.reviewer}\n")
    await world.card_says(f"Waiting for <@{world.reviewer.id}> for `*`")


async def test_a_repository_without_owners_is_asked_for_them_once(world: World) -> None:
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says("Nobody is asked")
    await stored(world, "SELECT 1 FROM codeowners WHERE path IS NULL")
    await world.github.edit_title(world.repo, pull.number, "Another title", world.demo.author)
    await world.card_says("Another title")
    await rest(world)
    assert query(world, "SELECT count(*) FROM jobs WHERE kind = 'pull.files'") == [(0,)]
    assert len(query(world, "SELECT 1 FROM jobs WHERE kind = 'repo.owners'")) == 1


async def test_what_nobody_follows_is_not_asked_for(world: World) -> None:
    await world.command(world.maintainer, f"unsubscribe {world.repo}")
    await own(world, "* @acme/x\n")
    await world.github.open_pull(world.repo, world.demo.feature)
    await rest(world)
    assert not query(world, "SELECT 1 FROM jobs WHERE kind IN ('pull.files', 'repo.owners', 'team.members')")


async def test_what_is_wrong_in_the_file_is_told_by_its_line_to_who_asks(world: World) -> None:
    await own(world, f"* @acme/{world.demo.team}\n!secret @acme/x\n")
    await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(f"Waiting for @acme/{world.demo.team} for `*`")
    says = await world.command(world.author, "status")
    assert "CODEOWNERS is not used in full" in says
    assert f"{world.repo}: .github/CODEOWNERS on main, line 2: " in says
    found, _ = await check_database(world.settings)
    assert any(one.about == "CODEOWNERS" and "line 2" in one.says for one in found)


async def test_a_member_who_leaves_the_team_is_known_to_have_left(world: World) -> None:
    await own(world, f"* @acme/{world.demo.team}\n")
    pull = await world.github.open_pull(world.repo, world.demo.feature)
    await world.card_says(f"Waiting for @acme/{world.demo.team} for `*`")
    await stored(world, "SELECT 1 FROM teams")
    team = next(one for one in world.github.state.teams.values() if one.slug == world.demo.team)
    team.members.remove(world.demo.reviewer)
    event = {"action": "removed", "team": {"slug": team.slug}, "organization": {"login": "acme"}}
    body = json.dumps(event).encode()
    headers = {"X-GitHub-Event": "membership", "X-GitHub-Delivery": "a-member-left"}
    headers |= {"X-Hub-Signature-256": sign(body, SECRET), "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{world.address}/webhooks/github", data=body, headers=headers)
        assert answer.status == 202
    await stored(world, "SELECT 1 FROM teams WHERE members NOT LIKE ?", f"%{world.demo.reviewer}%")
    await world.github.submit_review(world.repo, pull.number, world.demo.reviewer, "approved")
    await world.card_says("✅", f"Waiting for @acme/{world.demo.team}")
