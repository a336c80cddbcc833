"""The REST API, spoken as the bot speaks it: gidgethub over one HTTP client."""

import asyncio

import gidgethub
import gidgethub.apps
import httpx2
import pytest
from gidgethub.httpx import GitHubAPI

from sandbox.github import CommitSpec, GitHub, PullSpec
from tests.sandbox.github_kit import SECRET, Scene, listing, scene

DIFF = "application/vnd.github.diff"


async def feature(here: Scene) -> str:
    """Open the feature and give its API path."""
    pull = await here.github.open_pull(here.demo.repo, here.demo.feature)
    return f"{here.repo}/pulls/{pull.number}"


async def test_a_pull_request_counts_its_files_lines_and_commits() -> None:
    async with scene() as here:
        path = await feature(here)
        pull = await here.api.getitem(path)
        files = await listing(here.api, f"{path}/files")
        assert pull["changed_files"] == len(files) == 5
        assert pull["additions"] == sum(file["additions"] for file in files)
        assert (pull["commits"], pull["mergeable"], pull["state"]) == (2, True, "open")
        commits = await listing(here.api, f"{path}/commits")
        assert [commit["commit"]["message"].split("\n")[0] for commit in commits] == [
            "Recall refunds by idempotency key",
            "Test and document idempotency keys",
        ]


async def test_the_diff_is_served_as_text() -> None:
    async with scene() as here:
        path = await feature(here)
        text = await here.api.getitem(path, accept=DIFF)
        assert text.startswith("diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -")
        assert text.count("diff --git ") == 5


async def test_reviews_checks_and_statuses_of_a_commit() -> None:
    async with scene() as here:
        path = await feature(here)
        github, demo, number = here.github, here.demo, int(path.rsplit("/", 1)[1])
        await github.start_checks(demo.repo, number)
        await github.finish_check(demo.repo, number, "test", "success")
        await github.status(demo.repo, number, "ci/coverage", "pending", by=demo.maintainer)
        await github.status(demo.repo, number, "ci/coverage", "failure", by=demo.maintainer)
        comments = [("payments/app.py", 5, "Why?")]
        await github.submit_review(demo.repo, number, demo.reviewer, "commented", "Hm.", comments=comments)
        sha = github.pull(demo.repo, number).head_sha
        commit = f"{here.repo}/commits/{sha}"
        runs = await listing(here.api, f"{commit}/check-runs", "check_runs")
        assert [(run["name"], run["status"]) for run in runs] == [
            ("lint", "in_progress"),
            ("test", "completed"),
        ]
        suites = await listing(here.api, f"{commit}/check-suites", "check_suites")
        assert [suite["status"] for suite in suites] == ["in_progress"]
        combined = await here.api.getitem(f"{commit}/status")
        assert (combined["state"], combined["total_count"]) == ("failure", 1)
        assert (await here.api.getitem(f"{path}/reviews"))[0]["state"] == "COMMENTED"
        assert (await here.api.getitem(f"{path}/comments"))[0]["path"] == "payments/app.py"
        conversation = f"{here.repo}/issues/{number}"
        assert (await here.api.getitem(conversation))["pull_request"]["url"].endswith(path)
        assert await here.api.getitem(f"{conversation}/comments") == []


async def test_lists_are_cut_into_pages() -> None:
    async with scene() as here:
        for count in range(45):
            await here.github.comment(here.demo.repo, 12, str(count), by=here.demo.reviewer)
        path = f"{here.repo}/issues/12/comments"
        assert len(await here.api.getitem(path)) == 30
        assert len(await here.api.getitem(f"{path}?per_page=1000")) == 45
        assert [said["body"] for said in await listing(here.api, f"{path}?per_page=20")] == [
            str(count) for count in range(45)
        ]


async def test_files_stop_at_3000_commits_at_250_and_large_diffs_are_refused() -> None:
    async with scene(hook=False) as here:
        many = {f"data/{count:04}.txt": f"{count}\n" for count in range(3_050)}
        spec = PullSpec("Everything", None, "all", here.demo.author, (CommitSpec("Everything", many),))
        pull = await here.github.open_pull(here.demo.repo, spec)
        path = f"{here.repo}/pulls/{pull.number}"
        assert len(await listing(here.api, f"{path}/files?per_page=100")) == 3_000
        with pytest.raises(gidgethub.BadRequest, match="maximum number of files"):
            await here.api.getitem(path, accept=DIFF)
        steps = tuple(CommitSpec(f"Step {count}", {"n": str(count)}) for count in range(260))
        spec = PullSpec("Step by step", None, "steps", here.demo.author, steps)
        pull = await here.github.open_pull(here.demo.repo, spec)
        path = f"{here.repo}/pulls/{pull.number}"
        assert len(await listing(here.api, f"{path}/commits?per_page=100")) == 250
        assert (await here.api.getitem(path))["commits"] == 260


