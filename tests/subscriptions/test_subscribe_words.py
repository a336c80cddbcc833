"""What people type after `/patchforge subscribe`, and what is made of it."""

import pytest

from bot.errors import UserError
from bot.filters.language import format_filter
from bot.filters.words import from_slack, quote, words
from bot.subscriptions.repository import parse_repository
from bot.subscriptions.request import DEFAULT_FEATURES, parse_subscribe

LDQUO, RDQUO, EN_DASH = "\u201c", "\u201d", "\u2013"


@pytest.mark.parametrize(
    ("text", "repo", "features", "filter_text"),
    [
        ("octo/hello", "octo/hello", DEFAULT_FEATURES, ""),
        ("Octo/Hello", "octo/hello", DEFAULT_FEATURES, ""),
        ("  octo/hello  reviews ", "octo/hello", ("reviews",), ""),
        ("octo/hello ci,REVIEWS", "octo/hello", ("reviews", "ci"), ""),
        ("octo/hello reviews, merges", "octo/hello", ("reviews", "merges"), ""),
        ("octo/hello comments reviews comments", "octo/hello", ("reviews", "comments"), ""),
        ("octo/hello draft:no", "octo/hello", DEFAULT_FEATURES, "draft:no"),
        ("octo/hello DRAFT:No reviews Bots:TRUE", "octo/hello", ("reviews",), "draft:no bot:yes"),
        ("octo/hello -draft:yes", "octo/hello", DEFAULT_FEATURES, "draft:no"),
        ("octo/hello label:bug,docs -label:WIP", "octo/hello", DEFAULT_FEATURES, "label:bug,docs -label:WIP"),
        ("octo/hello label:a label:a", "octo/hello", DEFAULT_FEATURES, "label:a"),
        (
            'octo/hello label:"good first issue",bug base:main',
            "octo/hello",
            DEFAULT_FEATURES,
            'label:"good first issue",bug base:main',
        ),
        (
            f"octo/hello label:{LDQUO}good first issue{RDQUO} {EN_DASH}label:wip",
            "octo/hello",
            DEFAULT_FEATURES,
            'label:"good first issue" -label:wip',
        ),
        ("octo/hello label:area:ui", "octo/hello", DEFAULT_FEATURES, "label:area:ui"),
        ("octo/hello label:R&amp;D", "octo/hello", DEFAULT_FEATURES, "label:R&D"),
        ("octo/hello\u00a0ci", "octo/hello", ("ci",), ""),
        ("<https://github.com/o/r|o/r> ci", "o/r", ("ci",), ""),
        ("<https://github.com/o/r>", "o/r", DEFAULT_FEATURES, ""),
        ("socketio/<http://socket.io|socket.io>", "socketio/socket.io", DEFAULT_FEATURES, ""),
        ("octo/hello label:<http://docs.rs|docs.rs>", "octo/hello", DEFAULT_FEATURES, "label:docs.rs"),
    ],
)
def test_a_request_is_read(text: str, repo: str, features: tuple[str, ...], filter_text: str) -> None:
    request = parse_subscribe(from_slack(text))
    assert (request.repo, request.features, format_filter(request.filter)) == (repo, features, filter_text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("octo/hello reviewz", "I don't know the option `reviewz`; did you mean `reviews`?"),
        ("octo/hello reviews,merge", "I don't know the option `merge`; did you mean `merges`?"),
        ("octo/hello drft", "I don't know the option `drft`; did you mean `draft:`?"),
        ("octo/hello lable:x", "I don't know the filter `lable:`; did you mean `label:`?"),
        ("octo/hello -ci", "I can't read `-ci`; name only what you want"),
        ("octo/hello zzzzzz", "I don't know the option `zzzzzz`; choose from `reviews`, `merges`"),
        ("octo/hello draft:maybe", "I can't read `draft:maybe`; write `draft:no` or `draft:yes`."),
        ("octo/hello draft:yes,no", "I can't read `draft:yes,no`; write `draft:no` or `draft:yes`."),
        ("octo/hello label:", "`label:` needs a value right after the colon"),
        ('octo/hello label:"good first', 'quotation mark in `label:"good first` is not closed'),
        ("octo/hello draft:no draft:yes", "`draft:yes` and `draft:no` contradict each other"),
        ("octo/hello label:a -label:b,A", "`label:a` and `-label:b,A` contradict each other"),
        ("octo/hello octo/other", "One repository at a time: give `octo/other` a command of its own."),
        ("octo/hello https://github.com/octo/other", "One repository at a time"),
        ("octo/hello label:" + "x" * 1100, "That filter is too long; keep it under 1000 characters."),
        ("", "Name a repository, such as `/patchforge subscribe octocat/hello-world`."),
        ("hello", "`hello` is not a repository; write it as `owner/name`"),
        ("draft:no octo/hello", "`draft:no` is not a repository"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_known_word(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_subscribe(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "repo", "excluded", "broadcast", "filter_text"),
    [
        ("acme/*", "acme/*", (), (), ""),
        ("Acme/* draft:no", "acme/*", (), (), "draft:no"),
        ("acme/* -repo:acme/Legacy,old-*", "acme/*", ("acme/legacy", "acme/old-*"), (), ""),
        ("acme/* -repo:a -repo:b,a", "acme/*", ("acme/a", "acme/b"), (), ""),
        ("octo/hello broadcast:Merged,approved", "octo/hello", (), ("approved", "merged"), ""),
        (
            'octo/hello broadcast:"changes requested" broadcast:merged -event:commented',
            "octo/hello",
            (),
            ("changes_requested", "merged"),
            "-event:commented",
        ),
        ("octo/hello event:merged broadcast:merged", "octo/hello", (), ("merged",), "event:merged"),
        ("octo/hello author:<@U1|mona> size:&lt;200", "octo/hello", (), (), "author:<@U1> size:<200"),
        ("octo/hello team:acme/backend path:/src/x", "octo/hello", (), (), "team:acme/backend path:/src/x"),
    ],
)
def test_owners_exclusions_and_broadcasts_are_read(
    text: str, repo: str, excluded: tuple[str, ...], broadcast: tuple[str, ...], filter_text: str
) -> None:
    request = parse_subscribe(from_slack(text))
    assert (request.repo, request.excluded, request.broadcast) == (repo, excluded, broadcast)
    assert format_filter(request.filter) == filter_text


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("octo/hello ci,reviewz", "did you mean `reviews`?", 14),
        ("octo/hello draft:no lable:x", "did you mean `label:`?", 20),
        ("octo/hello brodcast:merged", "I don't know the filter `brodcast:`", 11),
        ("octo/hello -broadcast:merged", "write `broadcast:approved,merged`", 11),
        ("octo/hello broadcast:", "write `broadcast:approved,merged`", 11),
        ("octo/hello broadcast:merged,exploded", "I can't read `exploded` after `broadcast:`", 28),
        ("octo/hello event:merged broadcast:approved", "the filter leaves out that event", 34),
        ("octo/hello -repo:x", "goes only with all that an owner has: `subscribe octo/*`", 11),
        ("acme/* repo:x", "leave repositories out with `-repo:acme/name`", 7),
        ("acme/* -repo:", "leave repositories out with `-repo:acme/name`", 7),
        ("acme/* -repo:x,other/y", "it is none of `acme/*`", 15),
        ("acme/* -repo:*", "that would leave out everything", 13),
        ("acme/* -repo:a!b", "write it as `acme/name`", 13),
        ("acme/* other/*", "One repository at a time", 7),
    ],
)
def test_a_mistake_is_pointed_at(text: str, message: str, column: int) -> None:
    with pytest.raises(UserError) as caught:
        parse_subscribe(text)
    assert message in caught.value.sentence
    assert caught.value.pointer == f"{text}\n{' ' * column}^"


