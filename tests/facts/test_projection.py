"""What webhook events make true, in whatever order they come."""

import itertools
from typing import Any

import pytest

from bot.models import CheckState, PullState, Verdict
from storage import reviews
from storage.database import Database
from tests.facts.fact_samples import (
    apply,
    asked,
    at,
    check,
    comment,
    follow,
    followed,
    known,
    pull,
    repo,
    review,
)


async def test_an_older_event_changes_nothing(database: Database) -> None:
    await apply(database, "pull_request", "edited", pull_request=pull(5, title="New"))
    await apply(database, "pull_request", "opened", pull_request=pull(1, title="Old"))
    assert (await known(database)).pull.title == "New"
    assert await asked(database) == 0


async def test_two_states_of_one_second_are_settled_by_asking_github(database: Database) -> None:
    await apply(database, "pull_request", "opened", pull_request=pull(1))
    await apply(database, "pull_request", "opened", pull_request=pull(1))
    assert await asked(database) == 0
    await apply(database, "pull_request", "labeled", pull_request=pull(1, labels=[{"name": "bug"}]))
    assert await asked(database) == 1
    await apply(database, "pull_request", "refreshed", pull_request=pull(1, labels=[]))
    assert (await known(database)).pull.labels == ()
    assert await asked(database) == 1


async def test_nothing_of_the_same_second_undoes_a_merge(database: Database) -> None:
    merged = pull(3, state="closed", merged_at=at(3), merged_by={"login": "mara"})
    await apply(database, "pull_request", "closed", pull_request=merged)
    await apply(database, "pull_request", "labeled", pull_request=pull(3))
    assert (await known(database)).pull.state is PullState.MERGED


async def test_a_pull_request_first_seen_without_its_counts_is_fetched(database: Database) -> None:
    simple = {
        name: value
        for name, value in pull(1).items()
        if name not in {"additions", "deletions", "changed_files"}
    }
    await apply(
        database, "pull_request_review", "submitted", pull_request=simple, review=review(1, "approved")
    )
    assert await asked(database) == 1
    await apply(database, "pull_request", "refreshed", pull_request=pull(1))
    await apply(database, "pull_request_review", "edited", pull_request=simple, review=review(1, "approved"))
    assert (await known(database)).pull.additions == 5


async def test_a_late_event_still_tells_what_newer_ones_do_not_carry(database: Database) -> None:
    await apply(database, "pull_request", "opened", pull_request=pull(1))
    merged = pull(3, state="closed", merged_at=at(3), merged_by={"login": "mara"}, additions=9)
    simple = {name: value for name, value in merged.items() if name not in {"additions", "merged_by"}}
    later = review(4, "commented", body="Thanks")
    body = simple | {"updated_at": at(4)}
    await apply(database, "pull_request_review", "submitted", pull_request=body, review=later)
    await apply(database, "pull_request", "closed", pull_request=merged)
    found = (await known(database)).pull
    assert (found.merged_by, found.additions, found.state) == ("mara", 9, PullState.MERGED)
    await apply(
        database, "pull_request", "opened", pull_request=pull(1, head=pull()["head"] | {"sha": "9" * 40})
    )
    assert (await known(database)).pull.additions == 9


async def test_ghosts_and_deleted_forks_are_facts_too(database: Database) -> None:
    head = {"ref": "topic", "sha": "a" * 40, "repo": None}
    await apply(database, "pull_request", "opened", pull_request=pull(1, user=None, head=head), sender=None)
    found = (await known(database)).pull
    assert (found.author, found.from_fork, found.author_is_bot) == (None, True, False)


async def test_a_comment_before_its_pull_request_is_read_again_later(database: Database) -> None:
    issue = {"number": 12, "state": "open", "pull_request": {}}
    change = await apply(database, "issue_comment", "created", issue=issue, comment=comment(1, "Hi"))
    assert change.pulls == ()
    assert (await asked(database), await asked(database, "delivery.again")) == (1, 1)


