"""The path of one delivery: what it was about, whom it reached, and whom not and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from blocks.evidence import DONE, NOT, WAITING, WRONG, Line
from bot.evidence.masks import masked
from bot.models import Pull, Subscription
from bot.subscriptions import listening
from handlers.evidence.channels import Walk
from handlers.evidence.opened import CHECKS, Opened
from handlers.evidence.outcomes import Eyes
from storage import evidence, facts

_MOST_PULLS = 5


@dataclass(frozen=True, slots=True)
class Path:
    """Where a delivery went: lines on each channel that might want it, and on each message it was told by."""

    opened: Opened
    pulls: tuple[Pull, ...]
    fate: Line
    channels: tuple[Line, ...] = ()
    shown: tuple[Line, ...] = ()


def present_repo(connection: Connection, opened: Opened) -> str:
    """Return the name that the delivery's repository bears now, in lower case; "" if it is about none."""
    known = facts.repository_name(connection, opened.subject.repo_id)
    return (known or opened.row["repo"] or "").lower()


def follow(connection: Connection, opened: Opened, eyes: Eyes) -> Path:
    """Find out where a delivery went, as far as these eyes may see."""
    early = _unprocessed(opened)
    if early:
        return Path(opened, (), early)
    repo = present_repo(connection, opened)
    followers = [one for one in listening.of_repo(connection, repo) if eyes.may_see(one.channel)]
    pulls = _pulls(connection, opened)
    told = [one for pull in pulls for one in Walk(connection, opened, pull, eyes).through(followers)]
    channels, shown = [one.why for one in told], [line for one in told for line in one.shown]
    if not pulls or not channels:
        return Path(opened, pulls, _nowhere(connection, opened, repo, followers, pulls))
    return Path(opened, pulls, _fate(shown, channels), tuple(channels), tuple(shown))


def _unprocessed(opened: Opened) -> Line | None:
    """Say what becomes of a delivery that led to no facts; None for all others."""
    row = opened.row
    error = masked(row["error"] or "")
    if row["state"] == "new":
        if not row["attempts"]:
            return Line(WAITING, ("It waits to be processed.",))
        again = ("It could not be processed; the next attempt comes ", row["run_at"], f": {error}")
        return Line(WAITING, again)
    if row["state"] == "failed":
        return Line(
            WRONG, (f"It could not be processed, and was given up after {row['attempts']} attempts: {error}",)
        )
    if row["event"] == "ping":
        return Line(NOT, ("It reached nobody: it is GitHub's first call to a new webhook.",))
    if row["state"] == "ignored":
        return Line(NOT, (f"It reached nobody: PatchForge does nothing with `{row['event']}` events.",))
    if opened.is_pruned:
        gone = " its body is no longer kept, so whom it reached cannot be told any more."
        return Line(DONE, ("It was processed ", row["processed_at"] or row["received_at"], ";", gone))
    return None


def _pulls(connection: Connection, opened: Opened) -> tuple[Pull, ...]:
    """Return the pull requests that a delivery is about, those that it moved on from included."""
    subject, event = opened.subject, opened.row["event"]
    found: list[int] = []
    if subject.pull_id:
        found = [subject.pull_id]
    elif event == "issue_comment" and not subject.is_issue:
        known = facts.pull_id(connection, subject.repo_id, subject.number)
        found = [known] if known else []
    elif event == "repository":
        found = facts.pulls_of_repo(connection, subject.repo_id)
    elif event in CHECKS:
        found = facts.pulls_at(connection, subject.repo_id, subject.sha)
        if not found and subject.number:
            known = facts.pull_id(connection, subject.repo_id, subject.number)
            found = [known] if known else []
    # A new branch has no pull request yet, whatever is made of it later.
    if not found and subject.branches and event in {*CHECKS, "push"} and not subject.is_new_branch:
        found = evidence.pulls_of_branches(connection, subject.repo_id, subject.branches)
    pulls = [facts.pull(connection, one) for one in found[:_MOST_PULLS]]
    return tuple(pull for pull in pulls if pull is not None and _was_there(pull, opened))


def _was_there(pull: Pull, opened: Opened) -> bool:
    """Tell whether a push or a check can have been about the pull request: it may be older, or younger."""
    if opened.subject.pull_id or opened.row["event"] not in {*CHECKS, "push"}:
        return True
    ended = pull.closed_at
    late = timedelta(days=1)
    received: datetime = opened.row["received_at"]
    return pull.head_sha == opened.subject.sha or (
        pull.created_at <= received and (ended is None or received < ended + late)
    )


def _nowhere(
    connection: Connection,
    opened: Opened,
    repo: str,
    followers: list[Subscription],
    pulls: tuple[Pull, ...],
) -> Line:
    """Say why a delivery that was processed reached nobody."""
    subject, event = opened.subject, opened.row["event"]
    if not repo:
        return Line(NOT, ("It reached nobody: it is about no repository.",))
    if not followers:
        return Line(
            NOT, (f"It reached nobody: no channel followed `{repo}` and its pull requests have no card.",)
        )
    waiting = evidence.job_by_key(connection, f"again:{opened.row['id']}")
    if not pulls and waiting is not None:
        return _waiting_for_its_pull(waiting)
    why = "it is about no pull request that PatchForge knows"
    if event == "issue_comment" and subject.is_issue:
        why = f"#{subject.number} is an issue, and PatchForge tells of pull requests"
    elif event == "push" and not subject.ref.startswith("refs/heads/"):
        why = "a tag was pushed, and PatchForge tells of pull requests"
    elif subject.is_new_branch:
        why = f"the branch `{', '.join(subject.branches)}` was new, and no pull request came from it yet"
    elif event == "push":
        why = f"no pull request comes from the branch `{', '.join(subject.branches)}`"
    elif event in CHECKS:
        why = f"no open pull request has the commit `{subject.sha[:7]}` as its last"
    elif event == "repository":
        why = "the repository has no open pull request whose card could change"
    return Line(NOT, (f"It reached nobody: {why}.",))


def _waiting_for_its_pull(job: RowMapping) -> Line:
    if job["finished_at"] is None:
        return Line(
            WAITING, ("It waits until its pull request, which was not known, is fetched from GitHub.",)
        )
    reason = masked((job["outcome"] or {}).get("skipped") or job["error"] or "GitHub was not asked")
    return Line(WRONG, (f"It reached nobody: its pull request could not be fetched from GitHub: {reason}.",))


def _fate(shown: list[Line], channels: list[Line]) -> Line:
    """Sum up: what went wrong comes before what waits, and that before what is done."""
    for mark in (WRONG, WAITING, DONE):
        first = next((line for line in shown if line.mark == mark), None)
        if first is not None:
            return first
    if shown:
        return shown[0]
    if len(channels) > 1:
        return Line(NOT, (f"It reached nobody: none of {len(channels)} channels wanted it.",))
    return Line(NOT, ("It reached nobody: ", *channels[0].parts))
