"""Which kind of change it is: the first rule that knows decides, and says why."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.filters import patterns
from bot.models import Category, Change
from bot.notes.paths import Area, area
from bot.notes.rules import Autolabel, Heading, RepositoryRules
from bot.notes.signatures import removed
from bot.notes.vocabulary import KINDS, LABELS, WORDS
from bot.notes.wording import conventional, stated_note, subject

Rules = Sequence[RepositoryRules]
"""What the files of a repository say, in the order in which they are asked."""


class Rule(StrEnum):
    """The rules in the order in which they are asked."""

    EXCLUDED = "excluded"
    BREAKING = "breaking mark"
    LABEL = "label"
    STATED = "stated"
    PREFIX = "prefix"
    PATHS = "paths"
    WORDING = "wording"
    DIFF = "diff"


@dataclass(frozen=True, slots=True)
class Decision:
    """A category, the rule that chose it, and the reason in words."""

    category: Category
    rule: Rule
    reason: str


_SCOPE = re.compile(r"^[\w./-]{2,24}(?: [\w./-]{2,16})?:\s+")
_BREAKING_BODY = re.compile(r"^[^\w\n]{0,10}BREAKING[ -]CHANGES?\b", re.MULTILINE)
_READ = 100_000
_UNSEEN = {Area.CI, Area.TESTS, Area.LOCK, Area.DEVELOPMENT}
_MUCH, _DOCUMENTED = 50, 3


def decide(change: Change, rules: Rules = (), gone: Sequence[str] | None = None) -> Decision:
    """Return the category of a change; `rules` are its repository's own.

    `gone` is what `signatures.removed` finds in its diff, for whoever has looked already.
    """
    areas = {area(file.path) for file in change.files}
    return (
        _by_exclusion(change, rules)
        or _by_mark(change)
        or _by_label(change, change.pull.labels, rules, Rule.LABEL)
        or _by_statement(change)
        or _by_prefix(change)
        or _by_paths(change, rules, areas)
        or _by_wording(change)
        or _by_diff(change, areas, removed(change.files) if gone is None else gone)
    )


def breaking_mark(change: Change) -> str | None:
    """Say where the author marks the change as breaking, or None."""
    if conventional(change.pull.title)[1]:
        return "the title marks it as breaking"
    texts = (change.pull.body, *(commit.message for commit in change.commits))
    return "it says BREAKING CHANGE" if any(_BREAKING_BODY.search(text[:_READ]) for text in texts) else None


def meaning(words: str) -> Category | None:
    """Return what a label such as `type: bug` or a heading such as `Bug fixes` stands for."""
    return next((category for category, known in LABELS if _fits(known, words)), None)


def autolabels(change: Change, rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield the labels that the repository's rules give by themselves, each with why."""
    pull = change.pull
    paths = [file.path for file in change.files]
    for rule in (one for file in rules for one in file.autolabels):
        why = _why(rule, pull.head, pull.title, pull.body[:_READ], paths)
        if why:
            yield rule.label, why


def heading(change: Change, rules: Rules) -> tuple[Heading, str] | None:
    """Return the heading that the repository puts the change under, and the file that says so."""
    labels = {label.lower() for label in change.pull.labels} | {name for name, _ in autolabels(change, rules)}
    for file in rules:
        for one in file.headings:
            if _allows(one, change) and ("*" in one.labels or labels & set(one.labels)):
                return one, file.source
    return None


def _by_exclusion(change: Change, rules: Rules) -> Decision | None:
    author = change.pull.author or ""
    labels = {label.lower(): label for label in change.pull.labels}
    for file in rules:
        why = ""
        name = next((name for name in file.excluded if name in labels), None)
        if name:
            why = f"label {labels[name]} is left out by {file.source}"
        elif author.lower() in file.excluded_authors:
            why = f"author {author} is left out by {file.source}"
        elif file.included and not labels.keys() & set(file.included):
            why = f"it has none of the labels that {file.source} asks for"
        if why:
            return Decision(Category.SKIP, Rule.EXCLUDED, why)
    return None


def _by_mark(change: Change) -> Decision | None:
    reason = breaking_mark(change)
    return Decision(Category.BREAKING, Rule.BREAKING, reason) if reason else None


