"""YAML is read within limits, and everything that is read knows its place."""

import pytest

from bot.configuration.nodes import Items, Mapping, Scalar, plain
from bot.configuration.problems import Mark, Report
from bot.configuration.reader import BYTES, DEPTH, NODES, read_yaml


def read(text: str | bytes) -> object:
    """Return what the text means; it must be right."""
    report = Report()
    node = read_yaml(text if isinstance(text, bytes) else text.encode(), report)
    assert not report.problems
    assert node is not None
    return plain(node)


def problems(text: str | bytes) -> list[tuple[int, int, str]]:
    report = Report()
    read_yaml(text if isinstance(text, bytes) else text.encode(), report)
    return [(problem.line, problem.column, problem.message) for problem in report.problems]


def test_keys_and_values_know_their_line_and_column() -> None:
    node = read_yaml("# first\nsla:\n  hours: 8\n  days: [mon, ä, tue]\n".encode(), Report())
    assert isinstance(node, Mapping)
    sla, inside = node.entries["sla"]
    assert sla.at == Mark(2, 1)
    assert isinstance(inside, Mapping)
    assert inside.entries["hours"][0].at == Mark(3, 3)
    assert inside.entries["hours"][1].at == Mark(3, 10)
    days = inside.entries["days"][1]
    assert isinstance(days, Items)
    assert days.items[2].at == Mark(4, 18)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("-8", -8),
        ("0o17", 15),
        ("0x1F", 31),
        ("8.5", 8.5),
        ("1e3", 1000.0),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("yes", "yes"),
        ("off", "off"),
        ("2026-11-20", "2026-11-20"),
        ("1:30", "1:30"),
        ("'8'", "8"),
        ('"true"', "true"),
        ("hello there", "hello there"),
        ("draft:no", "draft:no"),
    ],
)
def test_words_mean_what_they_mean_in_yaml_1_2(text: str, value: object) -> None:
    found = read(f"key: {text}\n")
    assert found == {"key": value}
    assert type(found["key"]) is type(value) if isinstance(found, dict) else False


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def test_texts_of_several_lines_are_text() -> None:
    assert read("a: >-\n  label:x\n  label:y\nb: |\n  one\n  two\n") == {
        "a": "label:x label:y",
        "b": "one\ntwo\n",
    }


def test_what_fits_exactly_is_read_and_one_more_is_not() -> None:
    assert problems(b"a: 1 #" + b"x" * (BYTES - 6)) == []
    assert "16,385 bytes" in problems(b"a: 1 #" + b"x" * (BYTES - 5))[0][2]
    deepest = "[" * DEPTH + "]" * DEPTH
    assert problems(deepest) == []
    assert problems(f"[{deepest}]") == [(1, DEPTH + 1, "This is nested more than 20 deep.")]
    assert problems("[" + "1," * (NODES - 1) + "]") == []
    assert "more than 4,000 values" in problems("[" + "1," * NODES + "]")[0][2]


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        (b"a: 1\nb: \xff", 2, 4, "not in UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, 1, "UTF-16"),
        (b"a: 1\nb: x\x00", 2, 5, "U+0000"),
        (b'a: 1\nb: "\\0"', 2, 4, "U+0000"),
        ("a: \u202e".encode(), 1, 4, "U+202E"),
        (b"a: &x 1", 1, 4, "Anchors"),
        (b"a: 1\nb: *x", 2, 4, "Aliases"),
        (b"a: !!int 1", 1, 4, "Tags"),
        (b"%TAG !e! tag:e,1:\n---\na: 1", 1, 1, "Tags"),
        (b"a: 1\n<<: {b: 1}", 2, 1, "Merging"),
        (b"a: 1\nb: 2\na: 3", 3, 1, "`a` stands here twice, first in line 1"),
        (b"? [a]\n: 1", 1, 3, "plain text"),
        (b"a: 1\n---\nb: 1", 2, 1, "second document"),
        (b"a:\n\tb: 1", 2, 1, "not with tabs"),
        (b"a: @b", 1, 4, "in quotes"),
        (b"a: b: c", 1, 5, "in quotes"),
        (b"a: [1", 2, 1, "not valid YAML"),
        (b"", 1, 1, "empty"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: bytes, line: int, column: int, said: str) -> None:
    (found,) = problems(text)
    assert found[:2] == (line, column), found
    assert said in found[2]


def test_problems_that_do_not_end_the_reading_are_all_found() -> None:
    found = problems("a: &x 1\nb: *x\nc: !y 2\na: 3\n")
    assert [line for line, _, _ in found] == [1, 2, 3, 4]


def test_a_quoted_merge_key_is_just_text() -> None:
    node = read_yaml(b'"<<": 1', Report())
    assert isinstance(node, Mapping)
    assert isinstance(node.entries["<<"][1], Scalar)