async def test_comments_on_issues_are_none_of_ours(database: Database) -> None:
    await apply(database, "issue_comment", "created", issue={"number": 3}, comment=comment(1, "Hi"))
    assert await asked(database) == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_edits_and_deletions_of_comments_survive_late_events(
    sqlite: Database, order: tuple[int, ...]
) -> None:
    issue = {"number": 12, "state": "open", "pull_request": {}}
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    events = [
        ("created", comment(1, "Frist", number=1)),
        ("edited", comment(1, "First", number=1)),
        ("deleted", comment(1, "Frist", number=2)),
    ]
    for index in order:
        action, body = events[index]
        await apply(sqlite, "issue_comment", action, issue=issue, comment=body)
    await apply(sqlite, "issue_comment", "created", issue=issue, comment=comment(1, "Frist", number=2))
    found = await sqlite.read(lambda connection: reviews.comments_of(connection, 100))
    assert [one.body for one in found] == ["First"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_dismissal_and_an_edit_survive_late_events(sqlite: Database, order: tuple[int, ...]) -> None:
    events = [
        ("submitted", review(2, "approved", body="Good")),
        ("edited", review(2, "approved", body="Very good")),
        ("dismissed", review(2, "dismissed", body="Very good")),
    ]
    for index in order:
        action, body = events[index]
        await apply(sqlite, "pull_request_review", action, pull_request=pull(1), review=body)
    (found,) = (await known(sqlite)).reviews
    assert (found.verdict, found.body) == (Verdict.DISMISSED, "Very good")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("kind", ["issue", "review"])
async def test_the_latest_edit_of_a_comment_stands_whatever_came_last(
    database: Database, kind: str, order: tuple[int, ...]
) -> None:
    await apply(database, "pull_request", "opened", pull_request=pull(1))
    event = "issue_comment" if kind == "issue" else "pull_request_review_comment"
    about: dict[str, Any] = {"issue": {"number": 12, "state": "open", "pull_request": {}}}
    about = about if kind == "issue" else {"pull_request": pull(1)}
    events = [
        ("created", comment(1, "Frist") | {"updated_at": at(1)}),
        ("edited", comment(1, "Fisrt") | {"updated_at": at(2)}),
        ("edited", comment(1, "First") | {"updated_at": at(3)}),
    ]
    for index in order:
        action, body = events[index]
        await apply(database, event, action, comment=body, **about)
    found = await database.read(lambda connection: reviews.comments_of(connection, 100))
    assert [one.body for one in found] == ["First"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_the_latest_edit_of_a_review_stands_whatever_came_last(
    sqlite: Database, order: tuple[int, ...]
) -> None:
    """Of events that do not say when the review changed, the pull request's time tells."""
    events = [
        ("submitted", pull(2), review(2, "approved", body="Good")),
        ("edited", pull(3), review(2, "approved", body="Very god")),
        ("dismissed", pull(4), review(2, "dismissed", body="Very god")),
        ("edited", pull(5), review(2, "dismissed", body="Very good")),
    ]
    for index in order:
        action, its, body = events[index]
        await apply(sqlite, "pull_request_review", action, pull_request=its, review=body)
    (found,) = (await known(sqlite)).reviews
    assert (found.verdict, found.body) == (Verdict.DISMISSED, "Very good")


@pytest.mark.parametrize(
    ("event", "status", "conclusion", "state"),
    [
        ("check_run", "queued", None, CheckState.RUNNING),
        ("check_run", "in_progress", None, CheckState.RUNNING),
        ("check_run", "completed", "success", CheckState.PASSED),
        ("check_run", "completed", "failure", CheckState.FAILED),
        ("check_run", "completed", "timed_out", CheckState.FAILED),
        ("check_run", "completed", "action_required", CheckState.FAILED),
        ("check_run", "completed", "cancelled", CheckState.NEUTRAL),
        ("check_run", "completed", "neutral", CheckState.NEUTRAL),
        ("check_run", "completed", "skipped", CheckState.NEUTRAL),
        ("check_run", "completed", "stale", CheckState.NEUTRAL),
        ("check_suite", "requested", None, CheckState.RUNNING),
        ("check_suite", "completed", "success", CheckState.PASSED),
        ("check_suite", "completed", "startup_failure", CheckState.FAILED),
        ("workflow_run", "waiting", None, CheckState.RUNNING),
        ("workflow_run", "completed", "failure", CheckState.FAILED),
        ("workflow_run", "completed", "action_required", CheckState.RUNNING),
    ],
)
async def test_every_word_for_a_check_has_a_meaning(
    sqlite: Database, event: str, status: str, conclusion: str | None, state: CheckState
) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    change = await apply(sqlite, event, "completed", **{event: check(status, conclusion)})
    assert change.pulls == (100,)
    assert [one.state for one in (await known(sqlite)).checks] == [state]


@pytest.mark.parametrize(
    ("word", "state"),
    [("pending", "running"), ("success", "passed"), ("failure", "failed"), ("error", "failed")],
)
async def test_every_state_of_a_status_has_a_meaning(sqlite: Database, word: str, state: str) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    await apply(sqlite, "status", None, **_status(word))
    assert [one.state for one in (await known(sqlite)).checks] == [CheckState(state)]


def _status(state: str) -> dict[str, Any]:
    return {"id": 1, "sha": "a" * 40, "state": state, "context": "deploy", "updated_at": at(1)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_the_latest_run_of_a_check_wins_in_any_order(sqlite: Database, order: tuple[int, ...]) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    events = [
        check("in_progress", id=40, started_at=at(1)),
        check("completed", "failure", id=40, started_at=at(1), completed_at=at(1)),
        check("in_progress", id=41, started_at=at(2)),
        check("completed", "success", id=41, started_at=at(2), completed_at=at(3)),
    ]
    for index in order:
        await apply(sqlite, "check_run", "x", check_run=events[index])
    assert [one.state for one in (await known(sqlite)).checks] == [CheckState.PASSED]


async def test_a_workflow_started_again_runs_again_under_its_old_number(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    await apply(sqlite, "workflow_run", "completed", workflow_run=check("completed", "failure", minute=2))
    await apply(sqlite, "workflow_run", "requested", workflow_run=check("queued", minute=3))
    assert [one.state for one in (await known(sqlite)).checks] == [CheckState.RUNNING]


async def test_single_checks_hide_their_workflow_unless_it_alone_failed(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    await apply(sqlite, "check_suite", "completed", check_suite=check("completed", "success"))
    await apply(sqlite, "workflow_run", "completed", workflow_run=check("completed", "success", name="CI"))
    await apply(sqlite, "check_run", "completed", check_run=check("completed", "success"))
    assert [one.name for one in (await known(sqlite)).checks] == ["test"]
    broken = check("completed", "startup_failure", name="release.yml")
    await apply(sqlite, "workflow_run", "completed", workflow_run=broken)
    assert [one.name for one in (await known(sqlite)).checks] == ["release.yml", "test"]


async def test_a_push_moves_the_head_and_a_deleted_branch_does_not(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    push = {"ref": "refs/heads/topic", "before": "a" * 40, "after": "c" * 40}
    assert (await apply(sqlite, "push", None, **push)).pulls == (100,)
    assert (await known(sqlite)).pull.head_sha == "c" * 40
    gone = {"ref": "refs/heads/topic", "before": "c" * 40, "after": "0" * 40}
    assert (await apply(sqlite, "push", None, **gone)).pulls == ()
    assert (await known(sqlite)).pull.head_sha == "c" * 40
    tag = {"ref": "refs/tags/topic", "before": "c" * 40, "after": "d" * 40}
    assert (await apply(sqlite, "push", None, **tag)).pulls == ()


def _renamed(old: str, new: str, minute: float, number: int = 7) -> dict[str, Any]:
    changes = {"repository": {"name": {"from": old.split("/")[1]}}}
    return {"repository": repo(new, minute=minute, number=number), "changes": changes}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_renames_are_followed_in_any_order(sqlite: Database, order: tuple[int, ...]) -> None:
    await follow(sqlite, "acme/a")
    events = [
        _renamed("acme/a", "acme/b", 1),
        _renamed("acme/b", "acme/c", 2),
        _renamed("acme/c", "acme/d", 3),
    ]
    for index in order:
        await apply(sqlite, "repository", "renamed", **events[index])
    assert await followed(sqlite) == ["acme/d"]


async def test_an_event_of_the_same_second_does_not_bring_the_old_name_back(sqlite: Database) -> None:
    await follow(sqlite, "acme/a")
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1), repository=repo("acme/a", minute=1))
    await apply(sqlite, "repository", "renamed", **_renamed("acme/a", "acme/b", 1))
    await apply(sqlite, "pull_request", "labeled", pull_request=pull(2), repository=repo("acme/a", minute=1))
    assert (await known(sqlite)).pull.repo == "acme/b"
    assert await followed(sqlite) == ["acme/b"]


async def test_a_new_repository_under_an_old_name_keeps_its_subscriptions(sqlite: Database) -> None:
    rename = _renamed("acme/a", "acme/b", 1)
    await apply(sqlite, "repository", "renamed", **rename)
    await apply(
        sqlite, "push", None, ref="refs/heads/x", before="0", after="1", repository=repo("acme/a", number=8)
    )
    await follow(sqlite, "acme/a")
    await apply(sqlite, "repository", "renamed", **rename)
    assert await followed(sqlite) == ["acme/a"]


@pytest.mark.parametrize("kind", ["user", "organization"])
async def test_a_transfer_takes_the_subscription_along(sqlite: Database, kind: str) -> None:
    await follow(sqlite, "acme/web")
    changes = {"owner": {"from": {kind: {"login": "acme"}}}}
    await apply(sqlite, "repository", "transferred", repository=repo("new/web", minute=1), changes=changes)
    assert await followed(sqlite) == ["new/web"]


@pytest.mark.parametrize(
    "body",
    [{"pull_request": {}}, {"pull_request": pull(1, updated_at="yesterday")}, {"pull_request": [1]}, {}],
)
async def test_a_payload_that_is_none_is_refused_whole(sqlite: Database, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        await apply(sqlite, "pull_request", "opened", **body)
