"""A workspace's worth of open pull requests, with all that is known around them, for speed."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert

from storage import facts, knowledge
from storage.knowledge import Files, OwnersFile
from storage.tables import checks, comments, pulls, reviews

REPO, LOGIN = "acme/web", "dev-1"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fill(connection: Connection, count: int) -> None:
    """Write open pull requests of one repository, each with reviews, checks, comments, files and owners."""
    facts.put_repository(
        connection, repo_id=1, full_name=REPO, default_branch="main", updated_at=AT, certain=True
    )
    numbers = range(1, count + 1)
    connection.execute(insert(pulls), [_pull(number) for number in numbers])
    connection.execute(insert(reviews), [_review(number, at) for number in numbers for at in range(2)])
    connection.execute(insert(checks), [_check(number, at) for number in numbers for at in range(4)])
    connection.execute(insert(comments), [_comment(number, at) for number in numbers for at in range(2)])
    rules = "\n".join(f"/area-{at}/** @dev-{at % 50} @acme/team-{at % 20}" for at in range(300))
    found = OwnersFile("c" * 40, ".github/CODEOWNERS", rules, None, AT)
    knowledge.put_owners(connection, 1, "main", found)
    for number in numbers:
        paths = tuple(f"area-{(number + at // 12) % 300}/src/file-{at}.py" for at in range(20))
        knowledge.put_files(connection, number, Files(_sha(number), "main", paths, True, None), now=AT)
    for at in range(20):
        members = [f"dev-{at + step}" for step in range(5)]
        knowledge.put_team(connection, f"acme/team-{at}", members, error=None, now=AT)


def _sha(number: int) -> str:
    return f"{number:040x}"


def _pull(number: int) -> dict[str, object]:
    moment = AT - timedelta(minutes=number)
    return {
        "id": number,
        "repo_id": 1,
        "number": number,
        "title": f"Change {number}",
        "body": "Why this is needed. " * 40,
        "author": f"dev-{number % 50}",
        "author_is_bot": False,
        "state": "open",
        "draft": number % 10 == 0,
        "base": "main",
        "head": f"branch-{number}",
        "head_sha": _sha(number),
        "from_fork": False,
        "additions": 10,
        "deletions": 2,
        "changed_files": 20,
        "labels": ["bug"],
        "reviewers": [f"dev-{(number + 1) % 50}"],
        "teams": [f"team-{number % 20}"] if number % 3 == 0 else [],
        "assignees": [],
        "created_at": moment,
        "updated_at": moment,
        "mergeable_state": "clean",
    }


def _review(number: int, at: int) -> dict[str, object]:
    return {
        "id": number * 10 + at,
        "pull_id": number,
        "login": f"dev-{(number + at + 2) % 50}",
        "verdict": ("approved", "commented")[at],
        "body": "Looks fine to me." * 5,
        "url": "https://github.com/x",
        "submitted_at": AT + timedelta(minutes=at),
    }


def _check(number: int, at: int) -> dict[str, object]:
    return {
        "repo_id": 1,
        "sha": _sha(number),
        "source": "run",
        "name": f"check-{at}",
        "external_id": number * 10 + at,
        "state": "passed",
        "url": None,
        "updated_at": AT,
    }


def _comment(number: int, at: int) -> dict[str, object]:
    return {
        "kind": "issue",
        "id": number * 10 + at,
        "pull_id": number,
        "login": f"dev-{(number + at) % 50}",
        "is_bot": False,
        "body": "Some words about it. " * 10,
        "url": "https://github.com/x",
        "created_at": AT,
    }
