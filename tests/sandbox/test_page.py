"""The page's server, over HTTP."""

import json
from email.message import EmailMessage
from typing import Any

import aiohttp
import aiosmtplib
import pytest

from tests.sandbox.page_kit import Stage, act, state


async def test_the_state_is_what_the_viewer_may_see(stage: Stage, http: aiohttp.ClientSession) -> None:
    seen = await state(http, stage.mara.id)
    assert [channel["name"] for channel in seen["slack"]["channels"]] == ["leads", "payments"]
    seen = await state(http, stage.priya.id)
    assert [channel["name"] for channel in seen["slack"]["channels"]] == ["payments"]
    assert seen["github"]["repositories"][0]["full_name"] == stage.demo.repo
    assert [prepared["title"] for prepared in seen["prepared"]] == [
        stage.demo.feature.title,
        stage.demo.fix.title,
    ]
    assert (seen["mail"], seen["llm"]["mode"], seen["story"]["running"]) == ([], "good", False)


async def test_an_unknown_viewer_becomes_the_first_person(stage: Stage, http: aiohttp.ClientSession) -> None:
    assert (await state(http, "U404"))["slack"]["viewer"]["id"] == stage.mara.id


async def test_the_stream_tells_of_changes_wherever_they_happen(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    async with http.get("events") as stream:

        async def version() -> int:
            while not (line := (await stream.content.readline()).decode().strip()):
                pass
            return int(line.removeprefix("data: "))

        seen = await version()
        await stage.post("hello")
        assert (after_message := await version()) > seen
        await stage.github.open_pull(stage.demo.repo, stage.demo.fix)
        assert await version() > after_message


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_only_the_page_itself_can_act(
    stage: Stage, http: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    body = json.dumps({"kind": "llm", "viewer": "", "mode": "down"})
    async with http.post(
        "act", data=body, headers={"Content-Type": "application/json", **headers}
    ) as response:
        assert response.status == status
    assert stage.llm.mode == ("down" if status == 200 else "good")


async def test_another_site_cannot_read_the_state_by_a_name_of_its_own(http: aiohttp.ClientSession) -> None:
    async with http.get("state", headers={"Host": "rebound.example:80"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("details", "complaint"),
    [
        ({"kind": "dance"}, "no act called dance"),
        ({"kind": "say"}, "“channel” is missing"),
        ({"kind": "click", "channel": 5, "action_id": "x"}, "“channel” must be a text"),
        ({"kind": "click", "channel": "C1", "ts": "1.2", "action_id": "x"}, "C1"),
        ({"kind": "llm", "mode": "sings"}, "no mode called sings"),
        (
            {"kind": "github", "act": "explode", "repo": "acme/payments-api", "number": 1},
            "no act called explode",
        ),
        ({"kind": "github", "act": "merge", "repo": "acme/payments-api", "number": 999}, "999"),
    ],
)
async def test_an_impossible_act_is_answered_with_a_sentence(
    http: aiohttp.ClientSession, details: dict[str, Any], complaint: str
) -> None:
    answer = await act(http, **details)
    assert answer["ok"] is False
    assert complaint in answer["error"]


@pytest.mark.parametrize("body", ["", "[]", "{"])
async def test_what_is_no_act_at_all_is_a_bad_request(http: aiohttp.ClientSession, body: str) -> None:
    async with http.post("act", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


async def test_every_button_of_the_github_panel_does_what_it_says(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    repo = stage.demo.repo

    async def press(name: str, **more: Any) -> dict[str, Any]:
        answer = await act(http, "github", act=name, repo=repo, number=number, **more)
        assert answer == {"ok": True}, answer
        return dict((await state(http))["github"]["repositories"][0]["pulls"][0])

    number = 0
    number = (await press("open", prepared=0))["number"]
    assert (await press("request_review", reviewer=stage.demo.reviewer))["requested_reviewers"] == [
        stage.demo.reviewer
    ]
    assert (await press("comment", body="Hm?"))["comments"] == 1
    assert (await press("bot_comment"))["comments"] == 2
    assert "urgent" in (await press("label", body="urgent"))["labels"]
    assert (await press("retarget", body="release/next"))["base"] == "release/next"
    assert (await press("enqueue"))["queued"]
    assert not (await press("dequeue"))["queued"]
    assert [check["conclusion"] for check in (await press("fail_ci"))["checks"]] == ["success", "failure"]
    assert [check["conclusion"] for check in (await press("fix_ci"))["checks"]] == ["success", "success"]
    assert (await press("request_changes", body="No."))["reviews"][-1]["state"] == "changes_requested"
    before = stage.github.pull(repo, number).commit_count
    assert (await press("push"))["commits"] == before + 1
    assert (await press("approve"))["reviews"][-1] == {
        "author": stage.demo.reviewer,
        "state": "approved",
        "body": None,
    }
    assert (await press("convert_to_draft"))["state"] == "draft"
    assert (await press("ready_for_review"))["state"] == "open"
    assert (await press("close"))["state"] == "closed"
    assert (await press("reopen"))["state"] == "open"
    assert (await press("merge"))["state"] == "merged"
    assert [left["title"] for left in (await state(http))["prepared"]] == [stage.demo.fix.title]


async def test_a_pull_request_of_ones_own_can_be_opened(stage: Stage, http: aiohttp.ClientSession) -> None:
    details = {"title": "Speak Dutch!", "by": stage.demo.author, "reviewer": stage.demo.reviewer}
    assert (await act(http, "github", act="open", repo=stage.demo.repo, **details))["ok"]
    pull = (await state(http))["github"]["repositories"][0]["pulls"][0]
    assert (pull["title"], pull["author"]) == ("Speak Dutch!", stage.demo.author)
    assert pull["requested_reviewers"] == [stage.demo.reviewer]


async def test_an_e_mail_is_served_where_it_can_do_nothing(stage: Stage, http: aiohttp.ClientSession) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Hello"
    message.set_content("text")
    message.add_alternative("<p>html</p><script>top.location='http://evil.example'</script>", subtype="html")
    await aiosmtplib.send(message, hostname=stage.mail.host, port=stage.mail.port)
    mail = (await state(http))["mail"][0]
    assert (mail["subject"], mail["to"], mail["text"].strip()) == ("Hello", ["b@example.org"], "text")
    async with http.get(f"mail/{mail['id']}") as response:
        policy = response.headers["Content-Security-Policy"]
        assert "<p>html</p>" in await response.text()
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    async with http.get("mail/404") as response:
        assert response.status == 404


async def test_the_story_is_played_once_at_a_time_and_shows_its_steps(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    await act(http, "play")
    await act(http, "play")
    assert (await state(http))["story"]["running"] is True
    async with http.get("events") as stream:
        stage.story.go.set()
        while (seen := (await state(http))["story"])["running"]:
            await stream.content.readline()
    assert [step["status"] for step in seen["steps"]] == ["done", "failed"]
    assert seen["steps"][1]["detail"] == "Nobody was there."
