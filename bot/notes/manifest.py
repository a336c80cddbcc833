"""What is known of changes before anybody words them: every pull request once, sorted, with the reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.models import Category, Change
from bot.notes.categories import Decision, Rules, breaking_mark, decide, heading, meaning
from bot.notes.paths import Area, area
from bot.notes.recipients import recipients
from bot.notes.signatures import removed
from bot.notes.wording import conventional, scope, subject

_READ = 20_000
_MOST = 20
_BUMP = re.compile(
    r"^(?:bump|update|upgrade)s? (?:dependency )?(?P<package>[@\w./-]{1,100}?)(?: requirement)?"
    r"(?: from (?P<before>[\w.~^<>=*-]{1,40}))?(?: to (?:version )?)(?P<after>[~^<>=]{0,2}v?\d[\w.*-]{0,40})",
    re.IGNORECASE,
)
_SECURITY = re.compile(r"\bCVE-\d{4}-\d+|\bGHSA-|\bsecurity\b|\bvulnerab", re.IGNORECASE)
_REVERT_TITLE = re.compile(
    r"^\s*(?:\w{2,12}(?:\([^()]{1,60}\))?!?:\s*)?Revert[: ]\s*[\"“](?P<title>.{1,1000})[\"”]"
)
_REVERTS_PULL = re.compile(
    r"^Reverts? (?:pull request )?(?P<repo>[\w.-]+/[\w.-]+)?#(?P<number>\d{1,9})\b", re.MULTILINE
)
_REVERTS_COMMIT = re.compile(r"\bThis reverts commit (?P<sha>[0-9a-f]{7,40})\b")


@dataclass(frozen=True, slots=True)
class Bump:
    """A dependency's new version; `before` is "" where it is not told."""

    package: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reverted:
    """What a change says that it takes back."""

    numbers: tuple[int, ...] = ()
    shas: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One pull request: who made it, what it says, what it touches, and the decision with its reason.

    `people` are logins, or names where no login is known, the author first and without bots. `kind` and
    `scope` are the conventional parts of the title. `breaking` are the signs that users must act, in words.
    `heading` is what the repository's own rules put it under, "" where they say nothing.
    """

    change: Change
    said: str
    decision: Decision
    people: tuple[str, ...]
    by_bot: bool
    kind: str
    scope: str
    breaking: tuple[str, ...]
    areas: Mapping[Area, int]
    heading: str
    bump: Bump | None
    reverted: Reverted | None

    @property
    def number(self) -> int:
        """Return the pull request's number."""
        return self.change.pull.number


@dataclass(frozen=True, slots=True)
class Apart:
    """An entry that the notes need not name, and why."""

    entry: Entry
    why: str


@dataclass(frozen=True, slots=True)
class Bumped:
    """A dependency's way through the range: from the first version to the last, by these pull requests."""

    package: str
    before: str
    after: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A range of changes, sorted; every pull request stands in exactly one of the three."""

    entries: tuple[Entry, ...]
    bumps: tuple[Bumped, ...]
    apart: tuple[Apart, ...]


def entry(change: Change, rules: Rules = ()) -> Entry:
    """Return what is known of one pull request; `rules` are its repository's own."""
    pull = change.pull
    said = subject(pull.title)
    people = [
        one.login or one.name
        for one in recipients(change)
        if one.skipped != "bot" and (one.login or one.address)
    ]
    gone = removed(change.files)
    areas: dict[Area, int] = {}
    for file in change.files:
        areas[area(file.path)] = areas.get(area(file.path), 0) + 1
    found = heading(change, rules)
    match = _BUMP.match(said)
    bump = Bump(match["package"], match["before"] or "", match["after"]) if match else None
    return Entry(
        change=change,
        said=said,
        decision=decide(change, rules, gone),
        people=tuple(people),
        by_bot=pull.author_is_bot,
        kind=conventional(pull.title)[0] or "",
        scope=scope(pull.title),
        breaking=tuple(_breaking(change, gone)),
        areas=MappingProxyType(areas),
        heading=f"“{found[0].title}” of {found[1]}" if found else "",
        bump=None if bump and _SECURITY.search(f"{pull.title} {' '.join(pull.labels)}") else bump,
        reverted=_reverted(change),
    )


