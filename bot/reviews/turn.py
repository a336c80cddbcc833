"""Whose turn it is on a pull request, what they must do, and why.

The rules are tried in the order of `RULES`; the first that has something to say decides.
`docs/whose-turn.md` explains them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from bot.models import PullFacts, PullState, Verdict, is_app
from bot.reviews.standing import NOTHING, Around, Standing, can_act, full_name, members_of, stand


class Action(StrEnum):
    """What must be done next."""

    REVIEW = "review"
    REVIEW_AGAIN = "review again"
    ANSWER = "answer"
    FIX_CHECKS = "fix the checks"
    RESOLVE_CONFLICTS = "resolve the conflicts"
    ADDRESS_CHANGES = "address the changes"
    MERGE = "merge"
    MARK_READY = "mark ready"
    WAIT_FOR_CHECKS = "wait for the checks"
    WAIT_FOR_QUEUE = "wait for the merge queue"
    NOBODY = "nobody"


class Reason(StrEnum):
    """Why one person hears of a pull request."""

    REVIEW_REQUESTED = "review requested"
    RE_REQUESTED = "review requested again"
    APPROVED = "your pull request is approved"
    NEEDS_WORK = "needs work"
    CI_FAILED = "CI failed"
    CAN_BE_MERGED = "can be merged"


REASONS = {
    Action.REVIEW: Reason.REVIEW_REQUESTED,
    Action.REVIEW_AGAIN: Reason.RE_REQUESTED,
    Action.ANSWER: Reason.NEEDS_WORK,
    Action.ADDRESS_CHANGES: Reason.NEEDS_WORK,
    Action.RESOLVE_CONFLICTS: Reason.NEEDS_WORK,
    Action.FIX_CHECKS: Reason.CI_FAILED,
    Action.MERGE: Reason.CAN_BE_MERGED,
}
"""What a person hears whose turn it is; a draft is no news to its author."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who must act next, by login or team, what they must do, and the reason in a few words.

    `owned` gives the patterns of CODEOWNERS for those who are waited for as their owners; `again` are
    those who have reviewed before; `handed` gives the team for those who are asked instead of all of it.
    `reason` is there in a person's own turn only.
    """

    who: tuple[str, ...]
    why: str
    action: Action = Action.NOBODY
    owned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    again: tuple[str, ...] = ()
    reason: Reason | None = None
    handed: tuple[tuple[str, str], ...] = ()


def turn(facts: PullFacts, around: Around = NOTHING) -> Turn | None:
    """Tell who is waited for; None once the pull request is closed or merged."""
    if facts.pull.state is not PullState.OPEN:
        return None
    standing = stand(facts, around)
    return _handed(_decide(standing), standing)


def rule_of(facts: PullFacts, around: Around = NOTHING) -> "Rule":
    """Return the rule that decides whose turn it is on an open pull request."""
    standing = stand(facts, around)
    return next(rule for rule in RULES if rule.decide(standing) is not None)


def my_turn(
    facts: PullFacts, login: str, teams: Collection[str] = (), around: Around = NOTHING
) -> Turn | None:
    """Tell what one person has to do, being in these teams ("owner/slug" or slug); None if nothing.

    Their approved pull request that still waits for something else is told, too: with nobody in `who`.
    """
    if facts.pull.state is not PullState.OPEN or not can_act(login):
        return None
    standing = stand(facts, around)
    whole = _decide(standing)
    me, author = login.lower(), login.lower() == standing.author.lower()
    name = next((who for who in whole.who if who.lower() == me), None)
    if name is None and not author:
        name = _team(whole, standing, me, teams)
    if name is not None:
        reviews = whole.action in (Action.REVIEW, Action.REVIEW_AGAIN)
        action = Action.REVIEW_AGAIN if name in whole.again else whole.action
        owned = tuple(pair for pair in whole.owned if pair[0] == name)
        again = tuple(one for one in whole.again if one == name)
        why = _why(standing, name) if reviews else whole.why
        mine = Turn((name,), why, action, owned, again, REASONS.get(action))
        return _handed(mine, standing)
    if author and standing.approved and whole.action in _PATIENT:
        return replace(whole, who=(), owned=(), again=(), reason=Reason.APPROVED)
    return None


_PATIENT = {
    Action.REVIEW,
    Action.REVIEW_AGAIN,
    Action.WAIT_FOR_CHECKS,
    Action.WAIT_FOR_QUEUE,
    Action.NOBODY,
}
"""What an author waits for while others act."""


def _team(whole: Turn, standing: Standing, me: str, teams: Collection[str]) -> str | None:
    """Return the team that is waited for and that a person is in, unless they have spoken already."""
    said = next((review for login, review in standing.said.items() if login.lower() == me), None)
    if said is not None and said.verdict is not Verdict.DISMISSED:
        return None
    repo = standing.facts.pull.repo
    mine = {full_name(team, repo) for team in teams}
    for who in whole.who:
        full = full_name(who, repo)
        members = members_of(who, standing.facts, standing.around) or frozenset()
        chosen = _asked(who, standing)
        if _is_team(who, standing) and (full in mine or me in members) and (chosen or me).lower() == me:
            return who
    return None


def _handed(whole: Turn, standing: Standing) -> Turn:
    """Put whoever is asked for a team in its place."""
    instead = {who: one for who in whole.who if (one := _asked(who, standing))}
    if not instead:
        return whole
    owned: dict[str, tuple[str, ...]] = {}
    for name, patterns in whole.owned:
        one = instead.get(name, name)
        owned[one] = (*owned.get(one, ()), *patterns)
    return replace(
        whole,
        who=tuple(dict.fromkeys(instead.get(who, who) for who in whole.who)),
        owned=tuple(owned.items()),
        again=tuple(instead.get(who, who) for who in whole.again),
        handed=tuple((one, team) for team, one in instead.items()),
    )


def _asked(who: str, standing: Standing) -> str | None:
    """Return the login that is asked instead of all of a team."""
    if not standing.around.asked or not _is_team(who, standing):
        return None
    return standing.around.asked.get(full_name(who, standing.facts.pull.repo))


def _is_team(who: str, standing: Standing) -> bool:
    return who in standing.teams or "/" in who


def _decide(standing: Standing) -> Turn:
    return next(found for rule in RULES if (found := rule.decide(standing)) is not None)


def _queue(standing: Standing) -> Turn | None:
    return Turn((), "in the merge queue", Action.WAIT_FOR_QUEUE) if standing.around.queued else None


def _draft(standing: Standing) -> Turn | None:
    if not standing.facts.pull.draft:
        return None
    return Turn(standing.keepers(), "still a draft", Action.MARK_READY)


def _conflicts(standing: Standing) -> Turn | None:
    if standing.around.merge_state != "dirty":
        return None
    why = f"conflicts with {standing.facts.pull.base}"
    return Turn(standing.keepers(), why, Action.RESOLVE_CONFLICTS)


def _checks(standing: Standing) -> Turn | None:
    failed = standing.failed
    if not failed:
        return None
    why = f"{failed[0]} failed" if len(failed) == 1 else f"{len(failed)} checks failed"
    return Turn(standing.keepers(), why, Action.FIX_CHECKS)


def _changes(standing: Standing) -> Turn | None:
    if not standing.open:
        return None
    why = f"{_listed(standing.open)} asked for changes"
    return Turn(standing.keepers(standing.open), why, Action.ADDRESS_CHANGES)


def _question(standing: Standing) -> Turn | None:
    if not standing.askers:
        return None
    why = f"{_listed(standing.askers)} asked a question"
    return Turn(standing.keepers(standing.askers), why, Action.ANSWER)


def _reviews(standing: Standing) -> Turn | None:
    asked = (*standing.asked, *standing.answered, *standing.teams)
    owners, owned = _owners(standing, asked)
    who = tuple(dict.fromkeys((*asked, *owners)))
    if not who:
        return None
    whys = [_why(standing, name) for name in who]
    again = tuple(name for name in who if name in standing.answered or _re_requested(standing, name))
    action = Action.REVIEW if len(again) < len(who) else Action.REVIEW_AGAIN
    return Turn(who, _REQUESTED if _REQUESTED in whys else whys[0], action, owned, again)


_REQUESTED = "review requested"


def _why(standing: Standing, name: str) -> str:
    """Tell why one is waited for whose review is missing."""
    if _re_requested(standing, name):
        return f"{_REQUESTED} again"
    if name in standing.answered:
        return f"{standing.author} answered the review"
    return _REQUESTED if name in (*standing.asked, *standing.teams) else "a code owner must approve"


def _re_requested(standing: Standing, name: str) -> bool:
    return name in standing.asked and name in standing.said


def _approved(standing: Standing) -> Turn | None:
    if not standing.approved:
        return None
    around, count = standing.around, len(standing.approved)
    if around.approvals is not None and count < around.approvals:
        return Turn((), f"{count} of {around.approvals} approvals, and nobody else is asked")
    if standing.running:
        return Turn((), "approved, checks are running", Action.WAIT_FOR_CHECKS)
    if around.merge_state == "blocked":
        return Turn((), "approved, but GitHub blocks the merge")
    behind = around.merge_state == "behind"
    why = f"approved, but behind {standing.facts.pull.base}" if behind else "approved, ready to merge"
    return Turn(standing.mergers(), why, Action.MERGE)


def _nobody(standing: Standing) -> Turn:
    if standing.bots:
        return Turn((), f"only {_listed(standing.bots)} is asked to review")
    return Turn((), "nobody is asked to review yet")


class Rule(NamedTuple):
    """One rule: when it holds and whose turn it is then, in words and in code."""

    when: str
    whose: str
    decide: Callable[[Standing], Turn | None]


RULES = (
    Rule("it is in the merge queue", "nobody's, until it leaves", _queue),
    Rule("it is a draft", "the author's, whoever is asked already", _draft),
    Rule(
        "it conflicts with its base",
        "the author's: the checks of the merge do not run before that is resolved",
        _conflicts,
    ),
    Rule("a check failed on its newest commit", "the author's: what is reviewed now will change", _checks),
    Rule(
        "changes were asked for, and the author has neither pushed, nor answered, nor asked again since",
        "the author's, even while others are still asked",
        _changes,
    ),
    Rule("a reviewer asked a question to which the author has not reacted since", "the author's", _question),
    Rule(
        "a review is missing",
        "theirs: who is asked, who asked for changes that are answered now, teams, then code owners",
        _reviews,
    ),
    Rule("it is approved", "nobody's while checks run or GitHub blocks it; then the author's", _approved),
    Rule("nobody is asked, or only a bot", "nobody's", _nobody),
)
"""In the order in which they are tried; the last one always holds."""


def _owners(
    standing: Standing, asked: Collection[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the code owners to ask who are not asked yet, and what each of those waited for owns.

    Of a set of owners one must approve: where one of them is asked already, the others are left alone.
    """
    owner = standing.facts.pull.repo.partition("/")[0].lower()
    names = {who.lower(): who for who in asked}
    names |= {f"{owner}/{team}".lower(): team for team in standing.teams if "/" not in team}
    found: dict[str, str] = {}
    owned: dict[str, tuple[str, ...]] = {}
    for need in standing.around.needs:
        bare = [name.removeprefix("@") for name in need.owners]
        bare = [name for name in bare if name.lower() != standing.author.lower() and not is_app(name)]
        already = [names[name.lower()] for name in bare if name.lower() in names]
        for name in already or bare:
            found.setdefault(name.lower(), name)
            owned[name] = (*owned.get(name, ()), *need.patterns)
    return tuple(name for name in found.values() if name not in asked), tuple(owned.items())


def _listed(names: Collection[str]) -> str:
    return " and ".join(names)
