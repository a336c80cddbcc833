"""What each act sends, and what the API says afterwards."""

from dataclasses import replace

import pytest

from sandbox.github import CommitSpec, GitHub
from tests.sandbox.github_kit import Scene, listing, scene

# Everything GitHub sends as `pull_request`, as of 2026.
PULL_REQUEST_ACTIONS = {
    "assigned",
    "auto_merge_disabled",
    "auto_merge_enabled",
    "closed",
    "converted_to_draft",
    "demilestoned",
    "dequeued",
    "edited",
    "enqueued",
    "labeled",
    "locked",
    "milestoned",
    "opened",
    "ready_for_review",
    "reopened",
    "review_request_removed",
    "review_requested",
    "synchronize",
    "unassigned",
    "unlabeled",
    "unlocked",
}


async def open_feature(here: Scene) -> int:
    pull = await here.github.open_pull(here.demo.repo, here.demo.feature)
    return pull.number


async def test_the_whole_story_sends_what_github_would_send() -> None:
    async with scene() as here:
        github, demo = here.github, here.demo
        number = await open_feature(here)
        await github.request_review(demo.repo, number, demo.reviewer, by=demo.author)
        await github.start_checks(demo.repo, number, ("lint", "test"))
        await github.finish_check(demo.repo, number, "lint", "success")
        await github.finish_check(demo.repo, number, "test", "failure", "2 failed, 3 passed")
        comments = [("payments/idempotency.py", 34, "This never forgets anything.")]
        await github.submit_review(demo.repo, number, demo.reviewer, "changes_requested", comments=comments)
        await github.push(demo.repo, demo.feature.branch, demo.feature_follow_up, by=demo.author)
        await github.submit_review(demo.repo, number, demo.reviewer, "approved", "Good.")
        await github.merge(demo.repo, number, by=demo.maintainer)
        await github.delete_branch(demo.repo, demo.feature.branch, by=demo.maintainer)
        await github.settled()
        assert here.receiver.titles == [
            "create",
            "push",
            "pull_request.opened",
            "pull_request.labeled",
            "pull_request.review_requested",
            "check_suite.requested",
            "workflow_run.requested",
            "workflow_run.in_progress",
            "check_run.created",
            "check_run.created",
            "check_run.completed",
            "check_run.completed",
            "check_suite.completed",
            "workflow_run.completed",
            "pull_request_review.submitted",
            "pull_request_review_comment.created",
            "push",
            "pull_request.synchronize",
            "pull_request_review.submitted",
            "push",
            "pull_request.closed",
            "issues.closed",
            "delete",
            "push",
        ]
        closed = here.receiver.last("pull_request.closed")["pull_request"]
        assert (closed["merged"], closed["merged_by"]["login"]) == (True, demo.maintainer)
        assert here.receiver.last("check_suite.completed")["check_suite"]["conclusion"] == "failure"
        assert here.receiver.last("push")["deleted"]


async def test_every_pull_request_action_can_be_made_to_happen() -> None:
    async with scene() as here:
        github, repo, author, boss = here.github, here.demo.repo, here.demo.author, here.demo.maintainer
        number = await open_feature(here)
        await github.edit_title(repo, number, "Refund once, however often one asks", by=author)
        await github.assign(repo, number, author, by=boss)
        await github.unassign(repo, number, author, by=boss)
        await github.unlabel(repo, number, "enhancement", by=boss)
        await github.request_review(repo, number, here.demo.team, by=author)
        await github.remove_request(repo, number, here.demo.team, by=author)
        await github.convert_to_draft(repo, number, by=author)
        await github.ready_for_review(repo, number, by=author)
        await github.milestone(repo, number, "2026.1", by=boss)
        await github.demilestone(repo, number, by=boss)
        await github.lock(repo, number, by=boss, reason="too heated")
        await github.unlock(repo, number, by=boss)
        await github.close(repo, number, by=author)
        await github.reopen(repo, number, by=author)
        await github.enable_auto_merge(repo, number, by=author)
        await github.disable_auto_merge(repo, number, by=author)
        await github.enqueue(repo, number, by=author)
        await github.dequeue(repo, number, by=author, reason="CI_FAILURE")
        await github.push(repo, here.demo.feature.branch, here.demo.feature_follow_up, by=author)
        await github.settled()
        sent = {event.payload["action"] for event in here.receiver.events if event.name == "pull_request"}
        assert sent == PULL_REQUEST_ACTIONS
        assert (
            here.receiver.last("pull_request.edited")["changes"]["title"]["from"] == here.demo.feature.title
        )
        assert here.receiver.last("pull_request.review_requested")["requested_team"]["slug"] == here.demo.team
        assert here.receiver.last("pull_request.dequeued")["reason"] == "CI_FAILURE"
        pushed = here.receiver.last("pull_request.synchronize")
        assert (pushed["before"], pushed["after"]) != (pushed["after"], pushed["before"])
        assert here.receiver.counts["merge_group.checks_requested"] == 1


