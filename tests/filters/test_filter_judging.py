"""What a filter says to a pull request, also while not all of it is known."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filters.clauses import Clause, Filter
from bot.filters.judging import Needs, judge, judged, matches, needs, told
from bot.filters.language import parse_filter
from bot.filters.seen import Answer, Event, Seen, both, either, opposite, sure
from tests.filters.filter_samples import FILTERS, PULL, SEEN, SEENS, single

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
BARE = Seen(PULL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", YES),
        ("author:mona", YES),
        ("author:@MONA", YES),
        ("author:mo*", YES),
        ("author:lin", NO),
        ("author:lin,mona", YES),
        ("-author:mona", NO),
        ("author:@me", YES),
        ("author:<@ULIN>", NO),
        ("author:<@UGUEST>", NO),
        ("-author:<@UGUEST>", YES),
        ("author:<@UNEW>", UNKNOWN),
        ("-author:<@UNEW>", UNKNOWN),
        ("author:<@UNEW>,mona", YES),
        ("author:@acme/backend", YES),
        ("author:<!subteam^SBACK>", YES),
        ("author:<!subteam^SDOCS|@docs>", NO),
        ("team:backend", YES),
        ("team:acme/backend", YES),
        ("team:@Acme/Docs", NO),
        ("team:empty", NO),
        ("team:nobody-asked-yet", UNKNOWN),
        ("team:<!subteam^SBACK>", YES),
        ("reviewer:lin", YES),
        ("reviewer:ole", YES),
        ("reviewer:kim", NO),
        ("reviewer:@acme/backend", YES),
        ("reviewer:@acme/docs", NO),
        ("reviewer:<!subteam^SBACK>", YES),
        ("reviewer:@me", NO),
        ("assignee:@me", YES),
        ("-assignee:*", NO),
        ("codeowner:@acme/backend", YES),
        ("codeowner:kim", YES),
        ("codeowner:lin", NO),
        ("codeowner:docs@acme.dev", YES),
        ("codeowner:<!subteam^SBACK>", YES),
        ("label:bug", YES),
        ("label:area/*", YES),
        ("label:area", NO),
        ("-label:docs,BUG", NO),
        ("path:src/**", YES),
        ("path:*.md", YES),
        ("path:api", YES),
        ("path:/api", NO),
        ("-path:docs", NO),
        ("base:ma*", YES),
        ("base:[a-m]ain", YES),
        ("base:Main", NO),
        ("head:feature/*", YES),
        ("-head:renovate/*", YES),
        ("draft:no bot:no fork:no", YES),
        ("fork:yes", NO),
        ("title:/^fix/i", YES),
        ("title:/^fix/", NO),
        (r"title:/say\s+hello$/", YES),
        ("size:s", YES),
        ("size:xs,m", NO),
        ("size:<42", NO),
        ("size:<=42", YES),
        ("size:>41 size:<43", YES),
        ("event:approved", YES),
        ("-event:approved,merged", NO),
        ("event:merged", NO),
    ],
)
def test_a_clause_is_answered(text: str, expected: Answer) -> None:
    assert judge(parse_filter(text), SEEN) is expected


@pytest.mark.parametrize(
    ("text", "login", "expected"),
    [
        ("author:dependabot", "dependabot[bot]", YES),
        ("author:dependabot[bot]", "dependabot[bot]", YES),
        ("author:*bot", "dependabot[bot]", YES),
        ("author:*[bot]", "dependabot[bot]", YES),
        ("author:*[bot]", "mona", NO),
        ("author:dependabot[bot]", "dependabot", NO),
        ("author:ghost", None, YES),
        ("author:*", None, YES),
        ("team:backend", None, NO),
    ],
)
def test_apps_and_deleted_accounts_have_names(text: str, login: str | None, expected: Answer) -> None:
    seen = replace(SEEN, pull=replace(PULL, author=login))
    assert judge(parse_filter(text), seen) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path:src/**", UNKNOWN),
        ("-path:src/**", UNKNOWN),
        ("codeowner:kim", UNKNOWN),
        ("reviewer:lin", YES),
        ("reviewer:@acme/backend", YES),
        ("reviewer:ole", UNKNOWN),
        ("author:@me", UNKNOWN),
        ("team:backend", UNKNOWN),
        ("event:merged", UNKNOWN),
        ("path:src/** draft:yes", NO),
        ("path:src/** draft:no", UNKNOWN),
        ("author:mona,@me", YES),
    ],
)
def test_what_is_not_known_is_not_taken_for_no(text: str, expected: Answer) -> None:
    assert judge(parse_filter(text), BARE) is expected


def test_some_of_the_files_may_say_yes_but_never_no() -> None:
    some = replace(SEEN, all_paths=False)
    assert judge(parse_filter("path:*.py"), some) is YES
    assert judge(parse_filter("path:*.sql"), some) is UNKNOWN
    assert judge(parse_filter("-path:*.py"), some) is NO


def test_an_own_review_makes_nobody_a_reviewer() -> None:
    assert judge(parse_filter("reviewer:mona"), replace(SEEN, reviewed=("mona",))) is NO


def test_relinked_people_are_followed() -> None:
    wanted = parse_filter("author:<@ULIN>")
    assert judge(wanted, SEEN) is NO
    assert judge(wanted, replace(SEEN, people={"ULIN": ("mona",)})) is YES


def test_a_pull_request_alone_passes_only_for_sure() -> None:
    assert matches(parse_filter("draft:no event:merged"), PULL)
    assert not matches(parse_filter("draft:no path:src/**"), PULL)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("draft:no", set(Event)),
        ("event:approved,merged", {Event.APPROVED, Event.MERGED}),
        ("-event:commented", set(Event) - {Event.COMMENTED}),
        ("event:approved,merged -event:merged", {Event.APPROVED}),
    ],
)
def test_a_filter_chooses_events(text: str, events: set[Event]) -> None:
    assert told(parse_filter(text)) == events


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("draft:no label:x author:mona", Needs()),
        ("path:src/**", Needs(paths=True)),
        ("codeowner:@acme/backend", Needs(owners=True)),
        ("reviewer:@acme/backend", Needs(reviews=True, teams=frozenset({"acme/backend"}))),
        ("team:backend,other/ops", Needs(teams=frozenset({"acme/backend", "other/ops"}))),
        (
            "author:@me,<@U1|mona> team:<!subteam^S1>",
            Needs(me=True, people=frozenset({"U1", "S1"})),
        ),
        ("event:merged", Needs(event=True)),
    ],
)
def test_a_filter_says_what_it_must_be_told(text: str, expected: Needs) -> None:
    assert needs(parse_filter(text), "Acme") == expected


def test_each_clause_tells_what_it_saw() -> None:
    found = judged(parse_filter("label:docs -path:*.sql team:ops"), SEEN)
    assert [(one.typed, one.means, one.answer, one.sees) for one in found] == [
        (
            "label:docs",
            "are labelled “docs”",
            NO,
            "this one is labelled “Bug”, “good first issue”, “area/api”",
        ),
        (
            "-path:*.sql",
            "do not change “*.sql”",
            YES,
            "this one changes “src/api/pay.py”, “docs/pay.md”",
        ),
        ("team:ops", "are by a member of “ops”", UNKNOWN, "“Mona” opened this one: not enough to tell"),
    ]


@given(FILTERS, SEENS)
def test_not_is_the_complement_of_every_clause(wanted: Filter, seen: Seen) -> None:
    for clause in wanted.clauses:
        assert judge(single(clause.opposite()), seen) is opposite(judge(single(clause), seen))


@given(FILTERS, SEENS)
def test_clauses_beside_each_other_mean_and(wanted: Filter, seen: Seen) -> None:
    assert judge(wanted, seen) is both(judge(single(clause), seen) for clause in wanted.clauses)


@given(FILTERS, SEENS)
def test_values_beside_each_other_mean_or(wanted: Filter, seen: Seen) -> None:
    for clause in wanted.clauses:
        if clause.values and not clause.negated:
            each = [judge(single(Clause(clause.key, (value,))), seen) for value in clause.values]
            assert judge(single(clause), seen) is either(each)


@given(FILTERS, SEENS, SEENS)
def test_learning_more_never_changes_what_was_sure(wanted: Filter, seen: Seen, more: Seen) -> None:
    known = replace(
        seen,
        paths=more.paths if seen.paths is None else seen.paths,
        owners=more.owners if seen.owners is None else seen.owners,
        reviewed=more.reviewed if seen.reviewed is None else seen.reviewed,
        members={**more.members, **seen.members},
        people={**more.people, **seen.people},
        event=seen.event or more.event,
        me=seen.me or more.me,
    )
    before = judge(wanted, seen)
    assert before in {UNKNOWN, judge(wanted, known)}


@given(FILTERS, SEENS)
def test_what_is_needed_is_enough(wanted: Filter, seen: Seen) -> None:
    """Only what `needs` names makes a difference."""
    asks = needs(wanted, "acme")
    told_only = Seen(
        seen.pull,
        me=seen.me if asks.me else "",
        paths=seen.paths if asks.paths else None,
        all_paths=seen.all_paths,
        owners=seen.owners if asks.owners else None,
        reviewed=seen.reviewed if asks.reviews else None,
        # A group of Slack may stand for any team.
        members=seen.members if asks.people or asks.me else _only(seen.members, asks.teams),
        people=seen.people if asks.me else _only(seen.people, asks.people),
        event=seen.event if asks.event else None,
    )
    assert judge(wanted, told_only) is judge(wanted, seen)


def _only(known: Mapping[str, Collection[str]], names: frozenset[str]) -> dict[str, Collection[str]]:
    return {name: what for name, what in known.items() if name in names}


_answers = st.sampled_from(Answer)


@given(_answers, _answers, _answers)
def test_the_laws_of_three_valued_logic(a: Answer, b: Answer, c: Answer) -> None:
    assert opposite(opposite(a)) is a
    assert both([a, b]) is both([b, a])
    assert either([a, b]) is either([b, a])
    assert both([a, both([b, c])]) is both([both([a, b]), c])
    assert opposite(both([a, b])) is either([opposite(a), opposite(b)])
    assert both([a, either([b, c])]) is either([both([a, b]), both([a, c])])
    assert either([a, both([a, b])]) is a
    assert (both([]), either([])) == (YES, NO)


@pytest.mark.parametrize("holds", [True, False])
def test_of_what_is_known_it_is_plain_logic(holds: bool) -> None:
    assert both([YES, sure(holds)]) is sure(holds)
    assert either([NO, sure(holds)]) is sure(holds)
