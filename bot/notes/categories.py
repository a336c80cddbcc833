"""Which kind of change it is: the first rule that knows decides, and says why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.filters import patterns
from bot.models import Category, Change
from bot.notes.paths import Area, area
from bot.notes.rules import NO_RULES, Autolabel, RepositoryRules
from bot.notes.signatures import removed
from bot.notes.wording import KINDS, conventional, stated_note, subject


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


LABELS = (  # the first that fits wins: what warns people goes before what pleases them
    (Category.SKIP, r"skip|no[- ](?:changelog|release[- ]note)|ignore[- ]for[- ]release|changelog[- ]none"),
    (Category.BREAKING, r"breaking|semver[-: ]major|backwards?[- ]incompatible|deprecation|removal"),
    (Category.FIX, r"bug|bugfix|fix|regression|security|vulnerability|crash"),
    (Category.PERFORMANCE, r"perf|performance|speed"),
    (Category.FEATURE, r"feat|feature|enhancement|improvement|semver[-: ]minor"),
    (Category.DOCS, r"docs?|documentation"),
    (
        Category.INTERNAL,
        r"chore|internal|ci|dependencies|deps|refactor(?:ing)?|tests?|build|maintenance|cleanup|tooling",
    ),
)
# What a title says without its scope; the first that fits wins.
_WORDS = (
    (
        Category.INTERNAL,
        (
            r"refactor|clean(?:s|ed)?[- ]up|typing|type (?:hints?|annotations?)|annotate|mypy|lint|flake8"
            r"|ruff|reformat|dead code|vendor(?:ed|ing)?|in (?:ci|the tests)\b|test suite|flaky|internal"
            r"|^(?:bump|upgrade|update|pin) \S+(?: \S+)? (?:(?:from|to|version) )?v?\d"
        ),
    ),
    (
        Category.BREAKING,
        (
            r"^(?:remov|drop|deprecat|renam|delet|forbid|disallow)\w*\b|^(?:requires?|only allow)\b"
            r"|\bno longer\b|\bdeprecat\w+|\bis not supported"
            r"|\b(?:remove|drop) (?:the )?(?:support|deprecated)"
        ),
    ),
    (Category.PERFORMANCE, r"\bspeed[- ]?up|\bfaster|\bperformance|\boptimi[sz]e|\blatency|\bmemory usage"),
    (Category.DOCS, r"^document\b|\btypos?\b|\breadme\b|\bdocs?\b|documentation|docstrings?|changelog"),
    (
        Category.FIX,
        (
            r"^(?:fix|correct|prevent|avoid|handle|resolve|ensure|don'?t|do not|stop|restore|revert|reject"
            r"|make sure|respect|preserve|escape|account)"
            r"|\b(?:fix(?:es|ed)?|bugs?|crash\w*|errors?|regression|wrong\w*|incorrect\w*|correctly|properly"
            r"|broken|missing|invalid|race|leak\w*|deadlock|panic|exception|fail(?:s|ed|ure|ures|ing)?|issues?)\b"
        ),
    ),
    (
        Category.FEATURE,
        (
            r"^(?:add|allow|support|introduce|implement|enable|expose|provide|extend|accept|include|show|new"
            r"|permit|let )|^make \S.*\b(?:configurable|optional|available)\b"
            r"|\b(?:supports?|configurable|adds?|added|adding)\b"
        ),
    ),
)
_SCOPE = re.compile(r"^[\w./-]{2,24}(?: [\w./-]{2,16})?:\s+")
_BREAKING_BODY = re.compile(r"^[^\w\n]{0,10}BREAKING[ -]CHANGES?\b", re.MULTILINE)
_READ = 100_000
_UNSEEN = {Area.CI, Area.TESTS, Area.LOCK, Area.DEVELOPMENT}
_MUCH, _DOCUMENTED = 50, 3


def decide(change: Change, rules: RepositoryRules = NO_RULES) -> Decision:
    """Return the category of a change; `rules` are its repository's own."""
    areas = {area(file.path) for file in change.files}
    return (
        _by_exclusion(change, rules)
        or _by_mark(change)
        or _by_label(change, change.pull.labels, rules, Rule.LABEL)
        or _by_statement(change)
        or _by_prefix(change)
        or _by_paths(change, rules, areas)
        or _by_wording(change)
        or _by_diff(change, areas)
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


def autolabels(change: Change, rules: RepositoryRules) -> Iterable[tuple[str, str]]:
    """Return the labels that the repository's rules give by themselves, each with why."""
    pull = change.pull
    paths = [file.path for file in change.files]
    for rule in rules.autolabels:
        why = _why(rule, pull.head, pull.title, pull.body[:_READ], paths)
        if why:
            yield rule.label, why


def _by_exclusion(change: Change, rules: RepositoryRules) -> Decision | None:
    pull = change.pull
    labels = {label.lower(): label for label in pull.labels}
    for name in rules.excluded:
        if name in labels:
            return Decision(
                Category.SKIP, Rule.EXCLUDED, f"label {labels[name]} is left out by {rules.source}"
            )
    if pull.author and pull.author.lower() in rules.excluded_authors:
        return Decision(Category.SKIP, Rule.EXCLUDED, f"author {pull.author} is left out by {rules.source}")
    if rules.included and not any(name in labels for name in rules.included):
        return Decision(
            Category.SKIP, Rule.EXCLUDED, f"it has none of the labels that {rules.source} asks for"
        )
    return None


def _by_mark(change: Change) -> Decision | None:
    reason = breaking_mark(change)
    return Decision(Category.BREAKING, Rule.BREAKING, reason) if reason else None


def _by_label(
    change: Change, labels: Iterable[str], rules: RepositoryRules, rule: Rule, why: str = ""
) -> Decision | None:
    """Ask the repository's headings first, then what labels usually mean."""
    author = (change.pull.author or "").lower()
    labels = list(labels)
    lower = {label.lower() for label in labels}
    for heading in rules.headings:
        if heading.category is None or author in heading.without_authors or lower & set(heading.without):
            continue
        label = next((one for one in labels if one.lower() in heading.labels), None)
        if label:
            return Decision(
                heading.category, rule, f"label {label}{why} is “{heading.title}” in {rules.source}"
            )
    for category, words in LABELS:
        label = next((one for one in labels if _fits(words, one)), None)
        if label:
            return Decision(category, rule, f"label {label}{why}")
    return None


def _by_statement(change: Change) -> Decision | None:
    if stated_note(change.pull.body[:_READ]) == "":
        return Decision(Category.SKIP, Rule.STATED, "the description says there is no release note")
    return None


def _by_prefix(change: Change) -> Decision | None:
    prefix = conventional(change.pull.title)[0]
    category = KINDS.get(prefix or "")
    return Decision(category, Rule.PREFIX, f"prefix {prefix}") if category else None


def _by_paths(change: Change, rules: RepositoryRules, areas: set[Area]) -> Decision | None:
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
    for category, words in _WORDS:
        match = re.search(words, said, re.IGNORECASE)
        if match:
            return Decision(category, Rule.WORDING, f"the title says “{match[0].strip()}”")
    return None


def _by_diff(change: Change, areas: set[Area]) -> Decision:
    """Decide by the diff, at last: what is new there, and what is gone."""
    if areas and areas <= {Area.VENDOR, Area.LOCK}:
        return Decision(Category.INTERNAL, Rule.DIFF, "it touches only vendored code")
    gone = removed(change.files)
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
    for name, found, text in (
        ("branch", rule.branches, branch),
        ("title", rule.titles, title),
        ("description", rule.bodies, body),
    ):
        if any(patterns.title(pattern)(text) for pattern in found):
            return f"its {name}"
    return ""


def _fits(words: str, label: str) -> bool:
    """Tell whether a label such as `type: bug` or `kind/bug` holds one of the words."""
    return re.search(rf"(?:^|[\s:/_.-])(?:{words})(?:$|[\s:/_.-])", label.lower()) is not None
