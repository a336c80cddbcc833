"""JSON of repositories, labels and milestones."""

from sandbox.github.model import Label, Milestone, Repository, State
from sandbox.github.render.people import Json, account_json, node_id, stamp, user

# Member → what follows the repository's API address.
LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def api_url(state: State, repo: Repository) -> str:
    """Give the API address of a repository."""
    return f"{state.api}/repos/{repo.full_name}"


def html_url(state: State, repo: Repository) -> str:
    """Give the page of a repository."""
    return f"{state.web}/{repo.full_name}"


def lite(state: State, repo: Repository) -> Json:
    """Write a repository as workflow runs embed it: identity and links only."""
    owner = state.accounts[repo.owner]
    api = api_url(state, repo)
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": account_json(state, owner),
        "html_url": html_url(state, repo),
        "description": repo.description,
        "fork": repo.fork,
        "url": api,
    } | {member: api + tail for member, tail in LINKS.items()}


def repository(state: State, repo: Repository) -> Json:
    """Write a whole repository."""
    html = html_url(state, repo)
    host = state.web.split("://", 1)[-1]
    open_issues = sum(issue.state == "open" for issue in repo.issues.values())
    return lite(state, repo) | {
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.updated_at),
        "pushed_at": stamp(repo.pushed_at),
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"git@{host}:{repo.full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "homepage": None,
        "size": sum(map(len, repo.commits[tip].tree.values())) // 1024
        if (tip := _tip(repo)) in repo.commits
        else 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": repo.language,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": open_issues,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
        "default_branch": repo.default_branch,
    }


def merge_settings() -> Json:
    """Give the members that only `head.repo` and `base.repo` of a webhook's pull request carry."""
    return {
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": True,
        "allow_auto_merge": True,
        "delete_branch_on_merge": False,
        "allow_update_branch": False,
        "use_squash_pr_title_as_default": False,
        "squash_merge_commit_message": "COMMIT_MESSAGES",
        "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
        "merge_commit_message": "PR_TITLE",
        "merge_commit_title": "MERGE_MESSAGE",
    }


def pushed_repository(state: State, repo: Repository) -> Json:
    """Write a repository as `push` carries it: epoch times, the page as `url`, the owner's name."""
    owner = state.accounts[repo.owner]
    whole = repository(state, repo)
    return whole | {
        "url": html_url(state, repo),
        "created_at": int(repo.created_at.timestamp()),
        "pushed_at": int(repo.pushed_at.timestamp()),
        "owner": {"name": owner.login, "email": owner.email} | account_json(state, owner),
        "stargazers": 0,
        "master_branch": repo.default_branch,
    }


def label(state: State, repo: Repository, item: Label) -> Json:
    """Write a label."""
    return {
        "id": item.id,
        "node_id": node_id("LA", item.id),
        "url": f"{api_url(state, repo)}/labels/{item.name.replace(' ', '%20')}",
        "name": item.name,
        "color": item.color,
        "default": item.name in {"bug", "documentation", "enhancement"},
        "description": item.description,
    }


def milestone(state: State, repo: Repository, item: Milestone | None) -> Json | None:
    """Write a milestone, or None."""
    if item is None:
        return None
    api = f"{api_url(state, repo)}/milestones/{item.number}"
    inside = [issue for issue in repo.issues.values() if issue.milestone == item.number]
    return {
        "url": api,
        "html_url": f"{html_url(state, repo)}/milestone/{item.number}",
        "labels_url": f"{api}/labels",
        "id": item.id,
        "node_id": node_id("MI", item.id),
        "number": item.number,
        "title": item.title,
        "description": None,
        "creator": user(state, item.creator),
        "open_issues": sum(issue.state == "open" for issue in inside),
        "closed_issues": sum(issue.state == "closed" for issue in inside),
        "state": "open",
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
        "due_on": None,
        "closed_at": None,
    }


def _tip(repo: Repository) -> str:
    return repo.branches.get(repo.default_branch, "")