async def test_comments_can_be_made_changed_and_removed() -> None:
    async with scene() as here:
        github, repo, who = here.github, here.demo.repo, here.demo.reviewer
        number = await open_feature(here)
        said = await github.comment(repo, number, "Nice.", by=who)
        await github.edit_comment(repo, number, said.id, "Very nice.", by=who)
        await github.delete_comment(repo, number, said.id, by=who)
        line = await github.review_comment(repo, number, "docs/idempotency.md", 3, "Typo?", by=who)
        await github.edit_review_comment(repo, number, line.id, "No typo.", by=who)
        await github.delete_review_comment(repo, number, line.id, by=who)
        review = await github.submit_review(repo, number, who, "approved")
        await github.edit_review(repo, number, review.id, "Go.", by=who)
        await github.dismiss_review(repo, number, review.id, by=here.demo.maintainer)
        await github.settled()
        for name in ("issue_comment", "pull_request_review_comment"):
            assert [title for title in here.receiver.titles if title.startswith(f"{name}.")] == [
                f"{name}.created",
                f"{name}.edited",
                f"{name}.deleted",
            ]
        assert here.receiver.last("issue_comment.edited")["changes"]["body"]["from"] == "Nice."
        assert "pull_request" in here.receiver.last("issue_comment.created")["issue"]
        assert here.receiver.last("pull_request_review.dismissed")["review"]["state"] == "dismissed"
        hunk = here.receiver.last("pull_request_review_comment.created")["comment"]["diff_hunk"]
        assert hunk.startswith("@@ -0,0 +1,")
        assert hunk.count("\n") == 3


async def test_a_review_answers_its_request() -> None:
    async with scene() as here:
        number = await open_feature(here)
        await here.github.request_review(here.demo.repo, number, here.demo.reviewer, by=here.demo.author)
        await here.github.submit_review(here.demo.repo, number, here.demo.reviewer, "approved")
        assert (await here.api.getitem(f"{here.repo}/pulls/{number}"))["requested_reviewers"] == []


async def test_nobody_approves_their_own_pull_request() -> None:
    async with scene() as here:
        number = await open_feature(here)
        with pytest.raises(ValueError, match="own pull request"):
            await here.github.submit_review(here.demo.repo, number, here.demo.author, "approved")


async def test_merging_keeps_the_co_authors_and_closes_what_it_fixes() -> None:
    async with scene() as here:
        number = await open_feature(here)
        await here.github.merge(here.demo.repo, number, by=here.demo.maintainer)
        pull = await here.api.getitem(f"{here.repo}/pulls/{number}")
        commit = await here.api.getitem(f"{here.repo}/commits/{pull['merge_commit_sha']}")
        assert commit["commit"]["message"].startswith(f"{here.demo.feature.title} (#{number})\n\n* Recall")
        assert commit["commit"]["message"].endswith("Co-authored-by: Jonas Weber <jonas.weber@acme.example>")
        assert (commit["author"]["login"], commit["committer"]["login"]) == (here.demo.author, "web-flow")
        assert commit["commit"]["author"]["email"].endswith(f"+{here.demo.author}@users.noreply.github.com")
        assert (await here.api.getitem(f"{here.repo}/issues/10"))["state"] == "closed"
        found = await here.api.getitem(f"{here.repo}/commits/{pull['merge_commit_sha']}/pulls")
        assert [item["number"] for item in found] == [number]


async def test_a_merge_commit_has_two_parents_and_pushes_every_commit() -> None:
    async with scene() as here:
        number = await open_feature(here)
        await here.github.merge(here.demo.repo, number, by=here.demo.maintainer, method="merge")
        await here.github.settled()
        assert len(here.receiver.last("push")["commits"]) == 3
        merged = await here.api.getitem(f"{here.repo}/commits/main")
        assert len(merged["parents"]) == 2


