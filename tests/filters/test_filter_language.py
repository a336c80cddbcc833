"""How a filter is read, written back and said, and how its mistakes are pointed at."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.filters.clauses import Filter
from bot.filters.judging import compiled, judge, judged
from bot.filters.keys import KEYS
from bot.filters.language import explain, format_filter, parse_filter
from bot.filters.seen import Answer, Seen
from tests.filters.filter_samples import CLAUSES, FILTERS, SEEN, SEENS, read, single


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("bots:no", "bot:no"),
        ("-draft:yes", "draft:no"),
        ("AUTHOR:Mona,@LIN,mona", "author:mona,lin"),
        ("author:<@U123|mona l, the first>,@Me", "author:<@U123>,@me"),
        ("reviewer:<!subteam^S123|@back-end>,@Acme/Back", "reviewer:<!subteam^S123>,@acme/back"),
        ("team:@Acme/Backend,ops", "team:acme/backend,ops"),
        ("codeowner:Docs@Acme.dev", "codeowner:docs@acme.dev"),
        ("event:CI-failed,Re-Requested,queue_entered", "event:ci_failed,re_requested,queue_entered"),
        ('event:"ready"', "event:ready"),
        ("size:XL,<200", "size:xl,<200"),
        ('size:">= 0500"', "size:>=500"),
        (r'title:/say "hi", a\/b c/i', r'title:/say "hi", a\/b c/i'),
        ("title:/a b/,/c,d/", "title:/a b/,/c,d/"),
        ('path:"my docs/**",/src', 'path:"my docs/**",/src'),
        ("label:a\0b\ud800c", "label:abc"),
    ],
)
def test_a_filter_has_one_spelling(typed: str, written: str) -> None:
    assert format_filter(parse_filter(typed)) == written


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
        (
            "team:backend path:src/** event:approved,merged",
            (
                "pull requests that are by a member of “backend” and change “src/**”, "
                "and of their events only “approved” or “merged” are told"
            ),
        ),
        ("-event:commented", "every pull request, and of their events “commented” are not told"),
        ("label:{0}", "pull requests that are labelled “{0}”"),
    ],
)
def test_a_filter_is_said_in_words(text: str, sentence: str) -> None:
    assert explain(parse_filter(text)) == sentence


@pytest.mark.parametrize("name", [key.name for key in KEYS])
def test_every_example_of_a_key_is_valid_as_it_stands(name: str) -> None:
    key = next(key for key in KEYS if key.name == name)
    for example in key.examples:
        assert format_filter(parse_filter(example)) == example


@pytest.mark.parametrize(
    ("text", "sentence", "pointer"),
    [
        ("draft:no lable:x", "did you mean `label:`?", "draft:no lable:x\n         ^"),
        ("draft:no octo", "I don't know the filter `octo`", "draft:no octo\n         ^"),
        ("label:bug draft:maybe", "write `draft:no` or `draft:yes`", "label:bug draft:maybe\n          ^"),
        (
            "label:a,b author:a,b!c",
            "I can't read `b!c` after `author:`",
            "label:a,b author:a,b!c\n" + " " * 19 + "^",
        ),
        ("size:s,huge", "I can't read `huge` after `size:`", "size:s,huge\n       ^"),
        ("event:approved,exploded", "choose from `opened`", "event:approved,exploded\n               ^"),
        ('label:x label:"a b', "is not closed", 'label:x label:"a b\n' + " " * 14 + "^"),
        ("title:/a b", "add a `/`", "title:/a b\n      ^"),
        ("title:wip", "write a pattern between slashes", "title:wip\n      ^"),
        ("title:/(/", "this is no pattern that RE2 takes (missing ): ()", "title:/(/\n      ^"),
        ("title:/a/x", "no `x`", "title:/a/x\n      ^"),
        ("base:[z-a]", "this is no pattern", "base:[z-a]\n     ^"),
        ("path:/", "name a file or a folder", "path:/\n     ^"),
        ("team:@me", "name a team", "team:@me\n     ^"),
        ("author:<!here>", "name a GitHub login", "author:<!here>\n       ^"),
        ("label:日本 lable:x", "did you mean", "label:日本 lable:x\n           ^"),
        ("label:`x` lable:x", "did you mean", "label:'x' lable:x\n          ^"),
    ],
)
def test_a_mistake_is_named_and_pointed_at(text: str, sentence: str, pointer: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_filter(text)
    assert sentence in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert caught.value.pointer == pointer


def test_of_a_long_filter_only_what_stands_around_the_mistake_is_shown() -> None:
    with pytest.raises(UserError) as caught:
        parse_filter("label:" + "x" * 300 + " lable:y " + "label:" + "z" * 300)
    line, caret = caught.value.pointer.split("\n")
    assert len(line) <= 74
    assert line.startswith("…x")
    assert line.endswith("z…")
    assert line[caret.index("^") :].startswith("lable:y")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("draft:no draft:yes", "`draft:yes` and `draft:no`"),
        ("label:a -label:A,b", "`label:a` and `-label:A,b`"),
        ("label:a,b -label:a -label:b", "`label:a,b`, `-label:a` and `-label:b`"),
        ("label:area/x -label:area/*", "`label:area/x` and `-label:area/*`"),
        ("base:main -base:ma*", "`base:main` and `-base:ma*`"),
        ("base:main base:next", "`base:main` and `base:next`"),
        ("base:main base:release/*", "`base:main` and `base:release/*`"),
        ("base:release/1* -base:release/*", "`base:release/1*` and `-base:release/*`"),
        ("author:mona author:lin", "`author:mona` and `author:lin`"),
        ("author:dependabot[bot] -author:dependabot", "`author:dependabot[bot]` and `-author:dependabot`"),
        ("author:@me -author:@me", "`author:@me` and `-author:@me`"),
        ("team:a -team:b,a", "`team:a` and `-team:b,a`"),
        ("path:src/** -path:src/**", "`path:src/**` and `-path:src/**`"),
        ("title:/a/ -title:/a/", "`title:/a/` and `-title:/a/`"),
        ("size:<10 size:>500", "`size:<10` and `size:>500`"),
        ("size:xl size:<1000", "`size:xl` and `size:<1000`"),
        ("-size:<10 -size:>5", "`-size:<10` and `-size:>5`"),
        ("event:opened event:merged", "`event:opened` and `event:merged`"),
        ("event:opened -event:opened,merged", "`event:opened` and `-event:opened,merged`"),
    ],
)
def test_contradictions_are_refused_and_named(text: str, names: str) -> None:
    with pytest.raises(UserError, match="contradict each other") as caught:
        parse_filter(text)
    assert caught.value.sentence.startswith(f"{names} contradict")


@pytest.mark.parametrize("text", ["-base:*", "-author:*", "size:<0", "-size:>=0"])
def test_what_nothing_can_pass_is_refused_by_itself(text: str) -> None:
    with pytest.raises(UserError, match="Nothing would match"):
        parse_filter(text)


@pytest.mark.parametrize(
    "text",
    [
        "label:a label:b",
        "label:a,b -label:a",
        "-label:*",
        "base:a* base:*b",
        "base:a? base:a*",
        "base:a* -base:a?",
        "author:mona author:@me",
        "author:@acme/a -author:@acme/b",
        "author:dependabot author:*[bot]",
        "author:dependabot -author:dependabot[bot]",
        "author:dependabot[bot] author:dependabot",
        "reviewer:a reviewer:b",
        "team:a team:b",
        "path:src/a -path:src/b",
        "size:>=10 size:<=10",
        "title:/a/ title:/b/",
    ],
)
def test_what_may_match_something_is_not_refused(text: str) -> None:
    parse_filter(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("label:" + "x" * 1000, "keep it under 1000 characters"),
        ('label:"' + '\\"' * 480 + '" label:' + "y" * 30, "keep it under 1000 characters"),
        (" ".join(f"label:l{number}" for number in range(31)), "keep it under 30"),
        ("label:" + ",".join(f"l{number}" for number in range(51)), "keep them under 50"),
        ("title:/" + "x" * 201 + "/", "keep the pattern under 200"),
    ],
)
def test_what_is_too_long_is_refused(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        parse_filter(text)


@pytest.mark.parametrize(
    "text", ["octo", "drft:no", "label", "-", ":", "label:\u0007", 'label:" "', "draft:", "author:,"]
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_filter(text)


HOSTILE = [
    "(" * 1000,
    "label:" + "*" * 900 + "a",
    "base:" + "*a" * 400,
    "base:" + "[" * 900,
    "title:/" + "(a|aa)+" * 20 + "$/",
    "title:/(((a?){10}){10}){3}b/",
    "title:/((a{99}){99}){99}/",
    "title:/" + "(.*)*" * 39 + "x/",
    'label:"' + "\\" * 900,
    "title:" + "/" * 900,
    "-" * 1000,
    ":" * 1000,
    "," * 1000,
    "<" * 1000,
    "<@" * 500,
    " ".join(f"base:{'?' * number}*x -base:{'*' * number}y" for number in range(1, 15)),
    " ".join(f"size:>{number} -size:<{number * 3}" for number in range(1, 15)),
    "path:" + ",".join(f"*{number}*a*b*c*d*q" for number in range(50)),
    "path:" + ",".join(f"**/{'?' * 8}*{number}" for number in range(49)),
    "path:" + "**/a*" * 190,
    "path:" + "*a" + "?" * 900,
    "author:" + ",".join(f"*a*b*{number}" for number in range(50)),
    "x" * 100_000,
]
MANY = tuple(f"src/module{number % 97}/abcdefghij_{number}/file_{number}_a_b_c.py" for number in range(3_000))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_takes_long(text: str) -> None:
    seen = Seen(replace(SEEN.pull, title="a" * 256), paths=MANY)
    best = 1.0
    for _ in range(3):
        parse_filter.cache_clear()
        began = time.process_time()
        wanted = read(text)
        if wanted is not None:
            judge(wanted, seen)
        best = min(best, time.process_time() - began)
    assert best <= 0.05


@given(st.lists(CLAUSES, max_size=6).map(" ".join))
def test_what_was_written_is_read_back_the_same(text: str) -> None:
    wanted = read(text)
    if wanted is not None:
        assert parse_filter(format_filter(wanted)) == wanted


@given(st.text(max_size=80) | st.text(alphabet='<@!^|>"/\\,:-* labetispho', max_size=80))
def test_no_text_does_worse_than_a_kind_error(text: str) -> None:
    wanted = read(text)
    if wanted is not None:
        assert parse_filter(format_filter(wanted)) == wanted
        assert explain(wanted)


@given(FILTERS, SEENS)
def test_whatever_was_read_can_be_said_and_judged(wanted: Filter, seen: Seen) -> None:
    assert explain(wanted)
    for one in judged(wanted, seen):
        assert one.means
        assert one.sees
    assert judge(wanted, seen) in Answer


@given(st.lists(CLAUSES, min_size=2, max_size=4), SEENS)
def test_what_is_refused_matches_nothing(texts: list[str], seen: Seen) -> None:
    each = [read(text) for text in texts]
    if None not in each and read(" ".join(texts)) is None:
        answers = [judge(one, seen) for one in each if one is not None]
        assert not all(answer is Answer.YES for answer in answers)


def test_a_filter_is_compiled_once() -> None:
    wanted = parse_filter("label:once")
    assert compiled(wanted) is compiled(parse_filter("label:once"))
    assert single(wanted.clauses[0]) == wanted
