"""How a pull request stands: who said what last, who is asked, and whose word is still open."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot.models import GHOST, CheckState, Comment, PullFacts, Review, Verdict, is_app
from bot.owners.waiting import Need
from bot.reviews.questions import asks


@dataclass(frozen=True, slots=True)
class Around:
    """What may be known of a pull request beyond its facts; nothing of it is needed.

    `merge_state` is GitHub's own word (clean, dirty, blocked, behind, unstable, unknown or nothing).
    `needs` are code owners of whom nobody has approved; `members` are the logins of each team, by
    lower case "owner/slug"; `approvals` is how many the branch asks for, None while nobody knows. `asked`
    is the login that is asked instead of a whole team, by the same name.
    """

    comments: tuple[Comment, ...] = ()
    pushed_at: datetime | None = None
    merge_state: str = ""
    queued: bool = False
    needs: tuple[Need, ...] = ()
    members: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))
    approvals: int | None = None
    asked: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


NOTHING = Around()


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts sorted out: who said what last, who is asked, and whose word is open.

    `open` and `answered` are those who asked for changes, `askers` those who asked a question.
    """

    facts: PullFacts
    around: Around
    author: str
    said: Mapping[str, Review]
    asked: tuple[str, ...]
    bots: tuple[str, ...]
    teams: tuple[str, ...]
    approved: tuple[str, ...]
    open: tuple[str, ...]
    answered: tuple[str, ...]
    askers: tuple[str, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """Return the checks that failed, by name."""
        return tuple(check.name for check in self.facts.checks if check.state is CheckState.FAILED)

    @property
    def running(self) -> bool:
        """Tell whether any check is running."""
        return any(check.state is CheckState.RUNNING for check in self.facts.checks)

    @property
    def by_bot(self) -> bool:
        """Tell whether its author is a bot, which cannot be asked."""
        return self.facts.pull.author_is_bot or is_app(self.author)

    def keepers(self, but: Iterable[str] = ()) -> tuple[str, ...]:
        """Return who acts for the author: themselves; for a bot its assignees, else who is asked to review.

        Whoever's own word it is about (`but`) is left out.
        """
        if not self.by_bot:
            return (self.author,)
        left_out = {login.lower() for login in but}
        for group in (self.facts.pull.assignees, (*self.asked, *self.teams)):
            if found := tuple(who for who in group if not is_app(who) and who.lower() not in left_out):
                return tuple(dict.fromkeys(found))
        return (self.author,)

    def mergers(self) -> tuple[str, ...]:
        """Return who may merge: the author; for a bot its assignees, else those who approved."""
        keepers = self.keepers()
        people = tuple(login for login in self.approved if can_act(login))
        return people if people and self.by_bot and keepers == (self.author,) else keepers


def stand(facts: PullFacts, around: Around) -> Standing:
    """Sort out the facts, whatever order they come in."""
    pull = facts.pull
    author = pull.author or GHOST
    said = _said(facts)
    requested = tuple(
        login for login in dict.fromkeys(pull.reviewers) if not _same(login, author) and login != GHOST
    )
    again = {login.lower() for login in requested}
    last_word = _last_word(facts, around)
    waiting: list[str] = []
    answered: list[str] = []
    for login, review in said.items():
        if review.verdict is Verdict.CHANGES_REQUESTED and login.lower() not in again:
            heard = last_word is not None and review.submitted_at < last_word and can_act(login)
            (answered if heard else waiting).append(login)
    return Standing(
        facts=facts,
        around=around,
        author=author,
        said=said,
        asked=tuple(login for login in requested if not is_app(login)),
        bots=tuple(login for login in requested if is_app(login)),
        teams=tuple(
            team
            for team in dict.fromkeys(pull.teams)
            if not _satisfied(members_of(team, facts, around), said, author)
        ),
        approved=tuple(
            login
            for login, review in said.items()
            if review.verdict is Verdict.APPROVED and login.lower() not in again
        ),
        open=tuple(waiting),
        answered=tuple(answered),
        askers=_askers(facts, around, said, last_word),
    )


def members_of(team: str, facts: PullFacts, around: Around) -> frozenset[str] | None:
    """Return the logins of a team in lower case, given by slug or "owner/slug"; None if nobody knows them."""
    found = around.members.get(full_name(team, facts.pull.repo))
    return None if found is None else frozenset(login.lower() for login in found)


def full_name(team: str, repo: str) -> str:
    """Return a team, given by slug or "owner/slug", as the lower case "owner/slug"."""
    return (team if "/" in team else f"{repo.partition('/')[0]}/{team}").lower()


def can_act(login: str) -> bool:
    """Tell whether there is a person to ask."""
    return login != GHOST and not is_app(login)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _said(facts: PullFacts) -> dict[str, Review]:
    """Return each reviewer's decisive review, the earliest speaker first; a mere comment decides nothing."""
    found: dict[str, Review] = {}
    author = facts.pull.author
    for review in sorted(facts.reviews, key=lambda review: (review.submitted_at, review.id)):
        login = review.login or GHOST
        if (author is not None and _same(login, author)) or review.verdict is Verdict.PENDING:
            continue
        if review.verdict is not Verdict.COMMENTED or login not in found:
            found[login] = review
    return found


def _last_word(facts: PullFacts, around: Around) -> datetime | None:
    """Return when the author last pushed, commented or answered in a review; None if nobody knows."""
    author = facts.pull.author
    words = [around.pushed_at] if around.pushed_at else []
    if author is not None:
        words += [word.created_at for word in around.comments if word.login and _same(word.login, author)]
        words += [word.submitted_at for word in facts.reviews if word.login and _same(word.login, author)]
    return max(words, default=None)


def _satisfied(members: frozenset[str] | None, said: Mapping[str, Review], author: str) -> bool:
    """Tell whether a member has reviewed for the team, or nobody is in it who could."""
    if members is None:
        return False
    able = {login for login in members if login != author.lower() and can_act(login)}
    spoke = {login.lower() for login, review in said.items() if review.verdict is not Verdict.DISMISSED}
    return not able or bool(able & spoke)


def _askers(
    facts: PullFacts, around: Around, said: Mapping[str, Review], last_word: datetime | None
) -> tuple[str, ...]:
    """Return the reviewers whose question the author has not reacted to, the first to ask first."""
    pull = facts.pull
    reviewers = {login.lower() for login in (*said, *pull.reviewers, *pull.assignees)}
    for team in pull.teams:
        reviewers |= members_of(team, facts, around) or frozenset()
    reviewers.discard((pull.author or GHOST).lower())
    words = [
        *((word.created_at, word.login, word.body) for word in around.comments if not word.is_bot),
        *(
            (review.submitted_at, review.login, review.body)
            for review in facts.reviews
            if review.verdict is Verdict.COMMENTED
        ),
    ]
    found: dict[str, datetime] = {}
    for moment, login, body in words:
        if login is None or not can_act(login) or login.lower() not in reviewers:
            continue
        decided = said.get(login)
        done = decided and decided.verdict is not Verdict.COMMENTED and decided.submitted_at >= moment
        if not done and (last_word is None or moment >= last_word) and asks(body):
            found[login] = min(moment, found.get(login, moment))
    return tuple(sorted(found, key=lambda login: (found[login], login)))
