"""Replies in a card's thread: one short line each, with the words that people wrote quoted below."""

from collections.abc import Sequence

from blocks import kit, pulls
from blocks.kit import Markup
from bot.models import GHOST, Check, CheckState, Comment, Review, SlackMessage, Verdict

_QUOTED = 5
_SUGGESTION = "```suggestion"
_SAID = {
    Verdict.APPROVED: "approved",
    Verdict.CHANGES_REQUESTED: "asked for changes",
    Verdict.COMMENTED: "reviewed",
    Verdict.DISMISSED: "had their review dismissed",
    Verdict.PENDING: "is reviewing",
}


# Why GitHub takes a pull request out of the queue, as its events say it.
_UNQUEUED = {
    "ci_failure": "checks failed",
    "ci_timeout": "checks took too long",
    "merge_conflict": "it conflicts with its base",
    "queue_cleared": "the queue was cleared",
    "roll_back": "an earlier one was taken back",
    "branch_protections": "the branch's rules are not met",
    "git_tree_invalid": "GitHub could not merge it",
    "invalid_merge_commit": "GitHub could not merge it",
}


def review_submitted(review: Review) -> SlackMessage:
    """Tell what a reviewer decided, with the first lines of what they wrote."""
    said = kit.link(review.url, _SAID[review.verdict])
    line = kit.join(
        f"{pulls.VERDICT_EMOJI[review.verdict]} ", kit.bold(pulls.person(review.login, {})), " ", said
    )
    fallback = kit.join(pulls.person(review.login, {}), " ", _SAID[review.verdict])
    return _reply(fallback, line, kit.quote(review.body, 400, most_lines=4))


def review_rerequested(reviewer: str, by: str | None, people: pulls.People) -> SlackMessage:
    """Ask a reviewer to look again, mentioning them if they are linked."""
    asked = pulls.person(reviewer, people)
    line = kit.join("👀 ", asked, ", ", kit.bold(pulls.person(by, {})), " asks you to look again")
    return _reply(kit.join(asked, ", ", pulls.person(by, {}), " asks you to look again"), line)


def review_requested(reviewer: str, by: str | None, people: pulls.People) -> SlackMessage:
    """Tell whom somebody asks for a review, mentioning a person or team that is known in Slack."""
    asked, asker = _reviewer(reviewer, people), pulls.person(by, {})
    line = kit.join("👀 ", asked, ", ", kit.bold(asker), " asks for your review")
    return _reply(kit.join(asked, ", ", asker, " asks for your review"), line)


def ready(who: str | None) -> SlackMessage:
    """Tell that a draft is ready for review."""
    return _act("👀", who, Markup("marked this as ready for review"))


def queued(who: str | None) -> SlackMessage:
    """Tell that the pull request entered the merge queue."""
    return _act("🚦", who, Markup("put this into the merge queue"))


def unqueued(who: str | None, reason: str) -> SlackMessage:
    """Tell that the pull request left the merge queue unmerged, and why if GitHub says so."""
    why = _UNQUEUED.get(reason.lower(), "")
    if reason.lower() == "manual":
        return _act("🚦", who, Markup("took this out of the merge queue"))
    line = kit.join("This left the merge queue unmerged", f": {why}" if why else "")
    return _reply(line, kit.join("🚦 ", line))


def recovered(sha: str) -> SlackMessage:
    """Tell that the checks pass again."""
    return _reply(f"CI recovered on {sha[:7]}", kit.join("✅ CI recovered on ", kit.code(sha[:7])))


def ci_failed(sha: str, checks: Sequence[Check]) -> SlackMessage:
    """Tell which checks failed on a commit, and in the same message later that they run again or recovered.

    `checks` is what they say of the commit now.
    """
    commit = kit.code(sha[:7])
    failed = [check for check in checks if check.state is CheckState.FAILED]
    if failed:
        line = kit.join("❌ CI failed on ", commit, ": ", pulls.named(failed, 8))
        names = pulls.listed([kit.cut(check.name, 60) for check in failed[:8]], len(failed))
        return _reply(kit.join("CI failed on ", sha[:7], ": ", names), line)
    if any(check.state is CheckState.RUNNING for check in checks):
        return _reply(f"CI is running again on {sha[:7]}", kit.join("⏳ CI is running again on ", commit))
    return recovered(sha)


def merged(who: str | None, base: str) -> SlackMessage:
    """Tell that the pull request was merged."""
    return _act("🟣", who, kit.join("merged this into ", kit.code(base, 60)))


def closed(who: str | None) -> SlackMessage:
    """Tell that the pull request was closed without a merge."""
    return _act("⚫", who, Markup("closed this without merging"))


def reopened(who: str | None) -> SlackMessage:
    """Tell that the pull request is open again."""
    return _act("👀", who, Markup("reopened this"))


def comments(batch: Sequence[Comment]) -> SlackMessage:
    """Gather comments: a single one with its first lines, several with one line each, none as deleted."""
    if not batch:
        return _reply("A comment was deleted", Markup("💬 What stood here was deleted on GitHub"))
    if len(batch) == 1:
        return _comment(batch[0])
    logins = list(dict.fromkeys(comment.login or GHOST for comment in batch))
    names = pulls.listed([pulls.person(login, {}) for login in logins[:5]], len(logins))
    rows = [_row(comment) for comment in batch[:_QUOTED]]
    if len(batch) > _QUOTED:
        rows.append(Markup(f"and {len(batch) - _QUOTED} more"))
    head = kit.join(pulls.count(len(batch), "comment"), " from ", names)
    return _reply(head, kit.join("💬 ", head), *rows)


def first_line(body: str) -> str:
    """Return what a comment says in its first line, past quotations and hidden remarks."""
    for row in kit.clean(body, lines=True).split("\n"):
        text = row.strip()
        if text.startswith(_SUGGESTION):
            return "suggested a change"
        if text and not text.startswith((">", "<!--", "```")):
            return text
    return "(no words)"


def _comment(comment: Comment) -> SlackMessage:
    who = pulls.person(comment.login, {})
    line = kit.join("💬 ", kit.bold(who), " ", kit.link(comment.url, "commented"), _place(comment))
    return _reply(kit.join(who, " commented"), line, kit.quote(comment.body, 400, most_lines=4))


def _row(comment: Comment) -> Markup:
    who = kit.link(comment.url, comment.login or GHOST)
    return kit.join(Markup(">"), who, _place(comment), ": ", kit.cut(first_line(comment.body), 140))


def _place(comment: Comment) -> Markup:
    return kit.join(" on ", kit.code(comment.path, 80)) if comment.path else Markup()


def _reviewer(name: str, people: pulls.People) -> Markup:
    return kit.join("@" if "/" in name and name not in people else "", pulls.person(name, people))


def _act(emoji: str, who: str | None, what: Markup) -> SlackMessage:
    name = pulls.person(who, {})
    return _reply(kit.join(name, " ", what), kit.join(f"{emoji} ", kit.bold(name), " ", what))


def _reply(fallback: str, *rows: str) -> SlackMessage:
    return kit.message(fallback, [kit.section(kit.lines(rows))])