async def test_pull_requests_are_listed_by_state_base_and_head() -> None:
    async with scene() as here:
        github, demo = here.github, here.demo
        first = await github.open_pull(demo.repo, demo.feature)
        second = await github.open_pull(demo.repo, demo.fix)
        await github.merge(demo.repo, second.number, by=demo.maintainer)
        assert await numbers(here, "") == [first.number]
        assert await numbers(here, "?state=closed") == [second.number]
        assert await numbers(here, "?state=all&sort=created&direction=asc") == [first.number, second.number]
        assert await numbers(here, f"?state=all&head=acme:{demo.fix.branch}") == [second.number]
        assert await numbers(here, "?base=release") == []


async def test_an_unchanged_answer_is_304_and_free() -> None:
    async with scene() as here:
        headers = {"Authorization": f"Bearer {here.server.token}"}
        first = await here.client.get(here.server.api_url + here.repo, headers=headers)
        again = await here.client.get(
            here.server.api_url + here.repo, headers=headers | {"If-None-Match": first.headers["ETag"]}
        )
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert first.headers["X-RateLimit-Remaining"] == again.headers["X-RateLimit-Remaining"] == "4999"


async def test_tokens_are_checked() -> None:
    async with scene() as here:
        stranger = GitHubAPI(here.client, "patchforge", oauth_token="ghp_wrong", base_url=here.server.api_url)
        with pytest.raises(gidgethub.BadRequest, match="Bad credentials"):
            await stranger.getitem(here.repo)
        assert (await here.api.getitem("/user"))["login"] == "patchforge-bot"
        assert here.github.calls[-1].login == "patchforge-bot"


async def test_private_repositories_do_not_exist_for_outsiders() -> None:
    async with scene() as here:
        here.github.add_repository("acme/secrets", private=True)
        here.github.add_account("nosy", "Nosy Parker")
        here.github.add_token("ghp_nosy", "nosy")
        nosy = GitHubAPI(here.client, "patchforge", oauth_token="ghp_nosy", base_url=here.server.api_url)
        with pytest.raises(gidgethub.BadRequest, match="Not Found"):
            await nosy.getitem("/repos/acme/secrets")
        member = here.github.add_token("ghp_mara", here.demo.maintainer)
        inside = GitHubAPI(here.client, "patchforge", oauth_token=member, base_url=here.server.api_url)
        assert (await inside.getitem("/repos/acme/secrets"))["visibility"] == "private"
        with pytest.raises(gidgethub.BadRequest, match="Must have push access"):
            await nosy.getitem(f"{here.repo}/collaborators/nosy/permission")


async def test_permissions_and_profiles_of_people() -> None:
    async with scene() as here:
        for login, role in (("mara-lindqvist", "admin"), ("tokafor", "write"), ("patchforge-bot", "admin")):
            answer = await here.api.getitem(f"{here.repo}/collaborators/{login}/permission")
            assert (answer["permission"], answer["user"]["login"]) == (role, login)
        mara = await here.api.getitem("/users/MARA-lindqvist")
        assert (mara["name"], mara["email"]) == ("Mara Lindqvist", "mara@acme.example")
        assert (await here.api.getitem("/users/tokafor"))["email"] is None


async def test_a_renamed_repository_redirects_for_good() -> None:
    async with scene() as here:
        path = await feature(here)
        await here.github.rename_repo(here.demo.repo, "payments", by=here.demo.maintainer)
        answer = await here.client.get(here.server.api_url + path, follow_redirects=False)
        repo = here.github.repo("acme/payments")
        assert answer.status_code == 301
        assert answer.headers["Location"].startswith(f"{here.server.api_url}/repositories/{repo.id}/pulls/")
        assert (await here.api.getitem(path))["base"]["repo"]["full_name"] == "acme/payments"


async def test_limits_are_counted_and_enforced() -> None:
    async with scene(github=GitHub(rate_limit=3)) as here:
        for left in (2, 1, 0):
            await here.api.getitem(here.repo)
            assert here.api.rate_limit is not None
            assert here.api.rate_limit.remaining == left
        with pytest.raises(gidgethub.RateLimitExceeded):
            await here.api.getitem(here.repo)
        other = await here.client.get(
            here.server.api_url + here.repo, headers={"Authorization": f"token {here.server.token}"}
        )
        assert other.status_code == 403
        assert (await here.client.get(f"{here.server.api_url}/rate_limit")).json()["rate"]["limit"] == 60


@pytest.mark.parametrize(
    ("kind", "status"),
    [("500", 500), ("502", 502), ("503", 503), ("html", 502), ("401", 401), ("404", 404), ("primary", 403)],
)
async def test_trouble_comes_as_often_as_ordered(kind: str, status: int) -> None:
    async with scene() as here:
        here.github.faults.add("/repos/acme", kind, times=2)  # type: ignore[arg-type]  # the table holds str
        seen = [(await here.client.get(here.server.api_url + here.repo)).status_code for _ in range(3)]
        assert seen == [status, status, 200]
        assert [call.fault for call in here.github.calls] == [kind, kind, None]