async def test_pull_requests_that_change_one_line_in_two_ways_conflict() -> None:
    async with scene() as here:
        github, demo = here.github, here.demo
        fix = await github.open_pull(demo.repo, demo.fix)
        rival = CommitSpec("Convert otherwise", {"payments/money.py": "def convert(): ...\n"})
        await github.push(demo.repo, "main", rival, by=demo.maintainer)
        answer = await here.api.getitem(f"{here.repo}/pulls/{fix.number}")
        assert (answer["mergeable"], answer["mergeable_state"]) == (False, "dirty")
        with pytest.raises(ValueError, match="conflicts"):
            await github.merge(demo.repo, fix.number, by=demo.maintainer)


async def test_checks_of_a_fork_name_no_branch_and_no_pull_request() -> None:
    async with scene() as here:
        fork = await here.github.open_pull(here.demo.repo, replace(here.demo.fix, fork=True))
        await here.github.start_checks(here.demo.repo, fork.number, ("test",))
        await here.github.settled()
        suite = here.receiver.last("check_suite.requested")["check_suite"]
        assert (suite["head_branch"], suite["pull_requests"], suite["head_sha"]) == (None, [], fork.head_sha)
        run = here.receiver.last("workflow_run.requested")["workflow_run"]
        assert run["head_repository"]["full_name"] == f"{here.demo.co_author}/payments-api"


async def test_an_open_pull_request_has_the_sha_of_a_trial_merge() -> None:
    async with scene() as here:
        number = await open_feature(here)
        await here.github.settled()
        assert here.receiver.last("pull_request.opened")["pull_request"]["merge_commit_sha"] is None
        pull = await here.api.getitem(f"{here.repo}/pulls/{number}")
        assert (len(pull["merge_commit_sha"]), pull["merged"]) == (40, False)


async def test_a_branch_has_one_open_pull_request() -> None:
    async with scene() as here:
        await open_feature(here)
        with pytest.raises(ValueError, match="already exists"):
            await open_feature(here)


async def test_whoever_is_gone_is_null() -> None:
    async with scene() as here:
        github, demo = here.github, here.demo
        fork = await github.open_pull(demo.repo, replace(demo.fix, fork=True))
        await github.comment(demo.repo, fork.number, "Hello.", by=demo.reviewer)
        await github.delete_fork(f"{demo.co_author}/payments-api")
        await github.delete_account(demo.co_author)
        await github.edit_title(demo.repo, fork.number, "By a ghost", by=demo.maintainer)
        await github.settled()
        pull = here.receiver.last("pull_request.edited")["pull_request"]
        assert (pull["user"], pull["head"]["repo"], pull["head"]["user"]) == (None, None, None)
        assert len(await listing(here.api, f"{here.repo}/pulls/{fork.number}/files")) == 2


async def test_times_have_whole_seconds_and_only_move_forward() -> None:
    async with scene() as here:
        number = await open_feature(here)
        await here.github.comment(here.demo.repo, number, "Later.", by=here.demo.reviewer)
        pull = await here.api.getitem(f"{here.repo}/pulls/{number}")
        assert len(pull["updated_at"]) == len("2026-01-31T12:00:00Z")
        assert pull["updated_at"] >= pull["created_at"]


async def test_renaming_and_transferring_tell_the_former_place() -> None:
    async with scene() as here:
        await here.github.rename_repo("acme/payments-api", "payments", by=here.demo.maintainer)
        await here.github.transfer_repo("acme/payments", "globex", by=here.demo.maintainer)
        await here.github.settled()
        renamed = here.receiver.last("repository.renamed")
        assert renamed["changes"]["repository"]["name"]["from"] == "payments-api"
        moved = here.receiver.last("repository.transferred")
        assert moved["changes"]["owner"]["from"]["organization"]["login"] == "acme"
        assert moved["repository"]["full_name"] == "globex/payments"


async def test_a_snapshot_shows_where_every_pull_request_stands() -> None:
    async with scene() as here:
        github, demo = here.github, here.demo
        before = github.version
        number = await open_feature(here)
        await github.start_checks(demo.repo, number, ("test",))
        await github.status(demo.repo, number, "ci/coverage", "success", by=demo.maintainer)
        await github.submit_review(demo.repo, number, demo.reviewer, "approved")
        await github.settled()
        assert await github.changes(before) > before
        shown = github.snapshot()
        pull = shown["repositories"][0]["pulls"][0]
        assert (pull["number"], pull["state"], pull["changed_files"]) == (number, "open", 5)
        assert [review["state"] for review in pull["reviews"]] == ["approved"]
        assert [check["name"] for check in pull["checks"]] == ["test", "ci/coverage"]
        assert shown["deliveries"][0]["status_code"] == 202


async def test_unknown_things_are_key_errors() -> None:
    github = GitHub()
    with pytest.raises(KeyError):
        github.repo("acme/nothing")
