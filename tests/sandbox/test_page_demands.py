"""What users of every such bot ask for can be played on the demo's page, with clicks and words alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.page.acts import SKIPS, Actor
from sandbox.page.github_places import GithubActs
from tests.sandbox.demand_plays import Visitor, visitor
from tests.sandbox.page_kit import Stage

_STATIC = Path(__file__).parents[2] / "sandbox/page/static"
ACTS = {
    1: "channel command open",
    2: "open label unlabel",
    3: "comment bot_comment",
    4: "request_review leave join",
    5: "owners request_review",
    6: "approve request_changes merge",
    7: "command request_review",
    8: "request_changes push request_review",
    9: "fail_ci fix_ci approve merge",
    10: "open convert_to_draft ready_for_review",
    11: "merge close reopen",
    12: "approve comment",
    13: "fail_ci fix_ci",
    14: "open",
    15: "open retarget",
    16: "remarks",
    17: "command authorize deny",
    18: "configure propose merge",
    20: "add_repositories approve time",
    21: "status time click select",
    25: "enqueue dequeue leave_queue merge",
}
"""Which acts of the page each demand is played with, besides switching between people."""


@pytest.fixture
async def at() -> AsyncIterator[Visitor]:
    async with visitor() as made:
        yield made


@pytest.mark.parametrize("demand", ACTS)
async def test_every_act_that_a_demand_needs_is_on_the_page(stage: Stage, demand: int) -> None:
    known = Actor(stage.page).names | GithubActs(stage.github, ()).names
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in _STATIC.glob("*.js"))
    for name in ACTS[demand].split():
        assert name in known
        assert f'"{name}"' in scripts


async def test_every_stretch_of_time_has_a_name_on_the_page() -> None:
    script = (_STATIC / "topbar.js").read_text(encoding="utf-8")
    assert all(f"{skip}: " in script for skip in SKIPS)


async def test_channels_choose_whose_and_which(at: Visitor) -> None:
    """Demands 1, 2, 5, 10, 14 and 15."""
    demo = at.on.story.demo
    feature, fix, bump = demo.feature.title, demo.fix.title, demo.bump.title
    await at.github("owners", what="right")
    team = await at.channel("team", f"team:acme/{demo.team}")
    humans = await at.channel("humans", "bot:no draft:no")
    urgent = await at.channel("urgent", "label:urgent")
    docs = await at.channel("docs", "path:docs/**")
    release = await at.channel("release", "base:release/*")
    owners = await at.channel("owners", f"codeowner:@acme/{demo.team}")
    for prepared in range(3):
        await at.github("open", prepared=prepared)
    await at.has_cards(team, fix)
    await at.has_cards(humans, feature, fix)
    await at.has_cards(docs, feature)
    await at.has_cards(owners, feature, fix)
    await at.github("label", body="urgent")
    await at.has_cards(urgent, bump)
    await at.github("open", title="Try it", by=demo.author, draft="yes", path="docs/try.md", base="release/1")
    await at.has_cards(release, "Try it")
    await at.has_cards(docs, feature, "Try it")
    await at.has_cards(humans, feature, fix)
    await at.github("ready_for_review")
    await at.has_cards(humans, feature, fix, "Try it")


async def test_what_happens_is_told_where_and_to_whom_it_matters(at: Visitor) -> None:
    """Demands 3, 6, 8, 9, 11, 12, 13, 16 and 25."""
    demo = at.on.story.demo
    await at.link(demo.author, demo.reviewer)
    await at.command(f"subscribe {at.repo} reviews,merges,ci,comments broadcast:merged")
    await at.github("open", prepared=0)
    await at.github("fail_ci")
    await at.sees(demo.maintainer, "CI failed on")
    await at.github("fix_ci")
    await at.sees(demo.maintainer, "CI recovered on")
    await at.github("request_review", reviewer=demo.reviewer)
    await at.github("bot_comment")
    await at.github("remarks", by=demo.second_reviewer)
    await at.github("request_changes", body="Not yet.")
    await at.github("push")
    await at.github("request_review", reviewer=demo.reviewer)
    await at.sees(demo.maintainer, f"<@{at.id(demo.reviewer)}>", "asks you to look again")
    await at.act("time", skip="half_hour")
    await at.sees(demo.maintainer, f"3 comments from {demo.second_reviewer}")
    await at.github("approve")
    for name in ("enqueue", "dequeue", "enqueue", "leave_queue", "enqueue", "merge"):
        await at.github(name)
    await at.sees(demo.maintainer, "left the merge queue unmerged: checks failed")
    await at.sees(demo.maintainer, "merged this into `main`")
    told = "\n".join(at.texts(demo.maintainer))
    assert "Coverage is 87.1" not in told
    assert f"<@{at.id(demo.reviewer)}> approved" not in told


async def test_people_are_asked_alone_and_settle_it_there(at: Visitor) -> None:
    """Demands 4, 7, 17 and 21."""
    demo = at.on.story.demo
    await at.link(demo.reviewer, demo.co_author)
    await at.command(f"people team acme/{demo.team} @payments")
    await at.command(f"subscribe {at.repo}")
    await at.act("leave", demo.reviewer, channel=at.on.story.channel.id)
    await at.github("open", prepared=0)
    await at.github("request_review", reviewer=demo.reviewer)
    await at.sees(demo.reviewer, "Review requested", demo.feature.title, "On it", "Why me?")
    (room,) = at.page.state(at.id(demo.reviewer))["slack"]["dms"]
    asked = room["messages"][-1]
    assert at.id(demo.reviewer) in {one["user"] for one in at.page.state("")["direct"]}
    where = {"channel": room["id"], "ts": asked["ts"]}
    await at.act("click", demo.reviewer, action_id="pf.direct.on_it", **where)
    await at.sees(demo.reviewer, "You are on it")
    await at.github("request_review", reviewer=demo.team)
    await at.sees(demo.maintainer, "Waiting for", "<!subteam^")
    await at.act("status", demo.reviewer, away=True)
    assert at.page.state(at.id(demo.reviewer))["slack"]["viewer"]["status"] == ":palm_tree:"
    await at.github("approve", by=demo.second_reviewer)
    await at.github("merge")
    await at.sees(demo.reviewer, "Merged by")


async def test_time_passes_and_reminders_come(at: Visitor) -> None:
    """Demands 20 and 21."""
    demo = at.on.story.demo
    await at.command("subscribe acme/* merges")
    await at.github("add_repositories")
    await at.command("remind weekdays 09:30 ignore-approved")
    await at.github("approve", repo="acme/billing", number=1, by=demo.reviewer)
    await at.act("time", skip="monday")
    await at.sees(
        demo.maintainer, "☀️", "7 pull requests wait", "Say what catalog is for", "Say what storefront"
    )
    assert not any("☀️" in text and "Say what billing" in text for text in at.texts(demo.maintainer))


async def test_a_file_says_what_a_channel_hears(at: Visitor) -> None:
    """Demand 18."""
    await at.command(f"config allow {at.repo}")
    await at.github("configure", what="right")
    async with asyncio.timeout(40):  # what opens before the file is read has no card
        while not any("not labelled" in text for text in at.texts("mara-lindqvist")):
            await at.command("list")
    await at.github("propose", what="wrong")
    (pull, *_) = at.page.state("")["github"]["repositories"][0]["pulls"]
    await at.has_cards(at.on.story.channel.id, pull["title"])
    await at.sees("mara-lindqvist", "PatchForge configuration")
    checks = at.on.github.snapshot()["repositories"][0]["pulls"][0]["checks"]
    assert [(one["name"], one["conclusion"]) for one in checks] == [("PatchForge configuration", "failure")]
    await at.github("merge")
    await at.sees("mara-lindqvist", "I don't know the key `huors`", "stays in force")
