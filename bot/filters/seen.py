"""What a filter looks at, and answers that may also be "unknown"."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.models import Pull


class Event(StrEnum):
    """What can happen to a pull request that somebody may want to be told."""

    OPENED = "opened"
    READY = "ready"
    REVIEW_REQUESTED = "review_requested"
    RE_REQUESTED = "re_requested"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    COMMENTED = "commented"
    CI_FAILED = "ci_failed"
    CI_RECOVERED = "ci_recovered"
    QUEUE_ENTERED = "queue_entered"
    QUEUE_LEFT = "queue_left"
    MERGED = "merged"
    CLOSED = "closed"


class Answer(StrEnum):
    """Whether something holds; unknown as long as what it depends on is (Kleene's logic)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """One pull request as far as it is known; None means not known (yet).

    `me` is the Slack user for whom it is judged. `paths` are the changed files, all of them only if
    `all_paths`. `owners` are those whom CODEOWNERS names for these files, and `reviewed` who reviewed:
    logins, `owner/team` and e-mail addresses in lower case. `members` maps a team (`owner/team`) to
    logins, `people` a Slack user or user group to logins and teams; what they lack is not known, and
    what they map to nothing is nobody.
    """

    pull: Pull
    me: str = ""
    paths: tuple[str, ...] | None = None
    all_paths: bool = True
    owners: Collection[str] | None = None
    reviewed: Collection[str] | None = None
    members: Mapping[str, Collection[str]] = field(default_factory=dict)
    people: Mapping[str, Collection[str]] = field(default_factory=dict)
    event: Event | None = None

    @property
    def owner(self) -> str:
        """Return who owns the repository, in lower case."""
        return self.pull.repo.partition("/")[0].lower()


def sure(holds: bool) -> Answer:
    """Return the answer of what is known."""
    return Answer.YES if holds else Answer.NO


def likely(holds: bool, *, complete: bool) -> Answer:
    """Return yes if it holds for what is known, and no only where all is known."""
    if holds:
        return Answer.YES
    return Answer.NO if complete else Answer.UNKNOWN


def opposite(answer: Answer) -> Answer:
    """Return the complement; what is unknown stays unknown."""
    if answer is Answer.UNKNOWN:
        return answer
    return sure(answer is Answer.NO)


def either(answers: Iterable[Answer]) -> Answer:
    """Return yes if one is, else unknown if one is, else no."""
    found = Answer.NO
    for answer in answers:
        if answer is Answer.YES:
            return answer
        if answer is Answer.UNKNOWN:
            found = answer
    return found


def both(answers: Iterable[Answer]) -> Answer:
    """Return no if one is, else unknown if one is, else yes."""
    return opposite(either(map(opposite, answers)))
