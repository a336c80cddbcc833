"""The page about configuration says what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.configuration.document import HOME, PATH
from bot.configuration.keys import FILE
from bot.configuration.load import Reading, read_configuration
from bot.configuration.problems import EXPRESSIONS
from bot.configuration.reader import BYTES, DEPTH, NODES
from bot.configuration.shapes import Choice, ListOf, Named, Shape, Table, Whole

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ROWS = dict(re.findall(r"^\| `([a-z.]+)` \| (.*) \|$", PAGE.split("\n## Keys\n")[1], re.MULTILINE))


def inner(shape: Shape) -> Shape:
    """Return the shape of the entries of a list or of names, or the shape itself."""
    return inner(shape.shape) if isinstance(shape, ListOf | Named) else shape


def keys(shape: Shape, path: str = "") -> Iterator[tuple[str, Shape]]:
    """Return every key of the table, with the keys inside it."""
    table = inner(shape)
    for key in table.keys if isinstance(table, Table) else ():
        yield f"{path}{key.name}", key.shape
        yield from keys(key.shape, f"{path}{key.name}.")


KEYS = dict(keys(FILE))


def example(number: int) -> Reading:
    shared = example(0).configuration if number else None
    return read_configuration(
        EXAMPLES[number].encode(),
        ("acme/.patchforge", "acme/payments-api")[number],
        shared.filters if shared else {},
    )


def test_the_examples_are_right() -> None:
    assert len(EXAMPLES) == 2
    for number in range(2):
        assert example(number).problems == ()
        assert example(number).warnings == ()


def test_the_organisations_example_has_every_key() -> None:
    names = set(re.findall(r"^[ -]*([a-z]+):", EXAMPLES[0], re.MULTILINE))
    assert {path.rpartition(".")[2] for path in KEYS} <= names


def test_every_key_is_described_and_no_other() -> None:
    assert list(ROWS) == list(KEYS)


@pytest.mark.parametrize("path", KEYS)
def test_the_description_names_every_choice_and_bound_of(path: str) -> None:
    shape = KEYS[path]
    if isinstance(shape, ListOf | Named) and isinstance(inner(shape), Table):
        assert f"Up to {shape.most}" in ROWS[path]
    found = inner(shape)
    if isinstance(found, Choice):
        for option in found.options:
            assert f"`{option}`" in ROWS[path]
    if isinstance(found, Whole) and found.most < 1_000 and path != "version":
        assert f"{found.least} to {found.most}" in ROWS[path]


def test_the_limits_are_those_of_the_reader() -> None:
    limits = " ".join(PAGE.split("\n## Limits\n")[1].split())
    assert f"at most {BYTES // 1024} KB" in limits
    assert f"nested at most {DEPTH} deep" in limits
    assert f"at most {NODES:,} values and {EXPRESSIONS} regular expressions" in limits


def test_the_files_are_where_the_page_says() -> None:
    assert f"| `{PATH}` in the root of a repository |" in PAGE
    assert f"| `{PATH}` in the root of `<organisation>/{HOME}` |" in PAGE
