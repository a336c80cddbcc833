"""The fields of the form and the filter say the same, in both directions."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.filters.clauses import Clause, Filter
from bot.filters.language import explain, format_filter, parse_filter
from bot.models import Subscription
from bot.subscriptions.form import (
    LISTS,
    LONGEST_VALUE,
    Form,
    fill,
    filter_in,
    form_of,
    in_words,
    read_value,
    request_in,
)
from tests.filters.filter_samples import FILTERS


def meant(wanted: Filter) -> set[tuple[str, frozenset[str], bool]]:
    """Return what a filter demands, however its clauses and values are ordered."""
    return {(one.key, frozenset(one.values), one.negated) for one in wanted.clauses}


@given(FILTERS)
def test_a_filter_comes_back_from_its_fields(wanted: Filter) -> None:
    form = fill(wanted)
    assert meant(filter_in(form)) == meant(wanted)
    assert fill(filter_in(form)) == form


@given(FILTERS)
def test_every_value_in_a_field_fits_into_a_menu(wanted: Filter) -> None:
    form = fill(wanted)
    values = [value for name in LISTS for value in form.lists.get(name, ())]
    assert all(0 < len(value) <= LONGEST_VALUE for value in values)


def test_each_part_of_a_filter_has_its_field() -> None:
    form = fill(
        parse_filter(
            'draft:no -label:wip label:bug,"good first issue" author:mona,<@U1>,@me team:acme/web '
            "reviewer:@acme/web base:main path:src/** event:merged fork:yes size:<200"
        )
    )
    assert form.ticks == ("draft:no",)
    assert form.lists == {
        "labels": ("bug", "good first issue"),
        "without": ("wip",),
        "authors": ("mona", "@me"),
        "teams": ("acme/web",),
        "reviewers": ("@acme/web",),
        "base": ("main",),
        "paths": ("src/**",),
        "events": ("merged",),
    }
    assert form.users == ("U1",)
    assert form.rest == "fork:yes size:<200"


def test_a_second_clause_of_a_field_stays_in_the_free_text() -> None:
    assert fill(parse_filter("label:bug label:urgent")) == Form(
        lists={"labels": ("bug",)}, rest="label:urgent"
    )
    assert fill(parse_filter("author:<@U1> author:mona")).rest == "author:mona"
    assert fill(parse_filter(f"label:{'x' * 76}")).rest == f"label:{'x' * 76}"


def test_a_filter_that_is_read_no_more_stands_in_the_free_text() -> None:
    old = Subscription(1, "C1", "acme/web", ("ci",), "colour:red", "U1", datetime(2026, 5, 4, tzinfo=UTC))
    assert form_of(old) == Form(repo="acme/web", features=("ci",), rest="colour:red")


def test_an_owner_with_all_it_has_but_some() -> None:
    request, wrong = request_in(Form(repo="Acme/*", excluded="legacy, old-*"))
    assert not wrong
    assert (request.repo, request.excluded) == ("acme/*", ("acme/legacy", "acme/old-*"))
    again = Subscription(
        1, "C1", "acme/*", ("ci",), "", "U1", datetime(2026, 5, 4, tzinfo=UTC), excluded=request.excluded
    )
    assert form_of(again).excluded == "legacy, old-*"


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        (Form("web"), "repository", "write it as `owner/name`"),
        (Form("acme/web", rest="draft:no lable:bug"), "filter", "did you mean `label:`?"),
        (Form("acme/web", ticks=("draft:no",), rest="draft:yes"), "filter", "contradict each other"),
        (Form("acme/web", features=("x",)), "features", "I don't know the option `x`"),
        (
            Form("acme/web", broadcast=("merged",), lists={"events": ("opened",)}),
            "broadcast",
            "leaves out `merged`",
        ),
        (Form("acme/*", excluded="beta/web"), "excluded", "none of `acme/*`"),
        (Form("acme/*", excluded=" ".join(map(str, range(51)))), "excluded", "at most 50"),
    ],
)
def test_a_mistake_is_told_of_its_field(form: Form, field: str, says: str) -> None:
    _, wrong = request_in(form)
    assert [(one.field, says in one.sentence) for one in wrong] == [(field, True)]


def test_the_place_of_a_mistake_is_told_in_words() -> None:
    (wrong,) = request_in(Form("acme/web", ticks=("draft:no",), rest="size:s lable:bug base:main"))[1]
    assert in_words(wrong).endswith("Look at `lable:bug`, at character 8.")
    assert in_words(UserError("No place.")) == "No place."
    (far,) = request_in(Form("acme/web", rest=f"label:{'x' * 200} lable:bug"))[1]
    assert in_words(far).endswith("Look at `lable:bug`.")


@given(st.sampled_from(list(LISTS)), st.text(max_size=90))
def test_what_is_typed_as_it_is_becomes_a_value_or_is_not_offered(name: str, typed: str) -> None:
    value = read_value(name, typed)
    if value is not None:
        known = LISTS[name]
        text = format_filter(filter_in(Form(lists={name: (value,)})))
        assert parse_filter(text) == Filter((Clause(known.key, (value,), known.negated),))
        assert explain(parse_filter(text))
