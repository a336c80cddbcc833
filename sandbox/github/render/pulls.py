"""JSON of pull requests, reviews and review comments."""

import hashlib

from sandbox.github.model import Pull, Repository, Review, ReviewComment, State
from sandbox.github.render import repos
from sandbox.github.render.issues import association, reactions, shared
from sandbox.github.render.people import Json, node_id, stamp, team, user


def simple(state: State, repo: Repository, pull: Pull, *, hook: bool = True) -> Json:
    """Write a pull request as lists and review events carry it; `hook` adds what webhooks have in `repo`."""
    api = f"{repos.api_url(state, repo)}/pulls/{pull.number}"
    issue = f"{repos.api_url(state, repo)}/issues/{pull.number}"
    html = f"{repos.html_url(state, repo)}/pull/{pull.number}"
    head = state.repositories.get(pull.head_repo or 0)
    links = {
        "self": api,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{api}/comments",
        "review_comment": f"{repos.api_url(state, repo)}/pulls/comments{{/number}}",
        "commits": f"{api}/commits",
        "statuses": f"{repos.api_url(state, repo)}/statuses/{pull.head_sha}",
    }
    return {
        "url": api,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        **shared(state, repo, pull),
        "draft": pull.draft,
        "merged_at": stamp(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha or _trial_merge(pull),
        "requested_reviewers": [person for login in pull.reviewers if (person := user(state, login))],
        "requested_teams": [team(state, state.teams[slug]) for slug in pull.teams],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _side(state, head, pull.head_owner, pull.head_ref, pull.head_sha, hook=hook),
        "base": _side(state, repo, repo.owner, pull.base_ref, pull.base_sha, hook=hook),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": association(state, repo, pull.author),
        "auto_merge": _auto_merge(state, pull),
    }


def full(state: State, repo: Repository, pull: Pull, *, mergeable: bool | None, hook: bool = True) -> Json:
    """Write a pull request as its own endpoint and `pull_request` events carry it.

    `mergeable` is None while GitHub is still finding out, which it always is right after a push.
    """
    unknown = {"merge_commit_sha": None} if mergeable is None and pull.state == "open" else {}
    return (
        simple(state, repo, pull, hook=hook)
        | unknown
        | {
            "merged": pull.merged_at is not None,
            "mergeable": mergeable,
            "rebaseable": mergeable,
            "mergeable_state": _mergeable_state(repo, pull, mergeable),
            "merged_by": user(state, pull.merged_by),
            "comments": len(pull.comments),
            "review_comments": len(pull.review_comments),
            "maintainer_can_modify": pull.head_repo != repo.id and pull.head_repo is not None,
            "commits": pull.commit_count,
            "additions": pull.additions,
            "deletions": pull.deletions,
            "changed_files": pull.changed_files,
        }
    )


def _trial_merge(pull: Pull) -> str:
    # An unmerged pull request has one too: GitHub's trial of the merge.
    return hashlib.sha1(f"{pull.base_sha} {pull.head_sha}".encode(), usedforsecurity=False).hexdigest()


def _mergeable_state(repo: Repository, pull: Pull, mergeable: bool | None) -> str:
    if mergeable is None:
        return "unknown"
    if not mergeable:
        return "dirty"
    if pull.draft:
        return "draft"
    runs = [run for suite in repo.suites if suite.head_sha == pull.head_sha for run in suite.runs]
    return "clean" if all(run.conclusion == "success" for run in runs) else "unstable"


def _side(state: State, repo: Repository | None, owner: str, ref: str, sha: str, *, hook: bool) -> Json:
    whole = repos.repository(state, repo) | (repos.merge_settings() if hook else {}) if repo else None
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": user(state, owner), "repo": whole}


def _auto_merge(state: State, pull: Pull) -> Json | None:
    if pull.auto_merge is None:
        return None
    return {
        "enabled_by": user(state, pull.auto_merge.by),
        "merge_method": pull.auto_merge.method,
        "commit_title": f"{pull.title} (#{pull.number})",
        "commit_message": pull.body or "",
    }


def review(state: State, repo: Repository, pull: Pull, item: Review, *, rest: bool = False) -> Json:
    """Write a review; REST spells its state in capitals, webhooks do not."""
    api = f"{repos.api_url(state, repo)}/pulls/{pull.number}"
    html = f"{repos.html_url(state, repo)}/pull/{pull.number}#pullrequestreview-{item.id}"
    return {
        "id": item.id,
        "node_id": node_id("PRR", item.id),
        "user": user(state, item.author),
        "body": item.body or ("" if rest else None),
        "commit_id": item.commit_id,
        "submitted_at": stamp(item.submitted_at),
        "state": item.state.upper() if rest else item.state,
        "html_url": html,
        "pull_request_url": api,
        "author_association": association(state, repo, item.author),
        "_links": {"html": {"href": html}, "pull_request": {"href": api}},
    }


def review_comment(state: State, repo: Repository, pull: Pull, item: ReviewComment) -> Json:
    """Write a comment on a line of the diff."""
    api = f"{repos.api_url(state, repo)}/pulls/{pull.number}"
    own = f"{repos.api_url(state, repo)}/pulls/comments/{item.id}"
    html = f"{repos.html_url(state, repo)}/pull/{pull.number}#discussion_r{item.id}"
    position = item.diff_hunk.count("\n") or 1
    written = {
        "url": own,
        "pull_request_review_id": item.review_id,
        "id": item.id,
        "node_id": node_id("PRRC", item.id),
        "diff_hunk": item.diff_hunk,
        "path": item.path,
        "commit_id": item.commit_id,
        "original_commit_id": item.commit_id,
        "user": user(state, item.author),
        "body": item.body,
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.updated_at),
        "html_url": html,
        "pull_request_url": api,
        "_links": {"self": {"href": own}, "html": {"href": html}, "pull_request": {"href": api}},
        "author_association": association(state, repo, item.author),
        "reactions": reactions(own),
        "start_line": None,
        "original_start_line": None,
        "start_side": None,
        "line": item.line,
        "original_line": item.line,
        "side": "RIGHT",
        "position": position,
        "original_position": position,
        "subject_type": "line",
    }
    if item.in_reply_to is not None:
        written["in_reply_to_id"] = item.in_reply_to
    return written
