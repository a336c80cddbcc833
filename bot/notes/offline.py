"""The offline drafter: a category and a sentence by rules, each with its reason."""

import re

from bot.models import Category, Change, Note
from bot.notes.paths import Area, area
from bot.notes.prose import sentences
from bot.notes.verify import problem
from bot.notes.wording import conventional, sentence, stated_note, subject

_LABELS = (  # the first that fits wins: what warns people goes before what pleases them
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
_PREFIXES = {
    **dict.fromkeys(("feat", "feature", "improvement"), Category.FEATURE),
    **dict.fromkeys(("fix", "bugfix", "hotfix", "bug", "security"), Category.FIX),
    **dict.fromkeys(("perf", "performance"), Category.PERFORMANCE),
    **dict.fromkeys(("docs", "doc", "documentation"), Category.DOCS),
    **dict.fromkeys(("refactor", "chore", "style", "build", "deps", "dep"), Category.INTERNAL),
    **dict.fromkeys(("internal", "maint", "maintenance", "revert"), Category.INTERNAL),
    **dict.fromkeys(("ci", "test", "tests"), Category.SKIP),
}
_WORDS = (
    (
        Category.INTERNAL,
        (
            r"refactor|clean(?:s|ed)?[- ]?up|typing|type (?:hints?|annotations?)|annotate|mypy|lint|flake8"
            r"|ruff|reformat|dead code|vendor(?:ed|ing)?|in (?:ci|the tests)\b|test suite|flaky|internal"
            r"|^(?:bump|upgrade|update|pin) \S+(?: \S+)? (?:(?:from|to|version) )?v?\d"
        ),
    ),
    (
        Category.BREAKING,
        (
            r"^(?:remov|drop|deprecat|renam|delet)\w*\b|\bno longer\b|\bdeprecat\w+|\bis not supported"
            r"|\b(?:remove|drop) (?:the )?(?:support|deprecated)|\b(?:by default)$"
        ),
    ),
    (Category.PERFORMANCE, r"\bspeed[- ]?up|\bfaster|\bperformance|\boptimi[sz]e|\blatency|\bmemory usage"),
    (Category.DOCS, r"^document\b|\btypos?\b|\breadme\b|\bdocs?\b|documentation|docstrings?|changelog"),
    (
        Category.FIX,
        (
            r"^(?:fix|correct|prevent|avoid|handle|resolve|ensure|don'?t|do not|stop|restore|revert|reject"
            r"|make sure)"
            r"|\b(?:fix(?:es|ed)?|bugs?|crash\w*|errors?|regression|wrong\w*|incorrect\w*|correctly|properly"
            r"|broken|missing|invalid|race|leak\w*|deadlock|panic|exception|fail(?:s|ed|ure|ures|ing)?|issues?)\b"
        ),
    ),
    (
        Category.FEATURE,
        r"^(?:add|allow|support|introduce|implement|enable|expose|provide|extend|improve|accept|include|show|new)",
    ),
)
# A title with so many different words says enough; a shorter one takes so many sentences from the body.
_ENOUGH, _ADDED = 7, 2
_WORD = re.compile(r"\w+")
_BREAKING_BODY = re.compile(r"^[^\w\n]{0,10}BREAKING[ -]CHANGES?\b", re.MULTILINE)


def draft(change: Change) -> Note:
    """Return a category and one sentence for users, with the reason for each."""
    pull = change.pull
    stated = stated_note(pull.body)
    category, reason = _category(change, none_stated=stated == "")
    if stated:
        text, source = stated, "the release note in the description"
    else:
        text, source = _from_title(pull.title, pull.body)
    return Note(
        category=category,
        text=_fit(text) or f"Change {pull.number}.",
        source="offline",
        reasons=(f"{category.value}: {reason}", f"text: from {source}"),
        commits=tuple(commit.sha for commit in change.commits[:20]),
    )


def _from_title(title: str, body: str) -> tuple[str, str]:
    """Return the title as a sentence; a short one is followed by what the description adds to it."""
    said = subject(title)
    known = set(_WORD.findall(said.lower()))
    if len(known) >= _ENOUGH:
        return sentence(said), "the title"
    added = [one for one in sentences(body) if len(set(_WORD.findall(one.lower())) - known) >= _ENOUGH][
        :_ADDED
    ]
    if not added:
        return sentence(said), "the title"
    return " ".join([sentence(said), *map(sentence, added)]), "the title and the description"


def _fit(text: str) -> str | None:
    """Return the text if it is fit to be a note, else what is left without its special characters, if any."""
    bare = sentence(re.sub(r"[^\w\s.,;:!?'()+-]", " ", text).strip())
    return next((one for one in (text, bare) if re.search(r"\w", one) and problem(one) is None), None)


def _category(change: Change, *, none_stated: bool) -> tuple[Category, str]:
    areas = {area(file.path) for file in change.files}
    return (
        _by_mark(change)
        or _by_label(change)
        or ((Category.SKIP, "the description says there is no release note") if none_stated else None)
        or _by_prefix_and_paths(change, areas)
        or _by_wording(change)
        or _by_size(change, areas)
    )


def _by_mark(change: Change) -> tuple[Category, str] | None:
    if conventional(change.pull.title)[1]:
        return Category.BREAKING, "the title marks it as breaking"
    texts = (change.pull.body, *(commit.message for commit in change.commits))
    if any(_BREAKING_BODY.search(text) for text in texts):
        return Category.BREAKING, "it says BREAKING CHANGE"
    return None


def _by_label(change: Change) -> tuple[Category, str] | None:
    for category, words in _LABELS:
        label = next((name for name in change.pull.labels if _fits(words, name)), None)
        if label:
            return category, f"label {label}"
    return None


def _by_prefix_and_paths(change: Change, areas: set[Area]) -> tuple[Category, str] | None:
    """Believe the paths where they leave no doubt, then the prefix, then the paths once more."""
    unseen = {Area.CI, Area.TESTS, Area.LOCK, Area.DEVELOPMENT}
    if areas and areas <= unseen:
        return Category.SKIP, "it touches only tests, builds and tools"
    prefix = conventional(change.pull.title)[0]
    if prefix in _PREFIXES:
        return _PREFIXES[prefix], f"prefix {prefix}"
    if areas and areas <= {*unseen, Area.DOCS}:
        return Category.DOCS, "it touches only documentation"
    return None


def _by_wording(change: Change) -> tuple[Category, str] | None:
    said = subject(change.pull.title)
    for category, words in _WORDS:
        match = re.search(words, said, re.IGNORECASE)
        if match:
            return category, f"the title says “{match[0].strip()}”"
    return None


def _by_size(change: Change, areas: set[Area]) -> tuple[Category, str]:
    if areas and areas <= {Area.VENDOR, Area.LOCK}:
        return Category.INTERNAL, "it touches only vendored code"
    pull = change.pull
    if pull.additions >= 100 and pull.additions > 3 * pull.deletions:
        return Category.FEATURE, "it is mostly new code"
    return Category.FIX, "a small change to what is there"


def _fits(words: str, label: str) -> bool:
    """Tell whether a label such as `type: bug` or `kind/bug` holds one of the words."""
    return re.search(rf"(?:^|[\s:/_.-])(?:{words})(?:$|[\s:/_.-])", label.lower()) is not None
