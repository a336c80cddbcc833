"""The published JSON Schema comes from the keys, and takes what the bot takes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.configuration.keys import FILE, FILTER
from bot.configuration.nodes import plain
from bot.configuration.problems import Report
from bot.configuration.reader import read_yaml
from bot.configuration.schema import json_schema
from tests.configuration.hostile import GOOD

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(json_schema())
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_published_schema_is_the_one_of_the_keys() -> None:
    published = (ROOT / "docs" / "patchforge.schema.json").read_text(encoding="utf-8")
    assert published == json_schema(), (
        "renew it: python -m bot.configuration.schema > docs/patchforge.schema.json"
    )


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def verdicts(text: str) -> tuple[bool, bool]:
    """Return whether the keys take the file, and whether the schema does."""
    report = Report()
    node = read_yaml(text.encode(), report)
    assert node is not None
    FILE.check(node, "", report)
    return not report.problems, VALIDATOR.is_valid(plain(node))


SUB = "version: 1\nsubscriptions: [{{channel: {}}}]"


@pytest.mark.parametrize(
    "text",
    [
        GOOD.decode(),
        "version: 1",
        "version: 1.0",
        "version: 1\nfilters: {}",
        "version: 1\nsla: {}",
        "version: 1\nteams: {acme/b: {}}",
        "version: 1\nsla: {hours: 8.0}",
        "version: 1\nfilters: {a: ''}",
        SUB.format("'#x'"),
        SUB.format("'#ä-und-ö'"),
        SUB.format("C024BE91L"),
        "version: 1\nsubscriptions: [{channel: '#x', repo: 'a/*'}]",
        "version: 1\npeople: {a: x.y+z@b-c.example.org}",
        "version: 1\nreminders: [{channel: '#x', schedule: 'weekdays 9:00'}]",
        "version: 1\nsla: {calendar: {zone: America/Argentina/Buenos_Aires, country: DE-BE}}",
    ],
)
def test_both_take(text: str) -> None:
    assert verdicts(text) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "1",
        "~",
        "{}",
        "version: '1'",
        "version: 2",
        "version: true",
        "version: 1.5",
        "version: .nan",
        "version: .inf",
        "version: ~",
        "version: 1\nx: 1",
        "version: 1\nfilters: []",
        "version: 1\nfilters: {a: 1}",
        "version: 1\nfilters: {a: ~}",
        "version: 1\nfilters: {A: 'draft:no'}",
        "version: 1\nfilters: {" + "a" * 41 + ": 'draft:no'}",
        "version: 1\nfilters: {a: '" + "x" * (FILTER.longest + 1) + "'}",
        "version: 1\nfilters: {" + ",".join(f"f{n}: ''" for n in range(51)) + "}",
        "version: 1\nsubscriptions: []",
        "version: 1\nsubscriptions: {}",
        "version: 1\nsubscriptions: [{}]",
        "version: 1\nsubscriptions: [x]",
        SUB.format("x"),
        SUB.format("'#'"),
        SUB.format("'#a b'"),
        SUB.format("c024be91l"),
        SUB.format("5"),
        SUB.format("[]"),
        "version: 1\nsubscriptions: [{channel: '#x', features: reviews}]",
        "version: 1\nsubscriptions: [{channel: '#x', features: [reviews, reviews]}]",
        "version: 1\nsubscriptions: [{channel: '#x', features: [reviws]}]",
        "version: 1\nsubscriptions: [{channel: '#x', features: [1]}]",
        "version: 1\nsubscriptions: [{channel: '#x', repo: acme}]",
        "version: 1\nsubscriptions: [{channel: '#x', repo: acme/x/y}]",
        "version: 1\nsubscriptions: [{channel: '#x', excluded: ['acme/*']}]",
        "version: 1\nsla: {hours: 0}",
        "version: 1\nsla: {hours: 301}",
        "version: 1\nsla: {hours: -9999999999999999999999}",
        "version: 1\nsla: {hours: '8'}",
        "version: 1\nsla: {ladder: [1]}",
        "version: 1\nsla: {calendar: {days: [mon, tue, wed, thu, fri, sat, sun, mon]}}",
        "version: 1\nsla: {calendar: {hours: 09:00-24:00}}",
        "version: 1\nsla: {calendar: {zone: 'Europe/Ber lin'}}",
        "version: 1\nsla: {calendar: {country: Germany}}",
        "version: 1\nteams: {backend: {routing: whole}}",
        "version: 1\nteams: {acme/b: {routing: any}}",
        "version: 1\nteams: {acme/b: {usergroup: backend}}",
        "version: 1\npeople: {mona: mona}",
        "version: 1\npeople: {mona: '<@U012AB3CD>'}",
        "version: 1\npeople: {'mo na': U012AB3CD}",
        "version: 1\nreminders: [{channel: '#x'}]",
        "version: 1\nreminders: [{schedule: 'weekdays 9:00'}]",
    ],
)
def test_both_refuse(text: str) -> None:
    assert verdicts(text) == (False, False)


@given(
    st.sampled_from(("version", "filters", "subscriptions", "sla", "teams", "people", "reminders", "x")),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-3, 400)
        | st.sampled_from(("#x", "U012AB3CD", "whole", "mon", "a/b", "a/*", "", "reviews", "9", "draft:no")),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("channel", "repo", "hours", "routing", "a/b", "calendar", "days", "x")),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    ),
)
def test_what_the_bot_takes_the_schema_takes(key: str, value: object) -> None:
    # Not the other way round: a schema knows no filters, zones or schedules.
    taken, valid = verdicts(json.dumps({"version": 1} | {key: value}))
    assert valid or not taken
