"""The index finds for every path what the slow, plain matcher finds."""

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.samples import codeowners_file, codeowners_paths
from bot.owners.owners import Ownership
from bot.owners.parsing import parse
from tests.owners.reference import last_match

NAMES = st.text("ab.", min_size=1, max_size=3)
SEGMENTS = st.one_of(
    NAMES, st.sampled_from(["*", "**", "*a", "a*", "*a*b", "?", "a?", "***", "a**", r"\*", r"a\?"])
)
PATTERNS = st.builds(
    lambda lead, segments, trail: lead + "/".join(segments) + trail,
    st.sampled_from(["", "/"]),
    st.lists(SEGMENTS, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)


@settings(max_examples=600)
@given(st.lists(PATTERNS, max_size=8), st.lists(PATHS, min_size=1, max_size=6))
@example(["**/a/**/b/"], ["a/b", "a/b/c", "x/a/y/b/c/d"])
@example(["a/**/", "**/*/a/*"], ["a/b", "a/b/c", "b/a/a"])
def test_the_last_match_is_the_plain_matchers(patterns: list[str], paths: list[str]) -> None:
    owners = parse("\n".join(f"{pattern} @o{number}" for number, pattern in enumerate(patterns)))
    assert owners.problems == ()
    found = owners.of_all(paths)
    seen = {path: int(group.owners[0][2:]) for group in found.groups for path in group.paths}
    seen |= dict.fromkeys(found.unowned, -1)
    assert seen == {path: last_match(patterns, path) for path in paths}


def test_paths_are_sorted_by_rule_in_the_files_order() -> None:
    owners = parse("* @all\n/docs/ @docs\n/docs/internal\n")
    found = owners.of_all(["docs/internal/x", "a", "docs/y", "b", "a"])
    assert [(group.pattern, group.owners, group.paths) for group in found.groups] == [
        ("*", ("@all",), ("a", "b")),
        ("/docs/", ("@docs",), ("docs/y",)),
        ("/docs/internal", (), ("docs/internal/x",)),
    ]
    assert parse("/docs/ @docs").of_all(["a", "docs/y"]).unowned == ("a",)


def test_five_thousand_rules_over_three_thousand_files_are_quick() -> None:
    text, paths = codeowners_file(5_000), codeowners_paths(3_000)

    def work() -> Ownership:
        return parse(text).of_all(paths)

    found = work()
    assert (found.problem, sum(len(group.paths) for group in found.groups)) == ("", 3_000)
    assert _seconds(work) < 0.3  # the aim is 100 ms on a quiet machine


BIG = 3 * 1024 * 1024 - 10


@pytest.mark.parametrize(
    "unit",
    [
        "\n", "# x\n", "a @b\n", "a", "*", "*a" * 2000 + " @x\n", r"\a" * 2000 + " @x\n",
        "a?" * 2000 + " @x\n",
        "a/" * 2000 + " @x\n", "*/" * 2000 + " @x\n", "**/a/" * 800 + " @x\n", "a " + "@b " * 90 + "\n",
        "a nope\n", "[a]\n", "\0 @a\n", r"\[" * 2000 + "\n", "a " + "@" * 2000 + "\n", "\x85 @é\n", "\\",
    ],
)  # fmt: skip
def test_a_hostile_file_is_read_or_refused_in_a_moment(unit: str) -> None:
    source = unit.encode() * (BIG // len(unit.encode()))
    assert _seconds(lambda: parse(source)) < 0.2  # the aim is 50 ms on a quiet machine
    owners = parse(source)
    assert owners.problems or len(owners.rules) > 100 or unit[0] == "#"


@pytest.mark.parametrize(
    "paths",
    [
        [f"a{number % 50}/b{number}/{'a' * 100}{number}/file{number}.tsx" for number in range(3000)],
        ["a/" * 400 + f"f{number}" for number in range(3000)],
        ["a" * 4000 + str(number) for number in range(3000)],
        [f"{number}/" + "/".join(f"{at}" for at in range(1000)) for number in range(3000)],
    ],
    ids=["wide", "deep", "long", "apart"],
)
@pytest.mark.parametrize(
    "text",
    [
        "".join(f"*{number}*b* @x\n" for number in range(5000)),
        "".join(f"*{'x' * (number % 255)} @x\n" for number in range(5000)),
        "".join(f"/**/*{number}*/x @x\n" for number in range(5000)),
        "".join(f"q{number}*x @x\n" for number in range(5000)),
        "**/a/**/a/**/a/**/b @x\n" * 3000,
        ("*" + "?a" * 100 + "* @x\n") * 400,
    ],
    ids=["floating", "endings", "rests", "beginnings", "folders", "question-marks"],
)
def test_hostile_patterns_give_up_in_a_moment_and_say_so(text: str, paths: list[str]) -> None:
    owners = parse(text)
    assert owners.rules
    assert _seconds(lambda: owners.of_all(paths)) < 0.3  # the aim is 50 ms on a quiet machine
    found = owners.of_all(paths)
    decided = sum(len(group.paths) for group in found.groups) + len(found.unowned)
    assert decided == (0 if found.problem else 3000)


def test_what_is_given_up_says_why() -> None:
    owners = parse("".join(f"*{number}*b* @x\n" for number in range(5000)))
    found = owners.of_all([f"{number}a" for number in range(3000)])
    assert found.problem == "finding the owners takes too long; use fewer patterns with wildcards"


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor time of the quickest of three runs."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)
