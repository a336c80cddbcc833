"""A CODEOWNERS file is read as GitHub documents it, and what is not used is named."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.owners.parsing import LOCATIONS, MAX_BYTES, parse

GITHUBS = """
# a comment
*           @global-owner1 @global-owner2
*.js        @js-owner #an inline comment
*.go        docs@example.com
*.txt       @octo-org/octocats
/build/logs/ @doctocat
docs/*      docs@example.com
apps/       @octocat
/docs/      @doctocat
/scripts/   @doctocat @octocat
**/logs     @octocat
/apps/      @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        (".gitignore", ("@global-owner1", "@global-owner2")),
        ("src/deep/app.js", ("@js-owner",)),
        ("src/APP.JS", ("@global-owner1", "@global-owner2")),
        ("cmd/main.go", ("docs@example.com",)),
        ("notes.txt", ("@octo-org/octocats",)),
        ("build/logs/a/b", ("@octocat",)),
        ("docs/getting-started.md", ("@doctocat",)),
        ("docs/build-app/troubleshooting.md", ("@doctocat",)),
        ("src/docs/a.md", ("@global-owner1", "@global-owner2")),
        ("src/apps/a/b.c", ("@octocat",)),
        ("scripts/run.sh", ("@doctocat", "@octocat")),
        ("deeply/nested/logs/a.txt", ("@octocat",)),
        ("logs", ("@octocat",)),
        ("apps/web/x.js", ("@octocat",)),
        ("apps/github/x.js", ()),
        ("apps/github", ()),
        ("apps/githubber", ("@octocat",)),
    ],
)
def test_githubs_own_example(path: str, owners: tuple[str, ...]) -> None:
    assert parse(GITHUBS).of(path) == owners


@pytest.mark.parametrize(
    ("pattern", "taken_in", "left_out"),
    [
        ("docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"]),
        ("/*", ["a.md", ".x"], ["a/b"]),
        ("/docs/**", ["docs/a", "docs/a/b"], ["docs", "x/docs/a"]),
        ("**/docs/*", ["docs/a", "x/y/docs/a"], ["docs/a/b"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b/c"], ["x/a/b", "a/xb"]),
        ("a/**/**/b", ["a/b", "a/x/y/b"], ["ab"]),
        ("**", ["a", "a/b/c"], []),
        ("**/", ["a/b"], ["a"]),
        ("a/*/c", ["a/b/c", "a/b/c/d"], ["a/c", "a/b/x/c"]),
        ("te?t", ["test", "x/text/y"], ["tet", "teest"]),
        ("*.min.*", ["a.min.js", "x/a.min.css"], ["a.js"]),
        ("a**b", ["ab", "axxb"], ["a/b"]),
        ("apps", ["apps", "x/apps/y"], ["Apps/y", "myapps"]),
        ("apps/", ["apps/y", "x/apps/y"], ["apps"]),
        (r"a\ b/c", ["a b/c"], ["a"]),
        (r"/a\*b", ["a*b"], ["axb"]),
        (r"\[x\].ts", ["pages/[x].ts"], ["x.ts"]),
        (r"x\*\*/y", ["x**/y"], ["xa/y"]),
        ("été/*.md", ["été/a.md"], ["ete/a.md"]),
        ("a#b", ["a#b"], ["a"]),
    ],
)
def test_what_a_pattern_takes_in(pattern: str, taken_in: list[str], left_out: list[str]) -> None:
    owners = parse(f"{pattern} @owner\n")
    assert owners.problems == ()
    assert {path: owners.of(path) for path in taken_in} == dict.fromkeys(taken_in, ("@owner",))
    assert {path: owners.of(path) for path in left_out} == dict.fromkeys(left_out, ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!keep @a", "a pattern cannot be negated with !"),
        (r"\#keep @a", "a pattern cannot start with #, not even escaped"),
        ("*.[ch] @a", "[ ] is not supported"),
        ("/ @a", "it matches nothing; did you mean *?"),
        ("a//b @a", "an empty name between slashes matches nothing"),
        ("a// @a", "an empty name between slashes matches nothing"),
        ("a/\0 @a", "the pattern has a NUL character"),
        ("keep\\", "the last \\ escapes nothing"),
        ("*.js somebody", "“somebody” is no owner: write @user, @organisation/team or an e-mail address"),
        ("*.js @a/b/c", "“@a/b/c” is no owner: write @user, @organisation/team or an e-mail address"),
        ("*.js @", "“@” is no owner: write @user, @organisation/team or an e-mail address"),
        ("*.js @a#late", "“@a#late” is no owner: write @user, @organisation/team or an e-mail address"),
        ("a" * 4097, "the pattern is longer than 4,096 characters"),
        ("/a" * 256, "the pattern is deeper than 255 folders"),
        ("a" * 20_000, "the line is longer than 16,384 characters"),
        ("*.js" + " @a" * 101, "it has more than 100 owners"),
    ],
)
def test_a_line_that_cannot_be_used_is_skipped_and_named(line: str, reason: str) -> None:
    owners = parse(f"* @first\n\n{line}\n/z @last\n")
    assert [(problem.line, problem.reason) for problem in owners.problems] == [(3, reason)]
    assert [rule.line for rule in owners.rules] == [1, 4]
    assert owners.of("keep") == ("@first",)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"* @a\n" + b"#" * MAX_BYTES, "the file is not under 3 MB, so GitHub does not load it"),
        (b"* @a\n\xff\n", "line 2 is not UTF-8, so the file is not used"),
        ("* @a\n".encode("utf-16"), "line 1 is not UTF-8, so the file is not used"),
        ("* @a\ud800", "line 1 is not UTF-8, so the file is not used"),
        ("\n" * 50_000, "the file has more than 50,000 lines, so it is not used"),
    ],
)
def test_a_file_that_cannot_be_used_says_so_and_owns_nothing(source: str | bytes, reason: str) -> None:
    owners = parse(source)
    assert owners.rules == ()
    assert [(problem.line, problem.reason) for problem in owners.problems] == [(0, reason)]


