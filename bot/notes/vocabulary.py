"""What labels, titles' prefixes and titles' words stand for."""

from collections.abc import Mapping

from bot.models import Category

# The first that fits wins: what warns people goes before what pleases them.
LABELS = (
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
# What a title may begin with (`feat: …`, `[docs] …`, `ENH …`), and the kind of change that it stands for.
KINDS: Mapping[str, Category | None] = {
    **dict.fromkeys(("feat", "feature", "improvement", "enhancement", "enh", "fea"), Category.FEATURE),
    **dict.fromkeys(("fix", "bugfix", "hotfix", "bug", "security"), Category.FIX),
    **dict.fromkeys(("perf", "performance", "eff"), Category.PERFORMANCE),
    "breaking": Category.BREAKING,
    **dict.fromkeys(("docs", "doc", "documentation"), Category.DOCS),
    **dict.fromkeys(("refactor", "chore", "style", "build", "deps", "dep", "mnt"), Category.INTERNAL),
    **dict.fromkeys(("internal", "maint", "maintenance", "revert", "ref", "cln", "typ"), Category.INTERNAL),
    **dict.fromkeys(("ci", "test", "tests", "tst"), Category.SKIP),
    "wip": None,
}
# What a title says without its scope; the first that fits wins.
WORDS = (
    (
        Category.INTERNAL,
        (
            r"refactor|clean(?:s|ed)?[- ]up|typing|type (?:hints?|annotations?)|annotate|mypy|lint|flake8"
            r"|ruff|reformat|dead code|vendor(?:ed|ing)?|in (?:ci|the tests)\b|test suite|flaky|internal"
            r"|^(?:bump|upgrade|update|pin) \S+(?: \S+)? (?:(?:from|to|version) )?v?\d\S*"
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
