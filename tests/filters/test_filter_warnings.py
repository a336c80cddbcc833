"""Filters that name what a repository does not have are warned of."""

import pytest

from bot.filters.language import parse_filter
from bot.filters.warnings import RepoFacts, warnings

FACTS = RepoFacts(
    "acme/api",
    labels=("bug", "Docs", "area/api"),
    branches=("main", "release/1"),
    people=("mona", "dependabot[bot]"),
    teams=("acme/backend",),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ()),
        ("label:BUG,docs -label:area/* base:release/* author:dependabot,mo*", ()),
        ("author:@me,<@U1> team:<!subteam^S1>,backend reviewer:@acme/backend", ()),
        ("head:nowhere path:src/** size:xl title:/x/ draft:no event:merged codeowner:x", ()),
        (
            "label:bgu",
            (
                "acme/api has no label `bgu`; did you mean `bug`?",
                "As it stands, `label:bgu` matches nothing.",
            ),
        ),
        ("label:bug,zzzz", ("acme/api has no label `zzzz`.",)),
        ("-label:zzzz", ("acme/api has no label `zzzz`.",)),
        (
            "author:mna",
            (
                "acme/api has nobody called `mna`; did you mean `mona`?",
                "As it stands, `author:mna` matches nothing.",
            ),
        ),
        (
            "team:backnd",
            (
                "acme/api has no team `acme/backnd`; did you mean `acme/backend`?",
                "As it stands, `team:backnd` matches nothing.",
            ),
        ),
        (
            "reviewer:mona,@acme/zzzz,zzz",
            (
                "acme/api has no team `acme/zzzz`.",
                "acme/api has nobody called `zzz`.",
            ),
        ),
        ("base:main,next*", ("acme/api has no branch `next*`.",)),
    ],
)
def test_what_is_missing_is_named(text: str, said: tuple[str, ...]) -> None:
    assert warnings(parse_filter(text), FACTS) == said


def test_of_what_is_not_known_nothing_is_said() -> None:
    assert warnings(parse_filter("label:x author:y team:z base:q"), RepoFacts("acme/api")) == ()