def test_windows_line_ends_tabs_and_a_byte_order_mark_do_no_harm() -> None:
    owners = parse(b"\xef\xbb\xbf*.js\t@a\t@b @a\r\n  # note\r\n  docs/ @c\r\n")
    assert owners.problems == ()
    assert (owners.of("x.js"), owners.of("docs/y")) == (("@a", "@b"), ("@c",))


def test_many_problems_are_counted_not_listed() -> None:
    problems = parse("[a] @b\n" * 500).problems
    assert len(problems) == 101
    assert problems[-1] == (0, "400 more lines are skipped")


PAGE = (Path(__file__).parents[2] / "docs" / "codeowners.md").read_text(encoding="utf-8")


def test_the_page_gives_the_locations_in_their_order() -> None:
    assert tuple(re.findall(r"^\d\. `(.+)`$", PAGE, re.MULTILINE)) == LOCATIONS


@pytest.mark.parametrize(
    ("pattern", "taken_in", "left_out"),
    [
        ("*", "a/b", None),
        ("*.js", "a/b.js", "a/b.ts"),
        ("/build/logs/", "build/logs/a/b", "x/build/logs/a"),
        ("docs/*", "docs/a", "docs/a/b"),
        ("/docs/**", "docs/a/b", "x/docs/a"),
        ("apps/", "x/apps/y/z", "apps"),
        ("**/logs", "x/logs/y", "x/log"),
        ("src/**/gen", "src/a/gen/b", "x/src/gen"),
        ("te?t", "a/test", "tet"),
        (r"with\ space.md", "a/with space.md", "space.md"),
    ],
)
def test_the_patterns_of_the_page_mean_what_it_says(
    pattern: str, taken_in: str, left_out: str | None
) -> None:
    assert f"| `{pattern}` |" in PAGE
    owners = parse(f"{pattern} @owner")
    assert owners.of(taken_in) == ("@owner",)
    assert left_out is None or owners.of(left_out) == ()


def test_the_page_tells_no_other_pattern() -> None:
    assert PAGE.count("\n| `") == 10


@given(st.one_of(st.binary(), st.text()))
def test_nothing_makes_it_raise(source: str | bytes) -> None:
    owners = parse(source)
    owners.of_all(["a/b", "", "/", "a//b", "\0"])
    assert all(rule.pattern for rule in owners.rules)
