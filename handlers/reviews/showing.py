"""What the card and its replies show, read from the facts as they are now."""

from collections.abc import Collection

from sqlalchemy import Connection

from blocks import reviews as blocks
from bot.errors import Permanent
from bot.filters.seen import Event
from bot.messages.show import Unwanted
from bot.models import Broadcast, Pull, PullFacts, SlackMessage
from bot.reviews.around import around, ask
from bot.reviews.turn import turn
from bot.subscriptions import listening
from handlers.feature import Render
from handlers.reviews.batches import in_batch
from handlers.reviews.happening import verdict_event
from storage import facts, people, reviews


def card(render: Render) -> SlackMessage:
    """Show where the pull request stands."""
    known = _facts(render)
    seen = around(render.connection, known, now=render.now)
    if render.context.github is not None:
        ask(render.connection, known.pull, seen.missing, now=render.now)
    waiting = turn(known, seen.around)
    return blocks.card(
        blocks.CardView(
            facts=known,
            waiting=waiting,
            message_id=render.message["id"],
            web_url=render.context.settings.github_web_url,
            people=_people(render.connection, known.pull, waiting.who) if waiting else {},
            muted_by=render.message["muted_by"],
        )
    )


def review(render: Render) -> SlackMessage:
    """Show the review whose id is the subject."""
    wanted = int(render.message["subject"])
    for found in reviews.of_pull(render.connection, render.message["pull_id"]):
        if found.id == wanted:
            return _told(render, verdict_event(found.verdict), blocks.review_submitted(found))
    raise Permanent("its review is unknown")


def rerequest(render: Render) -> SlackMessage:
    """Ask for a review, or to look again, by mention of whoever is linked and did not ask themselves."""
    name, by, moment = render.message["subject"].split(" ")
    if name.startswith("@"):
        owner = _facts(render).pull.repo.partition("/")[0]
        return _first_request(render, f"{owner}/{name.removeprefix('@')}".lower(), by)
    before = any(
        review.login == name and review.submitted_at.timestamp() <= int(moment)
        for review in reviews.of_pull(render.connection, render.message["pull_id"])
    )
    if not before:
        return _first_request(render, name, by)
    known = {} if name.lower() == by.lower() else people.slack_users(render.connection, [name])
    return _told(render, Event.RE_REQUESTED, blocks.review_rerequested(name, by or None, known))


def ready(render: Render) -> SlackMessage:
    """Show who marked it as ready."""
    return _told(render, Event.READY, blocks.ready(_who(render)))


def queued(render: Render) -> SlackMessage:
    """Show who put it into the merge queue."""
    return _told(render, Event.QUEUE_ENTERED, blocks.queued(_who(render)))


def unqueued(render: Render) -> SlackMessage:
    """Show why it left the merge queue."""
    reason, by, _ = render.message["subject"].split(" ")
    return _told(render, Event.QUEUE_LEFT, blocks.unqueued(by or None, reason))


def comments(render: Render) -> SlackMessage:
    """Show the batch of comments that the subject names; raises Unwanted if none is left to post."""
    subject = render.message["subject"]
    batch = [
        comment
        for comment in reviews.comments_of(render.connection, render.message["pull_id"])
        if in_batch(comment, subject) and not comment.is_bot
    ]
    if not batch and render.message["ts"] is None:
        raise Unwanted("its comments were deleted")
    return _told(render, Event.COMMENTED, blocks.comments(batch))


def ci(render: Render) -> SlackMessage:
    """Show what the checks say now of the commit that is the subject."""
    sha = render.message["subject"]
    checks = facts.checks_of(render.connection, _facts(render).pull.repo_id, sha)
    return _told(render, Event.CI_FAILED, blocks.ci_failed(sha, checks))


def recovered(render: Render) -> SlackMessage:
    """Show that the checks pass of the commit that is the subject."""
    return _told(render, Event.CI_RECOVERED, blocks.recovered(render.message["subject"]))


def merged(render: Render) -> SlackMessage:
    """Show who merged it."""
    pull = _facts(render).pull
    return _told(render, Event.MERGED, blocks.merged(pull.merged_by, pull.base))


def closed(render: Render) -> SlackMessage:
    """Show who closed it."""
    return _told(render, Event.CLOSED, blocks.closed(_who(render)))


def reopened(render: Render) -> SlackMessage:
    """Show who reopened it."""
    return _told(render, Event.OPENED, blocks.reopened(_who(render)))


def _told(render: Render, event: Event, content: SlackMessage) -> SlackMessage:
    """Let a new reply be shown in the channel as well, if that asks for it; it stays as it was posted."""
    if render.message["ts"] is not None:
        return content
    pull = facts.pull(render.connection, render.message["pull_id"])
    one = listening.in_channel(render.connection, render.message["channel"], pull.repo) if pull else None
    if one is None or event not in one.broadcast:
        return content
    return Broadcast(content.text, content.blocks)


def _first_request(render: Render, name: str, by: str) -> SlackMessage:
    known = people.named(render.connection, [name], owner=name.partition("/")[0], actor=by)
    return _told(render, Event.REVIEW_REQUESTED, blocks.review_requested(name, by or None, known))


def _who(render: Render) -> str | None:
    return render.message["subject"].partition(" ")[0] or None


def _people(connection: Connection, pull: Pull, names: Collection[str]) -> dict[str, str]:
    """Return whom a card mentions: never its author, whose doing the card is."""
    owner = pull.repo.partition("/")[0]
    return people.named(connection, names, owner=owner, teams=pull.teams, actor=pull.author)


def _facts(render: Render) -> PullFacts:
    found = facts.facts(render.connection, render.message["pull_id"])
    if found is None:
        raise Permanent("its pull request is unknown")
    return found
