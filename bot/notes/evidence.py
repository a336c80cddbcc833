"""What is shown beside a note, for whoever approves it: what it rests on, and what could not be used."""

from collections.abc import Iterator, Sequence

from bot.models import Category, Change
from bot.notes.manifest import Entry, reason_apart
from bot.notes.paths import Area
from bot.notes.plain import one_line
from bot.notes.rules import RepositoryRules

# Of a longer description only the beginning is read.
READ = 100_000
_ISSUES = 3
_REASON = 150

_KINDS = {
    Category.FEATURE: "a feature",
    Category.FIX: "a fix",
    Category.BREAKING: "a breaking change",
    Category.PERFORMANCE: "a gain in speed",
    Category.DOCS: "documentation",
    Category.INTERNAL: "internal",
    Category.SKIP: "not worth a note",
}


def findings(one: Entry, rules: Sequence[RepositoryRules] = ()) -> tuple[str, ...]:
    """Return what the manifest knows of a pull request, one short sentence each, the decision first."""
    reason = one_line(one.decision.reason, _REASON)
    found = [f"By the rules {_KINDS[one.decision.category]}: {reason}{_beside(one)}", *_more(one)]
    found += [f"Not used: {problem}" for file in rules for problem in file.problems]
    return tuple(one_line(text, 2 * _REASON) for text in found)


def unused(change: Change) -> str | None:
    """Say in words what of the change could not be used, or None."""
    pull, found = change.pull, [change.cut] if change.cut else []
    if not pull.title.strip():
        found.append("there is no title")
    if len(pull.body) > READ:
        found.append(f"read the first {READ:,} of {len(pull.body):,} characters of the description")
    if not change.files and not change.cut:
        found.append("the diff is empty")
    elif change.files and not any(file.patch for file in change.files):
        found.append("no file has a diff to read: they are binary, moved or too large")
    return "; ".join(found) or None


def _beside(one: Entry) -> str:
    parts = [
        name for part, name in ((Area.DOCS, "documentation"), (Area.TESTS, "tests")) if part in one.areas
    ]
    return f", with {' and '.join(parts)}" if parts and Area.PRODUCT in one.areas else ""


def _more(one: Entry) -> Iterator[str]:
    if one.breaking:
        yield f"Users may have to act: {'; '.join(one.breaking)}"
    if one.change.issues:
        shown = ", ".join(
            f"#{issue.number} {one_line(issue.title, 60)}" for issue in one.change.issues[:_ISSUES]
        )
        more = len(one.change.issues) - _ISSUES
        yield f"Closes {shown}{f' and {more} more' if more > 0 else ''}"
    if one.reverted and (one.reverted.numbers or one.reverted.title):
        numbers = ", ".join(f"#{number}" for number in one.reverted.numbers)
        yield f"Reverts {numbers or f'“{one.reverted.title}”'}"
    if one.bump:
        yield f"A new version of {one.bump.package}: {one.bump.after}"
    apart = reason_apart(one)
    if apart:
        yield "A release's notes set it apart" + (f": {apart}" if apart != one.decision.reason else "")
    elif one.heading:
        yield f"A release's notes put it under {one.heading}"
