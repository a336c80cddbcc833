"""What a direct message shows, from the facts as they are now; and whether it is to be posted at all."""

from blocks import direct as blocks
from bot.errors import Permanent, RetryLater
from bot.messages.show import Unwanted
from bot.models import PullFacts, SlackMessage
from bot.people.working import calendar
from bot.reminders.snooze import choices
from bot.reviews.around import around
from bot.reviews.turn import Reason, turn
from handlers.direct.moments import look_at, next_moment
from handlers.direct.scene import Person, last_word, person, team_of
from handlers.feature import Render
from storage import facts, messages, people


def dm(render: Render) -> SlackMessage:
    """Show what is asked of one person now; raises Unwanted if that is nothing, and nothing was posted."""
    known = _facts(render)
    seen = around(render.connection, known, now=render.now).around
    one = person(render.connection, known, seen, render.message)
    if render.message["ts"] is None:
        _require(render, one)
    whole = turn(known, seen)
    login, author = one.login or "", known.pull.author or ""
    other = last_word(known, but=(login, author))
    named = {*(whole.who if whole else ()), *([other[0]] if other else []), known.pull.merged_by or ""}
    asked_before = any(reason in render.message["subject"] for reason in _REVIEWS)
    return blocks.direct(
        blocks.DirectView(
            facts=known,
            message_id=render.message["id"],
            web_url=render.context.settings.github_web_url,
            asked=one.asked,
            why=one.mine.why if one.mine else "",
            team=team_of(one.mine),
            did=(last_word(known, of=[login]) or (None, None))[1] if login and asked_before else None,
            other=other if asked_before else None,
            waiting=whole,
            people=people.slack_users(render.connection, named - {"", login}),
            on_it=one.said.on_it_at is not None,
            snoozed_until=one.said.snoozed_until if one.said.is_snoozed(render.now) else None,
            muted=one.said.muted,
            snoozes=[(choice.value, choice.label) for choice in choices(render.now, calendar(one.profile))],
        )
    )


def again(render: Render) -> SlackMessage:
    """Say in the thread what is asked anew; raises Unwanted if it no longer is."""
    parent = messages.get(render.connection, render.message["parent_id"])
    if parent is None:
        raise Permanent("its message is unknown")
    known = _facts(render)
    one = person(render.connection, known, around(render.connection, known, now=render.now).around, parent)
    if render.message["ts"] is None:
        _require(render, one)
    return blocks.again(one.asked or render.message["subject"], one.mine.why if one.mine else "")


def on_it(render: Render) -> SlackMessage:
    """Show who takes care of it."""
    return blocks.on_it(render.message["subject"])


_REVIEWS = (Reason.REVIEW_REQUESTED, Reason.RE_REQUESTED)


def _require(render: Render, one: Person) -> None:
    """Raise Unwanted unless the person still wants to hear this, and RetryLater until they may."""
    if one.profile.deleted:
        raise Unwanted("the person has left the workspace")
    if not one.asked:
        raise Unwanted("nothing is asked of the person any more")
    if one.said.muted:
        raise Unwanted("the person muted it")
    if not one.profile.dms:
        raise Unwanted("the person wants no direct messages")
    moment = next_moment(one.profile, one.said, render.now)
    if moment > render.now:
        wait = (look_at(moment, render.now) - render.now).total_seconds()
        raise RetryLater("it waits until the person may be written to", after=max(wait, 1), counts=False)


def _facts(render: Render) -> PullFacts:
    found = facts.facts(render.connection, render.message["pull_id"])
    if found is None:
        raise Permanent("its pull request is unknown")
    return found