def _by_label(
    change: Change, labels: Sequence[str], rules: Rules, rule: Rule, why: str = ""
) -> Decision | None:
    """Ask the repository's headings first, then what labels usually mean."""
    for file in rules:
        for one in file.headings:
            label = next((name for name in labels if name.lower() in one.labels), None)
            if label and one.category and _allows(one, change):
                said = f"label {label}{why} is “{one.title}” in {file.source}"
                return Decision(one.category, rule, said)
    for category, words in LABELS:
        label = next((name for name in labels if _fits(words, name)), None)
        if label:
            return Decision(category, rule, f"label {label}{why}")
    return None


def _allows(one: Heading, change: Change) -> bool:
    labels = {label.lower() for label in change.pull.labels}
    return (change.pull.author or "").lower() not in one.without_authors and not labels & set(one.without)


def _by_statement(change: Change) -> Decision | None:
    if stated_note(change.pull.body[:_READ]) == "":
        return Decision(Category.SKIP, Rule.STATED, "the description says there is no release note")
    return None


def _by_prefix(change: Change) -> Decision | None:
    prefix = conventional(change.pull.title)[0]
    category = KINDS.get(prefix or "")
    return Decision(category, Rule.PREFIX, f"prefix {prefix}") if category else None


def _by_paths(change: Change, rules: Rules, areas: set[Area]) -> Decision | None:
    """Ask the repository's own rules, then believe the paths where they leave no doubt."""
    for label, why in autolabels(change, rules):
        found = _by_label(change, [label], rules, Rule.PATHS, f" by {why}")
        if found:
            return found
    if areas and areas <= _UNSEEN:
        return Decision(Category.SKIP, Rule.PATHS, "it touches only tests, builds and tools")
    if areas and areas <= {*_UNSEEN, Area.DOCS}:
        return Decision(Category.DOCS, Rule.PATHS, "it touches only documentation")
    return None


def _by_wording(change: Change) -> Decision | None:
    said = _SCOPE.sub("", subject(change.pull.title))
    for category, words in WORDS:
        match = re.search(words, said, re.IGNORECASE)
        if match:
            return Decision(category, Rule.WORDING, f"the title says “{match[0].strip()}”")
    return None


def _by_diff(change: Change, areas: set[Area], gone: Sequence[str]) -> Decision:
    """Decide by the diff, at last: what is new there, and what is gone."""
    if areas and areas <= {Area.VENDOR, Area.LOCK}:
        return Decision(Category.INTERNAL, Rule.DIFF, "it touches only vendored code")
    if gone:
        return Decision(Category.BREAKING, Rule.DIFF, f"the diff removes {gone[0]}")
    sorted_out = {part: [file for file in change.files if area(file.path) is part] for part in areas}
    product, docs = sorted_out.get(Area.PRODUCT, []), sorted_out.get(Area.DOCS, [])
    if any(file.status == "added" for file in product):
        return Decision(Category.FEATURE, Rule.DIFF, "it adds files")
    beside = sum(file.additions for file in change.files) - sum(file.additions for file in product)
    if change.pull.additions - beside >= _MUCH:
        return Decision(Category.FEATURE, Rule.DIFF, "it is mostly new code")
    if product and sum(file.additions for file in docs) >= _DOCUMENTED:
        return Decision(Category.FEATURE, Rule.DIFF, "it documents what it adds")
    return Decision(Category.FIX, Rule.DIFF, "a small change to what is there")


def _why(rule: Autolabel, branch: str, title: str, body: str, paths: list[str]) -> str:
    path = patterns.matching_path(rule.files, paths) if rule.files else ""
    if path:
        return f"the path {path}"
    asked = (
        ("branch", rule.branches, branch),
        ("title", rule.titles, title),
        ("description", rule.bodies, body),
    )
    for name, found, text in asked:
        if any(patterns.title(pattern)(text) for pattern in found):
            return f"its {name}"
    return ""


def _fits(words: str, label: str) -> bool:
    """Tell whether a label such as `type: bug` or `kind/bugs` holds one of the words."""
    return re.search(rf"(?:^|[\s:/_.-])(?:{words})(?:e?s)?(?:$|[\s:/_.-])", label.lower()) is not None
