"""What a repository's own files say of its release notes, and what is made of it."""

import pytest

from bot.configuration.releases import DRAFTER, GITHUB, read_release_rules
from bot.models import Category
from bot.notes.categories import Rule, decide, heading
from bot.notes.rules import RepositoryRules
from tests.notes.note_samples import change, file

RELEASE = """\
changelog:
  exclude:
    labels: [ignore-for-release, Meta]
    authors:
      - octocat
  categories:
    - title: Breaking Changes 🛠
      labels: [semver-major]
    - title: Nice things
      labels: [Shiny, enhancement]
      exclude:
        labels: [dull]
        authors: [mallory]
    - title: Other Changes
      labels: ["*"]
"""
DRAFT = """\
name-template: v$RESOLVED_VERSION
categories:
  - title: 🐛 Bug Fixes
    label: oops
  - title: 🧰 Upkeep
    collapse-after: 3
    labels: [chore]
exclude-labels: [hidden]
exclude-contributors: [robot]
autolabeler:
  - label: chore
    files: ["infra/**", "*.nix"]
    branch: ['/^upkeep\\/.+/']
  - label: oops
    title: ['/^oops/i']
    body: ['/JIRA-[0-9]{1,4}/']
"""


def github(text: str = RELEASE) -> RepositoryRules:
    return read_release_rules(GITHUB[0], text.encode())


def drafter(text: str = DRAFT) -> RepositoryRules:
    return read_release_rules(DRAFTER[0], text.encode())


def test_both_files_are_read_without_problems() -> None:
    assert github().problems == drafter().problems == ()
    assert github().excluded == ("ignore-for-release", "meta")
    assert [one.category for one in github().headings] == [Category.BREAKING, Category.FEATURE, None]
    assert [one.category for one in drafter().headings] == [Category.FIX, Category.INTERNAL]


@pytest.mark.parametrize(
    ("labels", "author", "category", "reason"),
    [
        (("meta",), "ada", Category.SKIP, "label meta is left out by .github/release.yml"),
        ((), "Octocat", Category.SKIP, "author Octocat is left out by .github/release.yml"),
        (("shiny",), "ada", Category.FEATURE, "label shiny is “Nice things” in .github/release.yml"),
        (("bug", "shiny"), "ada", Category.FEATURE, "label shiny is “Nice things” in .github/release.yml"),
        (("bug", "shiny", "dull"), "ada", Category.FIX, "label bug"),
        (("bug", "shiny"), "Mallory", Category.FIX, "label bug"),
    ],
)
def test_labels_go_where_githubs_file_puts_them(
    labels: tuple[str, ...], author: str, category: Category, reason: str
) -> None:
    decision = decide(change("Thing", labels=labels, author=author), [github()])
    assert (decision.category, decision.reason) == (category, reason)


def test_what_is_left_out_is_left_out_even_if_it_is_marked_as_breaking() -> None:
    decision = decide(change("feat!: x", labels=("meta",)), [github()])
    assert (decision.category, decision.rule) == (Category.SKIP, Rule.EXCLUDED)


@pytest.mark.parametrize(
    ("title", "more", "category", "reason"),
    [
        (
            "Thing",
            {"path": "infra/a/b.tf"},
            Category.INTERNAL,
            "label chore by the path infra/a/b.tf is “🧰 Upkeep”",
        ),
        (
            "Thing",
            {"path": "deep/x.nix"},
            Category.INTERNAL,
            "label chore by the path deep/x.nix is “🧰 Upkeep”",
        ),
        ("Thing", {"head": "upkeep/x"}, Category.INTERNAL, "label chore by its branch is “🧰 Upkeep”"),
        ("Oops again", {}, Category.FIX, "label oops by its title is “🐛 Bug Fixes”"),
        ("Thing", {"body": "See JIRA-12"}, Category.FIX, "label oops by its description is “🐛 Bug Fixes”"),
        ("feat: x", {"path": "infra/x"}, Category.FEATURE, "prefix feat"),
        ("Allow x", {"path": "infra/x"}, Category.INTERNAL, "label chore by the path infra/x is “🧰 Upkeep”"),
    ],
)
def test_release_drafters_rules_on_paths_and_patterns_come_after_the_prefix(
    title: str, more: dict[str, str], category: Category, reason: str
) -> None:
    path = more.pop("path", "src/x.py")
    body, head = more.get("body", ""), more.get("head", "work")
    decision = decide(change(title, body, files=(file(path),), head=head), [drafter()])
    assert decision.category is category
    assert decision.reason.startswith(reason)


def test_where_labels_must_be_included_none_means_out() -> None:
    rules = [drafter("include-labels: [public]")]
    assert decide(change("feat: x"), rules).category is Category.SKIP
    assert decide(change("feat: x", labels=("Public",)), rules).category is Category.FEATURE


def test_both_files_count_and_githubs_is_asked_first() -> None:
    rules = [github(), drafter()]
    assert decide(change("x", labels=("hidden",)), rules).reason.endswith("release-drafter.yml")
    assert decide(change("x", labels=("chore", "shiny")), rules).category is Category.FEATURE
    found = heading(change("x", labels=("chore",)), rules)
    assert found
    assert (found[0].title, found[1]) == ("Other Changes", ".github/release.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("- a", "holds no keys"),
        ("changelog: {a: [", "This is not valid YAML"),
        ("a: &x 1\nb: *x", "line 1: Anchors"),
        ("\x00", "U+0000"),
        ("x: " + "y" * 20_000, "16,384 are the most"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_and_decides_nothing(text: str, said: str) -> None:
    for rules in (github(text), drafter(text)):
        assert said in rules.problems[0]
        assert decide(change("feat: x"), [rules]).category is Category.FEATURE


def test_what_of_release_drafters_file_cannot_be_used_is_said() -> None:
    rules = drafter(
        "_extends: .github\nautolabeler:\n  - label: x\n    title: ['/(?=a)/']\n    branch: ['plain']\n"
    )
    assert len(rules.problems) == 3
    assert rules.problems[0].endswith("extends another repository's file, which is not read")
    assert "no pattern that RE2 takes" in rules.problems[2] + rules.problems[1]


@pytest.mark.parametrize(
    "text",
    [
        "changelog: 1",
        "changelog:\n  categories: x\n  exclude: [a]",
        "changelog:\n  categories: [1, {title: [x], labels: {a: b}}, {title: t}]",
        "categories: {}\nautolabeler: [1, {label: 2, files: 3}]\nexclude-labels: {a: b}",
    ],
)
def test_values_of_the_wrong_kind_are_passed_over(text: str) -> None:
    for rules in (github(text), drafter(text)):
        assert decide(change("feat: x"), [rules]).category is Category.FEATURE


def test_only_so_many_patterns_are_read() -> None:
    many = "".join(f"  - {{label: l{n}, title: ['/(?={n})/']}}\n" for n in range(40))
    rules = drafter(f"autolabeler:\n{many}")
    assert any("too many patterns" in problem for problem in rules.problems)
    few = "".join(f"  - {{label: l{n}, title: ['/b{n}/']}}\n" for n in range(60))
    found = drafter(f"autolabeler:\n{few}")
    assert sum(bool(one.titles) for one in found.autolabels) == 40
