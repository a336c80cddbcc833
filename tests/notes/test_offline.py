"""What the offline drafter says, by table."""

import time
from typing import Any

import pytest

from bot.models import Category
from bot.notes.fit import problem
from bot.notes.offline import draft
from bot.notes.plain import one_line, plain
from tests.notes.note_samples import change, commit, file


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Add idempotency keys to refunds", "Add idempotency keys to refunds."),
        ("feat(api): add idempotency keys to refunds (#12)", "Add idempotency keys to refunds."),
        ("[ABC-123] fix: crash on an empty file.", "Crash on an empty file."),
        ("ABC-123: round half to even", "Round half to even."),
        ("[core] Show the total, fixes #9", "Show the total."),
        (":sparkles: Dark mode", "Dark mode."),
        ("fix!: `Client.send` raises on a closed connection", "`Client.send` raises on a closed connection."),
        ("create_user accepts a name", "create_user accepts a name."),
        ("iOS builds again", "iOS builds again."),
        ("Is it faster?", "Is it faster?"),
        ("Keep Function.__init__ and *args", "Keep Function.__init__ and *args."),
        ("Stop **now** [here](https://evil.example) <b>x</b>", "Stop now here x."),
        ("Tell <!channel> and <@U123> at @here about https://evil.example/x", "Tell and at about."),
        ("  spaces\n\nand lines ", "Spaces and lines."),
        ("", "Change 42."),
        ("#7", "Change 42."),
    ],
)
def test_a_title_becomes_a_sentence(title: str, text: str) -> None:
    assert draft(change(title)).text == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Text.\n\n```release-note\nRefunds take a key.\n```\nMore.", "Refunds take a key."),
        ("## Release notes\n\nrefunds take **a key**\n\n## Tests\nnone", "Refunds take a key."),
        ("Release note: Refunds take a key", "Refunds take a key."),
        ("**Changelog**: refunds take a key", "Refunds take a key."),
        ("<!-- Release note: say it here -->\nWhatever.", "Add idempotency keys to refunds."),
        ("Refunds take a key now.", "Add idempotency keys to refunds."),
    ],
)
def test_a_note_written_by_the_author_goes_before_the_title(body: str, text: str) -> None:
    assert draft(change(body=body)).text == text


@pytest.mark.parametrize("none", ["NONE", "n/a", "None.", "`none`"])
def test_an_author_who_says_there_is_nothing_to_tell_is_believed(none: str) -> None:
    note = draft(change(body=f"```release-note\n{none}\n```"))
    assert (note.category, note.text) == (Category.SKIP, "Add idempotency keys to refunds.")


@pytest.mark.parametrize(
    ("title", "more", "category", "reason"),
    [
        ("Whatever", {"labels": ("type: bug",)}, Category.FIX, "fix: label type: bug"),
        ("fix: x", {"labels": ("enhancement",)}, Category.FEATURE, "feature: label enhancement"),
        ("x", {"labels": ("bug", "skip-changelog")}, Category.SKIP, "skip: label skip-changelog"),
        ("x", {"labels": ("bug", "breaking change")}, Category.BREAKING, "breaking: label breaking change"),
        ("x", {"labels": ("debugging",)}, Category.FIX, "fix: a small change to what is there"),
        ("feat!: x", {"labels": ("bug",)}, Category.BREAKING, "breaking: the title marks it as breaking"),
        ("x", {"body": "y\n\nBREAKING CHANGE: z"}, Category.BREAKING, "breaking: it says BREAKING CHANGE"),
        ("perf(db): x", {}, Category.PERFORMANCE, "performance: prefix perf"),
        ("chore(deps): x", {}, Category.INTERNAL, "internal: prefix chore"),
        ("feat: x", {}, Category.FEATURE, "feature: prefix feat"),
        ("Allow dark mode", {}, Category.FEATURE, "feature: the title says “Allow”"),
        ("Crash on an empty file", {}, Category.FIX, "fix: the title says “Crash”"),
        ("Drop Python 3.8", {}, Category.BREAKING, "breaking: the title says “Drop”"),
        ("Make search faster", {}, Category.PERFORMANCE, "performance: the title says “faster”"),
        ("Refactor the parser", {}, Category.INTERNAL, "internal: the title says “Refactor”"),
        ("ENH: x", {}, Category.FEATURE, "feature: prefix enh"),
        ("DOC explain x", {}, Category.DOCS, "docs: prefix doc"),
        ("breaking: x", {}, Category.BREAKING, "breaking: the title marks it as breaking"),
        ("cli: add a flag", {}, Category.FEATURE, "feature: the title says “add”"),
        ("Forbid empty names", {}, Category.BREAKING, "breaking: the title says “Forbid”"),
        ("Dark mode by default", {}, Category.FIX, "fix: a small change to what is there"),
        ("Dark mode", {"additions": 500}, Category.FEATURE, "feature: it is mostly new code"),
    ],
)
def test_the_category_has_its_reason(
    title: str, more: dict[str, Any], category: Category, reason: str
) -> None:
    note = draft(change(title, **more))
    assert (note.category, note.reasons[0]) == (category, reason)


@pytest.mark.parametrize(
    ("paths", "category"),
    [
        ((".github/workflows/ci.yml", "tests/test_x.py", "poetry.lock"), Category.SKIP),
        (("docs/guide.md", "README.md"), Category.DOCS),
        (("docs/guide.md", "src/x.py"), Category.FIX),
        (("vendor/x/y.go", "go.sum"), Category.INTERNAL),
    ],
)
def test_paths_decide_where_they_leave_no_doubt(paths: tuple[str, ...], category: Category) -> None:
    assert draft(change("Thing", files=tuple(file(path) for path in paths))).category is category


def test_a_breaking_commit_makes_the_change_breaking() -> None:
    note = draft(change("Thing", commits=(commit("feat: x\n\nBREAKING CHANGE: y"),)))
    assert note.category is Category.BREAKING


@pytest.mark.parametrize(
    "hostile",
    [
        "<!channel> <http://evil|x> @everyone",
        "\u202egnp.exe\x00\ud800",
        "x" * 10_000,
        "[" * 60_000,
        "<!" * 30_000,
        "`" * 60_000,
        "![a](" * 12_000,
        "a." * 30_000,
        "\n" * 60_000,
        "```release-note\n" * 4_000,
        "# Release notes\n" * 4_000,
        "<!--" * 15_000,
        " \t" * 30_000,
        "**" * 30_000,
        "(#1" * 20_000,
    ],
)
def test_hostile_text_is_drafted_quickly_and_harmlessly(hostile: str) -> None:
    started = time.perf_counter()
    for title, body in ((hostile[:10_000], ""), ("Thing", hostile), ("Thing", f"Release note: x {hostile}")):
        assert problem(draft(change(title, body)).text) is None
    assert time.perf_counter() - started < 5  # each took minutes with a careless pattern


def test_plain_text_keeps_code_as_it_is() -> None:
    assert plain("Use `List<int>` and `*x*`, **not** <b>that</b>") == "Use `List<int>` and `*x*`, not that"


def test_one_line_is_cut_and_cannot_turn_the_writing_around() -> None:
    assert one_line("a\r\nb\u202e\x07  c", 10) == "a b c"
    assert one_line("x" * 20, 10) == "x" * 9 + "…"
