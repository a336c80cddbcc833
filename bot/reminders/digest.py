"""What a reminder speaks of: open pull requests by whose turn it is and how long they have waited."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from blocks.reminders import Band, DigestGroup, DigestLine, DigestView, Whose
from bot.models import PullFacts, PullState, Verdict

_UPPER = ((timedelta(days=1), Band.TODAY), (timedelta(days=7), Band.DAYS))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to leave out: what is approved if asked, and pull requests, by id, that were put off or muted."""

    ignore_approved: bool = False
    snoozed: Collection[int] = field(default_factory=frozenset)
    muted: Collection[int] = field(default_factory=frozenset)

    def wants(self, facts: PullFacts) -> bool:
        """Tell whether a pull request belongs in the digest."""
        pull = facts.pull
        if pull.state is not PullState.OPEN or pull.id in self.snoozed or pull.id in self.muted:
            return False
        return not (self.ignore_approved and approved(facts))


def approved(facts: PullFacts) -> bool:
    """Tell whether somebody approved and nobody's verdict is open or against it."""
    said = set(facts.verdicts().values())
    return Verdict.APPROVED in said and not said & {Verdict.PENDING, Verdict.CHANGES_REQUESTED}


def band(since: datetime, now: datetime) -> Band:
    """Tell how long something has waited."""
    return next((found for upper, found in _UPPER if now - since < upper), Band.WEEK)


def for_channel(
    lines: Iterable[DigestLine],
    now: datetime,
    wanted: Wanted,
    *,
    web_url: str,
    people: Mapping[str, str] | None = None,
) -> DigestView | None:
    """Group a channel's pulls by who is waited for, the longest wait first; None if there are none."""
    by_turn: defaultdict[tuple[str, ...], list[DigestLine]] = defaultdict(list)
    for line in lines:
        if wanted.wants(line.facts):
            by_turn[_who(line)].append(line)
    groups = [
        _group(Whose.NAMED if key else Whose.NOBODY, _named(found[0]), found, now)
        for key, found in sorted(by_turn.items(), key=lambda item: (not item[0], _oldest(item[1]), item[0]))
    ]
    return DigestView(tuple(groups), now, web_url, people or {}) if groups else None


def for_person(
    lines: Iterable[DigestLine],
    login: str,
    teams: Collection[str],
    now: datetime,
    wanted: Wanted,
    *,
    web_url: str,
    people: Mapping[str, str] | None = None,
) -> DigestView | None:
    """Gather what waits for a person or their teams, and then what the person waits for; None if no turn."""
    own = {name.casefold() for name in (login, *teams)}
    yours: list[DigestLine] = []
    others: list[DigestLine] = []
    for line in lines:
        if wanted.wants(line.facts):
            if own.intersection(_who(line)):
                yours.append(line)
            elif (line.facts.pull.author or "").casefold() == login.casefold():
                others.append(line)
    if not yours:
        return None
    groups = [_group(Whose.YOU, (login, *teams), yours, now)]
    if others:
        groups.append(_group(Whose.OTHERS, (login,), others, now))
    return DigestView(tuple(groups), now, web_url, people or {})


def _group(whose: Whose, who: tuple[str, ...], lines: list[DigestLine], now: datetime) -> DigestGroup:
    found: dict[Band, list[DigestLine]] = {one: [] for one in Band}
    for line in sorted(lines, key=_age):
        found[band(line.since, now)].append(line)
    return DigestGroup(whose, who, tuple((one, tuple(held)) for one, held in found.items() if held))


def _named(line: DigestLine) -> tuple[str, ...]:
    return line.turn.who if line.turn else ()


def _who(line: DigestLine) -> tuple[str, ...]:
    """Return who is waited for, comparable: GitHub's names are the same in capitals or not."""
    return tuple(sorted({name.casefold() for name in _named(line)}))


def _age(line: DigestLine) -> tuple[datetime, str, int]:
    return line.since, line.facts.pull.repo, line.facts.pull.number


def _oldest(lines: list[DigestLine]) -> datetime:
    return min(line.since for line in lines)
