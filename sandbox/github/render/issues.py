"""JSON of issues, of pull requests seen as issues, and of their comments."""

from sandbox.github.model import Comment, Happening, Issue, Pull, Repository, State
from sandbox.github.render import repos
from sandbox.github.render.people import Json, node_id, stamp, user

_REQUESTS = {"review_requested", "review_request_removed"}


def shared(state: State, repo: Repository, item: Issue) -> Json:
    """Write the members that issues and pull requests have in common."""
    assignees = [person for login in item.assignees if (person := user(state, login))]
    return {
        "number": item.number,
        "state": item.state,
        "locked": item.locked,
        "title": item.title,
        "user": user(state, item.author),
        "body": item.body,
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.updated_at),
        "closed_at": stamp(item.closed_at),
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "labels": [repos.label(state, repo, repo.labels[name]) for name in item.labels],
        "milestone": repos.milestone(state, repo, repo.milestones.get(item.milestone or 0)),
        "active_lock_reason": item.lock_reason,
    }


def issue(state: State, repo: Repository, item: Issue) -> Json:
    """Write an issue, or a pull request as the issues API shows it."""
    api = f"{repos.api_url(state, repo)}/issues/{item.number}"
    pull = isinstance(item, Pull)
    html = f"{repos.html_url(state, repo)}/{'pull' if pull else 'issues'}/{item.number}"
    written = {
        "url": api,
        "repository_url": repos.api_url(state, repo),
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "html_url": html,
        "id": item.id,
        "node_id": node_id("PR" if pull else "I", item.id),
        **shared(state, repo, item),
        "comments": len(item.comments),
        "author_association": association(state, repo, item.author),
        "reactions": reactions(api),
        "timeline_url": f"{api}/timeline",
        "performed_via_github_app": None,
        "state_reason": "completed" if item.state == "closed" and not pull else None,
    }
    if isinstance(item, Pull):
        written["draft"] = item.draft
        written["pull_request"] = {
            "url": f"{repos.api_url(state, repo)}/pulls/{item.number}",
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": stamp(item.merged_at),
        }
    return written


def comment(state: State, repo: Repository, item: Issue, said: Comment) -> Json:
    """Write a comment of a conversation."""
    own = f"{repos.api_url(state, repo)}/issues/comments/{said.id}"
    page = "pull" if isinstance(item, Pull) else "issues"
    return {
        "url": own,
        "html_url": f"{repos.html_url(state, repo)}/{page}/{item.number}#issuecomment-{said.id}",
        "issue_url": f"{repos.api_url(state, repo)}/issues/{item.number}",
        "id": said.id,
        "node_id": node_id("IC", said.id),
        "user": user(state, said.author),
        "created_at": stamp(said.created_at),
        "updated_at": stamp(said.updated_at),
        "author_association": association(state, repo, said.author),
        "body": said.body,
        "reactions": reactions(own),
        "performed_via_github_app": None,
    }


def event(state: State, repo: Repository, item: Happening) -> Json:
    """Write one thing that happened, as the list of events has it."""
    about = {"review_requester": user(state, item.by)} if item.event in _REQUESTS else {}
    return {
        "id": item.id,
        "node_id": node_id("IE", item.id),
        "url": f"{repos.api_url(state, repo)}/issues/events/{item.id}",
        "actor": user(state, item.by),
        "event": item.event,
        "commit_id": None,
        "commit_url": None,
        "created_at": stamp(item.at),
        "performed_via_github_app": None,
        **about,
        **item.about,
    }


def association(state: State, repo: Repository, login: str) -> str:
    """Say how a person stands to a repository: `OWNER`, `MEMBER`, `COLLABORATOR` or `CONTRIBUTOR`."""
    owner = state.accounts.get(repo.owner)
    if login == repo.owner:
        return "OWNER"
    if owner and login in owner.members:
        return "MEMBER"
    return "COLLABORATOR" if login in repo.collaborators else "CONTRIBUTOR"


def reactions(api: str) -> Json:
    """Write an empty count of reactions."""
    kinds = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    return {"url": f"{api}/reactions", "total_count": 0} | dict.fromkeys(kinds, 0)
