"""What the card and its replies show, read from the facts as they are now."""

from blocks import reviews as blocks
from bot.errors import Permanent
from bot.messages.show import Unwanted
from bot.models import PullFacts, SlackMessage
from bot.reviews.turn import turn
from handlers.feature import Render
from handlers.reviews.batches import in_batch
from storage import facts, people


def card(render: Render) -> SlackMessage:
    """Show where the pull request stands."""
    known = _facts(render)
    waiting = turn(known)
    return blocks.card(
        blocks.CardView(
            facts=known,
            waiting=waiting,
            message_id=render.message["id"],
            web_url=render.context.settings.github_web_url,
            people=people.slack_users(render.connection, waiting.who) if waiting else {},
            muted_by=render.message["muted_by"],
        )
    )


def review(render: Render) -> SlackMessage:
    """Show the review whose id is the subject."""
    wanted = int(render.message["subject"])
    for found in facts.reviews_of(render.connection, render.message["pull_id"]):
        if found.id == wanted:
            return blocks.review_submitted(found)
    raise Permanent("its review is unknown")


def rerequest(render: Render) -> SlackMessage:
    """Ask the reviewer to look again, by mention if they are linked."""
    login, by, _ = render.message["subject"].split(" ")
    return blocks.review_rerequested(login, by or None, people.slack_users(render.connection, [login]))


def comments(render: Render) -> SlackMessage:
    """Show the batch of comments that the subject names; raises Unwanted if none is left to post."""
    subject = render.message["subject"]
    batch = [
        comment
        for comment in facts.comments_of(render.connection, render.message["pull_id"])
        if in_batch(comment, subject) and not comment.is_bot
    ]
    if not batch and render.message["ts"] is None:
        raise Unwanted("its comments were deleted")
    return blocks.comments(batch)


def ci(render: Render) -> SlackMessage:
    """Show what the checks say now of the commit that is the subject."""
    sha = render.message["subject"]
    return blocks.ci_failed(sha, facts.checks_of(render.connection, _facts(render).pull.repo_id, sha))


def merged(render: Render) -> SlackMessage:
    """Show who merged it."""
    pull = _facts(render).pull
    return blocks.merged(pull.merged_by, pull.base)


def closed(render: Render) -> SlackMessage:
    """Show who closed it."""
    return blocks.closed(render.message["subject"].partition(" ")[0] or None)


def reopened(render: Render) -> SlackMessage:
    """Show who reopened it."""
    return blocks.reopened(render.message["subject"].partition(" ")[0] or None)


def _facts(render: Render) -> PullFacts:
    found = facts.facts(render.connection, render.message["pull_id"])
    if found is None:
        raise Permanent("its pull request is unknown")
    return found
