"""JSON of commits and of the files they change."""

import hashlib
from typing import Any
from urllib.parse import quote

from sandbox.github.diffs import FileDiff, compare
from sandbox.github.model import Commit, Identity, Repository, State
from sandbox.github.render import repos
from sandbox.github.render.people import Json, account_json, node_id, stamp

# A patch larger than this is left out of file lists.
PATCH_BYTES = 500_000


def tree_sha(commit: Commit) -> str:
    """Give a stable id for the tree of a commit."""
    return hashlib.sha1(f"tree {commit.sha}".encode(), usedforsecurity=False).hexdigest()


def commit(state: State, repo: Repository, item: Commit) -> Json:
    """Write a commit as lists carry it; `author` is null when its address belongs to no account."""
    api = repos.api_url(state, repo)
    html = repos.html_url(state, repo)
    when = stamp(item.at)
    return {
        "sha": item.sha,
        "node_id": node_id("C", int(item.sha[:12], 16)),
        "commit": {
            "author": {"name": item.author.name, "email": item.author.email, "date": when},
            "committer": {"name": item.committer.name, "email": item.committer.email, "date": when},
            "message": item.message,
            "tree": {"sha": tree_sha(item), "url": f"{api}/git/trees/{tree_sha(item)}"},
            "url": f"{api}/git/commits/{item.sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "url": f"{api}/commits/{item.sha}",
        "html_url": f"{html}/commit/{item.sha}",
        "comments_url": f"{api}/commits/{item.sha}/comments",
        "author": _account(state, item.author),
        "committer": _account(state, item.committer),
        "parents": [
            {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{html}/commit/{sha}"}
            for sha in item.parents
        ],
    }


def with_files(state: State, repo: Repository, item: Commit) -> Json:
    """Write a commit as its own endpoint gives it, with `stats` and `files`."""
    files = changes(repo, item)
    additions, deletions = sum(f.additions for f in files), sum(f.deletions for f in files)
    return commit(state, repo, item) | {
        "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
        "files": [file(state, repo, item.sha, changed) for changed in files[:300]],
    }


def changes(repo: Repository, item: Commit) -> list[FileDiff]:
    """List what a commit changes against its first parent."""
    parent = repo.commits.get(item.parents[0]) if item.parents else None
    return compare(parent.tree if parent else {}, item.tree)


def file(state: State, repo: Repository, sha: str, changed: FileDiff) -> Json:
    """Write a changed file; `patch` is absent for renames and for very large diffs."""
    path = quote(changed.path)
    written: Json = {
        "sha": changed.sha,
        "filename": changed.path,
        "status": changed.status,
        "additions": changed.additions,
        "deletions": changed.deletions,
        "changes": changed.additions + changed.deletions,
        "blob_url": f"{repos.html_url(state, repo)}/blob/{sha}/{path}",
        "raw_url": f"{repos.html_url(state, repo)}/raw/{sha}/{path}",
        "contents_url": f"{repos.api_url(state, repo)}/contents/{path}?ref={sha}",
    }
    if changed.patch and len(changed.patch) <= PATCH_BYTES:
        written["patch"] = changed.patch
    if changed.previous:
        written["previous_filename"] = changed.previous
    return written


def pushed(state: State, repo: Repository, item: Commit) -> Json:
    """Write a commit as `push` events carry it."""
    files = changes(repo, item)

    def paths(*statuses: str) -> list[str]:
        return [changed.path for changed in files if changed.status in statuses]

    return {
        "id": item.sha,
        "tree_id": tree_sha(item),
        "distinct": True,
        "message": item.message,
        "timestamp": stamp(item.at),
        "url": f"{repos.html_url(state, repo)}/commit/{item.sha}",
        "author": _signature(state, item.author),
        "committer": _signature(state, item.committer),
        "added": paths("added", "renamed"),
        "removed": paths("removed") + [changed.previous for changed in files if changed.previous],
        "modified": paths("modified"),
    }


def head_commit(item: Commit) -> Json:
    """Write a commit as check suites and workflow runs carry it."""
    return {
        "id": item.sha,
        "tree_id": tree_sha(item),
        "message": item.message,
        "timestamp": stamp(item.at),
        "author": {"name": item.author.name, "email": item.author.email},
        "committer": {"name": item.committer.name, "email": item.committer.email},
    }


def _account(state: State, who: Identity) -> Json | None:
    found = state.by_email(who.email)
    return account_json(state, found) if found else None


def _signature(state: State, who: Identity) -> dict[str, Any]:
    found = state.by_email(who.email)
    known = {"username": found.login} if found else {}
    return {"name": who.name, "email": who.email, **known}