@pytest.mark.parametrize("text", ["*/*", "acme/**", "acme*/*", "-a/*", "acme/x*"])
def test_no_other_pattern_of_repositories_is_taken(text: str) -> None:
    with pytest.raises(UserError, match="owner/name"):
        parse_subscribe(text)


def test_not_too_many_repositories_are_left_out() -> None:
    names = ",".join(f"r{number}" for number in range(51))
    with pytest.raises(UserError, match="at most 50"):
        parse_subscribe(f"acme/* -repo:{names}")


def test_a_long_wrong_word_is_cut_in_the_answer() -> None:
    with pytest.raises(UserError) as caught:
        parse_subscribe("octo/hello " + "z" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "octo/hello",
        "OCTO/Hello",
        "`octo/hello`",
        "octo/hello/",
        "github.com/octo/hello",
        "https://github.com/octo/hello",
        "https://www.github.com/octo/hello.git",
        "https://github.example.com/octo/hello/pull/7/files?w=1#diff",
        "git@github.com:octo/hello.git",
        "<https://github.com/octo/hello>",
    ],
)
def test_a_repository_is_understood_in_every_usual_spelling(text: str) -> None:
    assert parse_repository(text) == "octo/hello"


@pytest.mark.parametrize(
    "text", ["a/b", "a-b/c", "jane_acme/x", "o/.github", "o/a.b_c-d", "o/" + "r" * 100, "o" * 39 + "/r"]
)
def test_names_that_github_allows_are_taken(text: str) -> None:
    assert parse_repository(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "octo",
        "octo/",
        "/hello",
        "a/b/c",
        "-a/b",
        "a-/b",
        "a--b/c",
        "o" * 40 + "/r",
        "o/" + "r" * 101,
        "o/..",
        "o/.",
        "o/x.wiki",
        "o/ü",
        "ö/u",
        "o/r!",
        "o/a b",
        "https://github.com/octo",
    ],
)
def test_names_that_github_refuses_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="owner/name"):
        parse_repository(text)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("<https://x.dev/a?b=1&amp;c=2>", "https://x.dev/a?b=1&c=2"),
        ("<https://x.dev|read this>", "https://x.dev"),
        ("<mailto:a@b.dev|a@b.dev>", "a@b.dev"),
        ("<@U123> a &lt;b&gt; &amp;lt;", "<@U123> a <b> &lt;"),
    ],
)
def test_what_slack_made_of_the_text_is_undone(text: str, typed: str) -> None:
    assert from_slack(text) == typed


@pytest.mark.parametrize(
    "value", ["bug", "good first issue", 'say "hi"', "a,b", "back\\slash", 'both \\ and "']
)
def test_a_quoted_value_is_read_back(value: str) -> None:
    (word,) = words(f"-Key:{quote(value)}")
    assert (word.negated, word.key, word.values) == (True, "key", (value,))
