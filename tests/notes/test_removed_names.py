"""Public names that a diff takes away, which is evidence of a breaking change."""

import pytest

from bot.models import Category, ChangedFile
from bot.notes.offline import draft
from bot.notes.signatures import removed
from tests.notes.note_samples import change, file


@pytest.mark.parametrize(
    ("path", "patch", "gone"),
    [
        ("app/x.py", "@@ -1 +1 @@\n-def load(path):\n+def read(path):", ("load",)),
        ("app/x.py", "-class Old:\n-    def inner(self):", ("Old",)),
        ("app/x.py", "-def load(path):\n+def load(path, mode):", ()),
        ("app/x.py", "-def _hidden():", ()),
        ("app/_x.py", "-def load():", ()),
        ("tests/test_x.py", "-def test_load():", ()),
        ("src/x.ts", "-export async function load() {", ("load",)),
        ("src/x.ts", "-function load() {", ()),
        ("pkg/x.go", "-func (c *Client) Close() {\n-func helper() {", ("Close",)),
        ("pkg/internal/x.go", "-func Close() {", ()),
        ("src/x.rs", "-    pub fn load() {", ("load",)),
        ("src/X.java", "-  public static String load(int x) {", ("load",)),
        ("README.md", "-def load():", ()),
    ],
)
def test_a_public_definition_that_is_gone_is_named(path: str, patch: str, gone: tuple[str, ...]) -> None:
    assert removed([file(path, patch)]) == gone


def test_what_moved_to_another_file_is_not_gone() -> None:
    assert removed([file("a.py", "-def load():"), file("b.py", "+def load():")]) == ()


def test_nothing_is_gone_where_a_diff_was_not_read() -> None:
    unread = ChangedFile("b.py", "modified", 90, 0, "")
    assert removed([file("a.py", "-def load():"), unread]) == ()


def test_a_removed_name_makes_a_change_breaking_where_nothing_else_tells() -> None:
    files = (file("app/x.py", "-def load(path):"),)
    note = draft(change("Reading of paths", files=files))
    assert (note.category, note.reasons[0]) == (Category.BREAKING, "breaking: the diff removes load")
    assert draft(change("Fix reading of paths", files=files)).category is Category.FIX