@pytest.mark.parametrize(("kind", "status"), [("secondary", 403), ("429", 429)])
async def test_secondary_limits_say_when_to_come_back(kind: str, status: int) -> None:
    async with scene() as here:
        here.github.faults.add(r"/pulls/\d+$", kind, retry_after=30)  # type: ignore[arg-type]  # the table holds str
        path = await feature(here)
        answer = await here.client.get(here.server.api_url + path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (status, "30")
        assert "secondary rate limit" in answer.json()["message"]


async def test_connections_can_be_reset_cut_or_left_hanging() -> None:
    async with scene() as here:
        url = here.server.api_url + here.repo
        here.github.faults.add(here.repo, "reset")
        with pytest.raises(httpx2.TransportError):
            await here.client.get(url)
        here.github.faults.add(here.repo, "cut")
        with pytest.raises(httpx2.RemoteProtocolError):
            await here.client.get(url)
        here.github.faults.add(here.repo, "hang")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await here.client.get(url)
        assert (await here.client.get(url)).status_code == 200


async def test_failed_deliveries_are_found_by_cursor_and_sent_again() -> None:
    async with scene() as here:
        await here.github.settled()
        here.receiver.status = 503
        for count in range(5):
            await here.github.comment(here.demo.repo, 12, str(count), by=here.demo.reviewer)
        await here.github.settled()
        here.receiver.status = 202
        hook = (await here.api.getitem(f"{here.repo}/hooks"))[0]
        path = f"{here.repo}/hooks/{hook['id']}/deliveries"
        made = await listing(here.api, f"{path}?per_page=2")
        assert [item["status_code"] for item in made] == [503] * 5 + [202]
        assert made[0]["id"] > made[1]["id"]
        whole = await here.api.getitem(f"{path}/{made[4]['id']}")
        assert whole["request"]["payload"]["comment"]["body"] == "0"
        await here.api.post(f"{path}/{made[4]['id']}/attempts", data={})
        await here.github.settled()
        latest = (await here.api.getitem(path))[0]
        assert (latest["guid"], latest["redelivery"], latest["status"]) == (made[4]["guid"], True, "OK")


async def test_an_app_signs_in_and_reads_its_own_deliveries() -> None:
    async with scene(hook=False) as here:
        key = here.github.install_app("acme", [here.demo.repo])
        here.github.add_hook(None, here.receiver.url, SECRET)
        await here.github.open_pull(here.demo.repo, here.demo.fix)
        await here.github.settled()
        app = here.github.state.app
        assert app is not None
        plain = GitHubAPI(here.client, "patchforge", base_url=here.server.api_url)
        token = gidgethub.apps.get_jwt(app_id=str(app.id), private_key=key)
        installation = await plain.getitem(f"{here.repo}/installation", jwt=token)
        assert (await plain.getitem("/app", jwt=token))["slug"] == "patchforge"
        access = await gidgethub.apps.get_installation_access_token(
            plain, installation_id=str(installation["id"]), app_id=str(app.id), private_key=key
        )
        assert (await plain.getitem(f"{here.repo}/pulls", oauth_token=access["token"]))[0]["state"] == "open"
        made = await plain.getitem("/app/hook/deliveries", jwt=token)
        assert made[-1]["event"] == "ping"
        assert here.receiver.last("pull_request.opened")["installation"]["id"] == installation["id"]
        with pytest.raises(gidgethub.BadRequest, match="JSON web token"):
            await plain.getitem("/app", jwt=gidgethub.apps.get_jwt(app_id="1", private_key=key))


async def test_unknown_paths_are_404_in_githubs_form() -> None:
    async with scene() as here:
        for path in ("/repos/acme/nothing", f"{here.repo}/pulls/999", f"{here.repo}/pulls/12", "/nowhere"):
            answer = await here.client.get(here.server.api_url + path)
            assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


async def test_a_pull_request_has_a_page_for_people() -> None:
    async with scene() as here:
        pull = await here.api.getitem(await feature(here))
        answer = await here.client.get(pull["html_url"])
        assert answer.status_code == 200
        assert "Add idempotency keys to refunds" in answer.text


async def numbers(here: Scene, query: str) -> list[int]:
    return [pull["number"] for pull in await here.api.getitem(f"{here.repo}/pulls{query}")]


async def test_what_happened_to_a_pull_request_is_listed() -> None:
    async with scene() as here:
        path = await feature(here)
        github, demo, number = here.github, here.demo, int(path.rsplit("/", 1)[1])
        await github.request_review(demo.repo, number, demo.reviewer, demo.author)
        await github.close(demo.repo, number, demo.maintainer)
        await github.reopen(demo.repo, number, demo.author)
        await github.merge(demo.repo, number, demo.maintainer)
        events = await listing(here.api, f"{here.repo}/issues/{number}/events")
        assert [(one["event"], one["actor"]["login"]) for one in events] == [
            ("labeled", demo.author),
            ("review_requested", demo.author),
            ("closed", demo.maintainer),
            ("reopened", demo.author),
            ("merged", demo.maintainer),
            ("closed", demo.maintainer),
        ]
        assert events[1]["requested_reviewer"]["login"] == demo.reviewer
        assert events[1]["review_requester"]["login"] == demo.author