def manifest(changes: Iterable[Change], rules: Rules = ()) -> Manifest:
    """Return the range sorted: what was taken back, bots and internal churn apart, dependencies by package.

    The changes are of one repository and may come in any order.
    """
    entries = sorted((entry(change, rules) for change in changes), key=_when)
    gone = _taken_back(entries)
    kept, bumps, apart = [], [], []
    for one in entries:
        why = gone.get(one.number) or reason_apart(one)
        if one.bump and one.number not in gone and not one.breaking:
            bumps.append(one)
        elif why:
            apart.append(Apart(one, why))
        else:
            kept.append(one)
    return Manifest(tuple(kept), tuple(_grouped(bumps)), tuple(apart))


def reason_apart(one: Entry) -> str:
    """Say why the notes need not name an entry by itself, or ""; what breaks is always named."""
    if one.decision.category is Category.SKIP:
        return one.decision.reason
    if one.breaking or one.decision.category is Category.BREAKING:
        return ""
    if one.by_bot:
        return f"{one.change.pull.author or 'its author'} is a bot"
    return one.decision.reason if one.decision.category is Category.INTERNAL else ""


def _breaking(change: Change, gone: Sequence[str]) -> list[str]:
    """Return every sign, not only the one that decided."""
    mark = breaking_mark(change)
    found = [mark] if mark else []
    found += [f"label {label}" for label in change.pull.labels if meaning(label) is Category.BREAKING]
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        found.append(f"the diff removes {gone[0]}{more}")
    return found


def _reverted(change: Change) -> Reverted | None:
    pull = change.pull
    text = "\n".join([pull.body[:_READ], *(commit.message[:_READ] for commit in change.commits[:_MOST])])
    numbers = [
        int(match["number"])
        for match in _REVERTS_PULL.finditer(text)
        if not match["repo"] or match["repo"].lower() == pull.repo.lower()
    ]
    shas = [match["sha"] for match in _REVERTS_COMMIT.finditer(text)]
    title = _REVERT_TITLE.match(pull.title)
    if not title and conventional(pull.title)[0] != "revert":
        return None  # a commit within it was taken back, not a whole pull request
    return Reverted(tuple(numbers[:_MOST]), tuple(shas[:_MOST]), subject(title["title"]) if title else "")


def _taken_back(entries: Iterable[Entry]) -> dict[int, str]:
    """Return why a pull request does not count any more, by number; a revert taken back does nothing."""
    gone: dict[int, str] = {}
    undone: dict[int, int] = {}
    before: list[Entry] = []
    for one in entries:
        target = next(
            (other for other in reversed(before) if one.reverted and _is_meant(one.reverted, other)), None
        )
        if target:
            gone[one.number] = f"it reverts #{target.number}"
            gone[target.number] = f"#{one.number} reverts it"
            undone[one.number] = target.number
            if target.number in undone:
                gone.pop(undone[target.number], None)
        before.append(one)
    return gone


def _is_meant(reverted: Reverted, other: Entry) -> bool:
    if reverted.numbers:
        return other.number in reverted.numbers
    pull = other.change.pull
    shas = [sha for sha in (pull.merge_sha, *(commit.sha for commit in other.change.commits)) if sha]
    if any(sha.startswith(named) for named in reverted.shas for sha in shas):
        return True
    return bool(reverted.title) and reverted.title == other.said


def _grouped(bumps: Iterable[Entry]) -> list[Bumped]:
    found: dict[str, Bumped] = {}
    for one in bumps:
        bump = one.bump
        if bump is None:
            continue
        first = found.get(bump.package)
        numbers = (*(first.numbers if first else ()), one.number)
        before = first.before if first else bump.before
        found[bump.package] = Bumped(bump.package, before, bump.after, numbers)
    return list(found.values())


def _when(one: Entry) -> tuple[float, int]:
    merged = one.change.pull.merged_at
    return merged.timestamp() if merged else 0.0, one.number
