"""The state as one dictionary, for a page that shows it."""

from typing import Any

from sandbox.github.hooks import Delivery
from sandbox.github.model import Pull, Repository, State
from sandbox.github.render import repos
from sandbox.github.render.people import Json, stamp

SHOWN_DELIVERIES = 50


def snapshot(state: State, version: int, deliveries: list[Delivery]) -> Json:
    """Describe everything a demo page shows; the shape is in the docstring of `sandbox.github`."""
    return {
        "version": version,
        "people": [
            {"login": a.login, "name": a.name, "email": a.email, "type": a.type}
            for a in state.accounts.values()
            if a.type != "Organization"
        ],
        "teams": [{"slug": team.slug, "name": team.name, "org": team.org} for team in state.teams.values()],
        "repositories": [_repository(state, repo) for repo in state.repositories.values() if not repo.fork],
        "deliveries": [_delivery(item) for item in reversed(deliveries[-SHOWN_DELIVERIES:])],
    }


def _repository(state: State, repo: Repository) -> Json:
    return {
        "full_name": repo.full_name,
        "description": repo.description,
        "private": repo.private,
        "default_branch": repo.default_branch,
        "html_url": repos.html_url(state, repo),
        "pulls": [_pull(state, repo, pull) for pull in repo.pulls],
        "issues": [
            {"number": issue.number, "title": issue.title, "state": issue.state}
            for number, issue in sorted(repo.issues.items(), reverse=True)
            if not isinstance(issue, Pull)
        ],
    }


def _pull(state: State, repo: Repository, pull: Pull) -> Json:
    return {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "author": pull.author,
        "state": "merged"
        if pull.merged_at
        else "draft"
        if pull.draft and pull.state == "open"
        else pull.state,
        "html_url": f"{repos.html_url(state, repo)}/pull/{pull.number}",
        "base": pull.base_ref,
        "head": pull.head_ref,
        "head_sha": pull.head_sha,
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
        "commits": pull.commit_count,
        "comments": len(pull.comments) + len(pull.review_comments),
        "labels": list(pull.labels),
        "assignees": list(pull.assignees),
        "requested_reviewers": list(pull.reviewers),
        "requested_teams": list(pull.teams),
        "reviews": [
            {"author": review.author, "state": review.state, "body": review.body} for review in pull.reviews
        ],
        "checks": _checks(repo, pull),
        "queued": pull.queued,
        "auto_merge": pull.auto_merge is not None,
        "locked": pull.locked,
        "updated_at": stamp(pull.updated_at),
    }


def _checks(repo: Repository, pull: Pull) -> list[dict[str, Any]]:
    latest = {
        run.name: {"name": run.name, "status": run.status, "conclusion": run.conclusion}
        for suite in repo.suites
        if suite.head_sha == pull.head_sha
        for run in suite.runs
    }
    for item in repo.statuses:
        if item.sha == pull.head_sha:
            done = item.state != "pending"
            latest[item.context] = {
                "name": item.context,
                "status": "completed" if done else "in_progress",
                "conclusion": item.state if done else None,
            }
    return list(latest.values())


def _delivery(item: Delivery) -> Json:
    return {
        "id": item.id,
        "guid": item.guid,
        "event": item.event,
        "action": item.action,
        "status": item.status,
        "status_code": item.status_code,
        "duration": item.duration,
        "redelivery": item.redelivery,
        "delivered_at": stamp(item.delivered_at),
    }
