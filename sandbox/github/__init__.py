"""A GitHub on your own machine: REST API and signed webhooks over real HTTP, with its state in memory.

    github = GitHub()
    demo = await seed_demo(github)
    async with await GitHubServer.start(github) as server:  # server.api_url, server.token
        github.add_hook(demo.repo, "http://127.0.0.1:8080/webhooks/github", secret="s3cret")
        pull = await github.open_pull(demo.repo, demo.feature)
        await github.settled()                                  # every delivery has been answered

State and trouble: `github.repo(name)`, `github.pull(name, number)`, `github.calls` (requests answered),
`github.deliveries` (attempts), `github.faults.add(pattern, kind, times=1, retry_after=1)`,
`await github.redeliver(guid)`, `hook.copies`, `hook.hold()`, `hook.release(shuffle=seed)`, `github.version`,
`await github.changes(since)`.

`github.on_call(name, phase)` sees every request (`GET /repos/…`) `before` it is looked at and `after`, before
it is answered; where it says False the connection breaks there. It sees every delivery
(`pull_request.opened`) `before` it goes, once its body is `sent`, and `after` its answer, which False loses.

Acts (all async; `repo` is `owner/name`, `by` a login; each sends the webhooks GitHub would send):

    open_issue(repo, title, body, by, labels=())          open_pull(repo, spec, draft=None) -> Pull
    push(repo, branch, *commits, by, force=False)         delete_branch(repo, branch, by)
    edit_title(repo, number, title, by)                   edit_pull(repo, number, by, title=, body=, base=)
    convert_to_draft(repo, number, by)                    ready_for_review(repo, number, by)
    request_review(repo, number, reviewer, by)            remove_request(repo, number, reviewer, by)
    submit_review(repo, number, by, verdict, body="", comments=[(path, line, text)]) -> Review
    edit_review(repo, number, review, body, by)           dismiss_review(repo, number, review, by)
    comment(repo, number, body, by) -> Comment            review_comment(repo, number, path, line, text, by=)
    edit_comment(repo, number, comment, body, by)         delete_comment(repo, number, comment, by)
    edit_review_comment(repo, number, comment, text, by)  delete_review_comment(repo, number, comment, by)
    label / unlabel(repo, number, name, by)               assign / unassign(repo, number, login, by)
    milestone(repo, number, title, by)                    demilestone(repo, number, by)
    lock(repo, number, by, reason=None)                   unlock(repo, number, by)
    start_checks(repo, number, names=("lint", "test"))    finish_check(repo, number, name, conclusion)
    status(repo, number, context, state, by=)             merge(repo, number, by, method="squash"|"merge")
    close(repo, number, by)                               reopen(repo, number, by)
    enable_auto_merge(repo, number, by, method="squash")  disable_auto_merge(repo, number, by, reason=…)
    enqueue(repo, number, by)                             dequeue(repo, number, by, reason="MANUAL")
    rename_repo(repo, name, by)                           transfer_repo(repo, owner, by)
    delete_fork(repo)                                     delete_account(login)

A verdict is `approved`, `changes_requested` or `commented`. An act GitHub would refuse raises ValueError; one
on something that does not exist raises KeyError.

`github.snapshot()` gives, newest first:

    {"version": int,
     "people": [{"login", "name", "email": str|None, "type": "User"|"Bot"}],
     "teams": [{"slug", "name", "org"}],
     "repositories": [{
         "full_name", "description", "private": bool, "default_branch", "html_url",
         "issues": [{"number", "title", "state": "open"|"closed"}],
         "pulls": [{
             "number", "title", "body", "author", "state": "open"|"draft"|"closed"|"merged", "html_url",
             "base", "head", "head_sha", "additions", "deletions", "changed_files", "commits", "comments",
             "labels": [str], "assignees": [login], "requested_reviewers": [login], "requested_teams": [slug],
             "reviews": [{"author", "state", "body"}],                                   # oldest first
             "checks": [{"name", "status": "queued"|"in_progress"|"completed", "conclusion": str|None}],
             "queued": bool, "auto_merge": bool, "locked": bool, "updated_at": "2026-01-31T12:00:00Z"}]}],
     "deliveries": [{"id", "guid", "event", "action": str|None, "status": "pending"|"OK"|…,
                     "status_code": int, "duration": seconds, "redelivery": bool,
                     "delivered_at": str|None}]}                                           # the last 50
"""

from sandbox.github.core import GitHub
from sandbox.github.model import Account, Identity, Pull, Repository
from sandbox.github.seed import Demo, seed_demo
from sandbox.github.server import GitHubServer
from sandbox.github.specs import CommitSpec, PullSpec

__all__ = [
    "Account",
    "CommitSpec",
    "Demo",
    "GitHub",
    "GitHubServer",
    "Identity",
    "Pull",
    "PullSpec",
    "Repository",
    "seed_demo",
]
