"""Since when it is somebody's turn, as far as the facts tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.models import Comment, PullFacts
from bot.reviews.questions import asks
from bot.reviews.standing import NOTHING, Around, Standing, stand
from bot.reviews.turn import Action, Turn


@dataclass(frozen=True, slots=True)
class Moments:
    """What the facts themselves do not say: when a review was asked of whom, and when checks failed first.

    `asked` is by login, or by a team's slug, in lower case.
    """

    asked: Mapping[str, datetime] = field(default_factory=dict)
    failed_at: datetime | None = None


def since(facts: PullFacts, turn: Turn, around: Around = NOTHING, moments: Moments | None = None) -> datetime:
    """Return the moment at which it became this turn; never before it was opened, or ready if it was a draft.

    Where GitHub does not tell (conflicts, and whatever else stands in the way), the newest push counts.
    """
    known = moments or Moments()
    pull, standing = facts.pull, stand(facts, around)
    if turn.action is Action.MARK_READY:
        return pull.created_at
    begun = max(filter(None, (pull.created_at, pull.ready_at)))
    pushed = _latest(begun, around.pushed_at)
    said = {login: review.submitted_at for login, review in standing.said.items()}
    match turn.action:
        case Action.WAIT_FOR_QUEUE:
            return _latest(begun, pull.queued_at)
        case Action.FIX_CHECKS:
            return _latest(pushed, known.failed_at)
        case Action.ADDRESS_CHANGES:
            return _latest(begun, min((said[login] for login in standing.open), default=None))
        case Action.ANSWER:
            return _latest(begun, min(_questions(standing, around), default=None))
        case Action.REVIEW | Action.REVIEW_AGAIN:
            teams = dict(turn.handed)
            return min(_waits_since(name, teams.get(name), pushed, standing, known) for name in turn.who)
        case _:
            return _latest(pushed, *(said[login] for login in standing.approved))


def _waits_since(
    name: str, team: str | None, pushed: datetime, standing: Standing, known: Moments
) -> datetime:
    """Return since when one review is missing: the request, the newest push or the answer, the latest.

    Whoever is asked instead of a `team` waits since that was asked.
    """
    names = (name.lower(), (team or name).rsplit("/", 1)[-1].lower())
    asked = next((known.asked[one] for one in names if one in known.asked), None)
    review = standing.said.get(name)
    answered = None
    if review is not None and name in standing.answered:
        words = _words_of(standing.author, standing, standing.around.comments)
        answered = min((at for at in words if at > review.submitted_at), default=None)
    return _latest(pushed, asked, answered, review.submitted_at if review else None)


def _questions(standing: Standing, around: Around) -> Iterable[datetime]:
    """Return when those who wait for an answer asked first since the author's last word."""
    last = max(_words_of(standing.author, standing, around.comments), default=standing.facts.pull.created_at)
    last = _latest(last, around.pushed_at)
    askers = {login.lower() for login in standing.askers}
    words = [(one.login, one.created_at, one.body) for one in around.comments]
    words += [(one.login, one.submitted_at, one.body) for one in standing.facts.reviews]
    return [
        at for login, at, body in words if login and login.lower() in askers and at >= last and asks(body)
    ]


def _words_of(author: str, standing: Standing, comments: Iterable[Comment]) -> list[datetime]:
    """Return when the author said something."""
    said = [(one.login, one.created_at) for one in comments]
    said += [(one.login, one.submitted_at) for one in standing.facts.reviews]
    return [at for login, at in said if login and login.lower() == author.lower()]


def _latest(first: datetime, *others: datetime | None) -> datetime:
    return max([first, *filter(None, others)])
