"""Which pull requests a filter lets through, and how it reads."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.models import Pull, PullState
from bot.subscriptions.filters import KEYS, Filter, explain, format_filter, matches, parse_filter
from bot.subscriptions.words import quote

MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
PULL = Pull(
    id=1,
    repo_id=1,
    repo="octo/hello",
    number=7,
    title="Say hello",
    body="",
    author="mona",
    author_is_bot=False,
    state=PullState.OPEN,
    draft=False,
    base="main",
    head="hello",
    head_sha="0" * 40,
    from_fork=False,
    additions=1,
    deletions=0,
    changed_files=1,
    labels=("Bug", "good first issue"),
    reviewers=(),
    teams=(),
    assignees=(),
    created_at=MOMENT,
    updated_at=MOMENT,
    closed_at=None,
    merged_at=None,
    merged_by=None,
    merge_sha=None,
)


@pytest.mark.parametrize(
    ("text", "pull", "expected"),
    [
        ("", PULL, True),
        ("draft:no", PULL, True),
        ("draft:no", replace(PULL, draft=True), False),
        ("draft:yes", PULL, False),
        ("draft:yes", replace(PULL, draft=True), True),
        ("bots:no", PULL, True),
        ("bots:no", replace(PULL, author="dependabot[bot]", author_is_bot=True), False),
        ("bots:no", replace(PULL, author=None), True),
        ("bots:yes", replace(PULL, author_is_bot=True), True),
        ("label:bug", PULL, True),
        ("label:docs", PULL, False),
        ("label:docs,BUG", PULL, True),
        ("label:bug label:docs", PULL, False),
        ('label:"good first issue"', PULL, True),
        ("label:good", PULL, False),
        ("-label:bug", PULL, False),
        ("-label:docs,bug", PULL, False),
        ("-label:docs", PULL, True),
        ("label:bug", replace(PULL, labels=()), False),
        ("-label:bug", replace(PULL, labels=()), True),
        ("base:main", PULL, True),
        ("base:Main", PULL, False),
        ("base:release/*", replace(PULL, base="release/1.2"), True),
        ("base:release/*", PULL, False),
        ("-base:main", PULL, False),
        ("draft:no bots:no label:bug -label:wip base:main,next", PULL, True),
        ("draft:no bots:no label:bug -label:wip base:next", PULL, False),
    ],
)
def test_a_pull_request_passes_or_not(text: str, pull: Pull, expected: bool) -> None:
    assert matches(parse_filter(text), pull) is expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "every pull request"),
        ("draft:no", "pull requests that are not drafts"),
        ("bots:yes", "pull requests that come from bots"),
        (
            "draft:no bots:no label:bug -label:wip,old base:main",
            (
                "pull requests that are not drafts, do not come from bots, are labelled “bug”, "
                "are not labelled “wip” or “old” and go into “main”"
            ),
        ),
    ],
)
def test_a_filter_is_said_in_words(text: str, sentence: str) -> None:
    assert explain(parse_filter(text)) == sentence


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_example_of_a_key_is_valid_as_it_stands(key: object) -> None:
    examples = next(known.examples for known in KEYS if known is key)
    for example in examples:
        assert format_filter(parse_filter(example)) == example


@pytest.mark.parametrize("text", ["octo", "drft:no", "label", "-", ":", "label:\u0007", 'label:" "'])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_filter(text)


def test_control_characters_never_reach_the_database() -> None:
    assert format_filter(parse_filter("label:a\0b\ud800c")) == "label:abc"


_value = st.text(min_size=1, max_size=12)
_clause = st.one_of(
    st.tuples(st.sampled_from(["draft", "bots"]), st.sampled_from(["yes", "no"])).map(":".join),
    st.builds(
        lambda minus, key, values: f"{minus}{key}:{','.join(map(quote, values))}",
        st.sampled_from(["", "-"]),
        st.sampled_from(["label", "base"]),
        st.lists(_value, min_size=1, max_size=3),
    ),
)


def _read(texts: list[str]) -> Filter | None:
    try:
        return parse_filter(" ".join(texts))
    except UserError:
        return None


@given(st.lists(_clause, max_size=5))
def test_what_was_written_is_read_back_the_same(texts: list[str]) -> None:
    wanted = _read(texts)
    if wanted is not None:
        assert parse_filter(format_filter(wanted)) == wanted


@given(st.text(max_size=60))
def test_no_text_does_worse_than_a_kind_error(text: str) -> None:
    wanted = _read([text])
    if wanted is not None:
        assert parse_filter(format_filter(wanted)) == wanted
        assert explain(wanted)


_pull = st.builds(
    lambda draft, bot, labels, base: replace(
        PULL, draft=draft, author_is_bot=bot, labels=tuple(labels), base=base
    ),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(["a", "b", "A b"])),
    st.sampled_from(["main", "next"]),
)
_simple = st.sampled_from(
    ["draft:yes", "bots:no", "label:a", "label:b,a", 'label:"a b"', "base:main", "base:n*"]
)


@given(_simple, _pull)
def test_not_is_the_complement(text: str, pull: Pull) -> None:
    assert matches(parse_filter(text), pull) is not matches(parse_filter(f"-{text}"), pull)


@given(st.lists(_simple, max_size=4, unique=True), _pull)
def test_clauses_beside_each_other_mean_and(texts: list[str], pull: Pull) -> None:
    each = [matches(parse_filter(text), pull) for text in texts]
    assert matches(parse_filter(" ".join(texts)), pull) is all(each)
