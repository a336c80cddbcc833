"""What a delivery is about, in as far as its own body tells; it may be of any event at all."""

from dataclasses import dataclass

from msgspec import Struct

from bot.facts import payloads
from bot.facts.text import clean


class _Named(Struct):
    name: str = ""


class _Repository(Struct):
    id: int = 0
    full_name: str = ""


class _Login(Struct):
    login: str = ""


class _Pull(Struct):
    id: int = 0
    number: int = 0
    title: str = ""


class _Issue(Struct):
    number: int = 0
    title: str = ""
    pull_request: dict[str, object] | None = None


class _Suite(Struct):
    head_branch: str | None = None


class _Check(Struct):
    name: str | None = None
    head_sha: str = ""
    head_branch: str | None = None
    check_suite: _Suite | None = None
    pull_requests: list[_Pull] = []


class _Body(Struct):
    repository: _Repository | None = None
    sender: _Login | None = None
    pull_request: _Pull | None = None
    issue: _Issue | None = None
    check_run: _Check | None = None
    check_suite: _Check | None = None
    workflow_run: _Check | None = None
    sha: str | None = None
    context: str | None = None
    branches: list[_Named] = []
    ref: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a body names: empty where it names nothing.

    `number` is a pull request's or an issue's (`is_issue`); `sha` and `branches` are what checks and pushes
    are about; `ref` is a push's alone, and `is_new_branch` if it made the branch.
    """

    repo_id: int = 0
    repo: str = ""
    sender: str = ""
    pull_id: int = 0
    number: int = 0
    title: str = ""
    is_issue: bool = False
    check: str = ""
    sha: str = ""
    branches: tuple[str, ...] = ()
    ref: str = ""
    is_new_branch: bool = False


def read(body: bytes) -> Subject:
    """Read what the body of a delivery names; a body that is none names nothing."""
    try:
        told = payloads.decode(_Body, body)
    except ValueError:
        return Subject()
    repository, pull, issue = told.repository or _Repository(), told.pull_request or _Pull(), told.issue
    check = told.check_run or told.check_suite or told.workflow_run or _Check(name=told.context)
    heads = [check.head_branch, check.check_suite and check.check_suite.head_branch]
    heads += [branch.name for branch in told.branches]
    ref = told.ref or ""
    if ref.startswith("refs/heads/"):
        heads.append(ref.removeprefix("refs/heads/"))
    number = pull.number or (issue.number if issue else 0)
    if not number and check.pull_requests:
        number = check.pull_requests[0].number
    return Subject(
        repo_id=repository.id,
        repo=clean(repository.full_name),
        sender=clean(told.sender.login) if told.sender else "",
        pull_id=pull.id,
        number=number,
        title=clean(pull.title or (issue.title if issue else "")),
        is_issue=issue is not None and issue.pull_request is None,
        check=clean(check.name),
        sha=clean(check.head_sha or told.sha or told.after),
        branches=tuple(dict.fromkeys(clean(head) for head in heads if head)),
        ref=clean(ref),
        is_new_branch=bool(told.before) and not str(told.before).strip("0"),
    )
