"""A file is right as a whole, or each thing that is wrong with it is named with its place."""

from datetime import time

import pytest

from bot.configuration.document import Calendar, Hours, Later, Reminder, Sla, Subscription, Team
from bot.configuration.load import Reading, read_configuration
from bot.configuration.problems import MOST
from tests.configuration.hostile import GOOD

HOME, REPO = "acme/.patchforge", "acme/api"


def read(text: str, repo: str = HOME) -> Reading:
    return read_configuration(text.encode(), repo)


def found(text: str, repo: str = HOME) -> list[tuple[int, str, str]]:
    return [(one.line, one.path, one.message) for one in read(text, repo).problems]


def test_a_right_file_becomes_plain_values() -> None:
    made = read_configuration(GOOD, HOME).configuration
    assert made is not None
    assert made.filters == {"mine": "draft:no", "other": "-label:wip"}
    assert made.subscriptions == (
        Subscription(
            "#a", "acme/api", features=("reviews", "ci"), broadcast=("merged",), use=("mine", "other")
        ),
        Subscription("C024BE91L", "acme/*", filter=made.subscriptions[1].filter, excluded=("acme/old",)),
    )
    assert made.subscriptions[1].filter.startswith("base:main bot")
    calendar = Calendar("Asia/Tokyo", ("mon",), None, "JP")
    assert made.sla == Sla(8, Later(9, 99), calendar)
    assert made.teams == {"acme/backend": Team("@b", "fewest")}
    assert made.people == {"octocat": "U012AB3CD", "mona": "mona@acme.example"}
    assert made.reminders == (Reminder("#a", "weekdays 09:30"),)


def test_hours_may_end_on_the_next_day() -> None:
    made = read("version: 1\nsla: {calendar: {hours: 22:00-06:30}}").configuration
    assert made is not None
    assert made.sla.calendar.hours == Hours(time(22), time(6, 30))
    assert str(made.sla.calendar.hours) == "22:00-06:30"


def test_names_in_capitals_are_kept_in_small_letters() -> None:
    made = read(
        "version: 1\npeople: {OctoCat: U012AB3CD}\nteams: {Acme/Back: {routing: whole}}"
    ).configuration
    assert made is not None
    assert list(made.people) == ["octocat"]
    assert list(made.teams) == ["acme/back"]


@pytest.mark.parametrize(
    ("text", "line", "path", "said"),
    [
        ("sla: {}", 1, "version", "`version` is missing"),
        ("version: 2", 1, "version", "from 1 to 1 and found `2`"),
        ('version: "1"', 1, "version", "whole number"),
        ("version: true", 1, "version", "whole number"),
        ("version: 1\nsubscriptons: []", 2, "subscriptons", "did you mean `subscriptions`?"),
        ("version: 1\nsla:\n  huors: 8", 3, "sla.huors", "did you mean `hours`?"),
        ("version: 1\nsla: 8", 2, "sla", "Expected keys, such as `hours: …`, and found a number"),
        ("version: 1\nsla: {hours: 8h}", 2, "sla.hours", "found `8h`"),
        ("version: 1\nsla: {hours: 0}", 2, "sla.hours", "from 1 to 300"),
        ("version: 1\nsla: {hours: 8.5}", 2, "sla.hours", "whole number"),
        ("version: 1\nsla: {hours: 8, ladder: {author: 8}}", 2, "sla.ladder", "must rise; they are 8, 8, 24"),
        ("version: 1\nsla: {ladder: {author: 8}}", 2, "sla.ladder", "add `hours`"),
        ("version: 1\nsla: {calendar: {zone: Berlin}}", 2, "sla.calendar.zone", "`Europe/Berlin`"),
        ("version: 1\nsla: {calendar: {country: Germany}}", 2, "sla.calendar.country", "is not a country"),
        ("version: 1\nsla: {calendar: {country: NO}}\nx: 1", 3, "x", "don't know the key `x`"),
        ("version: 1\nsla: {calendar: {hours: 9-5}}", 2, "sla.calendar.hours", "like `09:00-17:00`"),
        ("version: 1\nsla: {calendar: {days: mon}}", 2, "sla.calendar.days", "write `[mon]`"),
        ("version: 1\nsla: {calendar: {days: []}}", 2, "sla.calendar.days", "The list is empty"),
        ("version: 1\nsla: {calendar: {days: [mon, mon]}}", 2, "sla.calendar.days[2]", "listed twice"),
        ("version: 1\nsla: {calendar: {days: [monday]}}", 2, "sla.calendar.days[1]", "did you mean `mon`?"),
        ("version: 1\nsubscriptions:\n- repo: acme/x", 3, "subscriptions[1].channel", "missing"),
        (
            "version: 1\nsubscriptions:\n- channel: #x\n  repo: acme/x",
            3,
            "subscriptions[1].channel",
            "is a comment unless it stands in quotes",
        ),
        ("version: 1\nfilters: {a: 5}", 2, "filters.a", "Put `5` in quotes"),
        ("version: 1\nfilters: {a: 'drft:no'}", 2, "filters.a", "drft"),
        ("version: 1\nfilters: {A b: 'draft:no'}", 2, "filters.A b", "is not a name"),
        ("version: 1\nteams: {backend: {routing: whole}}", 2, "teams.backend", "like `acme/backend`"),
        ("version: 1\nteams: {acme/b: {routing: rand}}", 2, "teams.acme/b.routing", "choose from"),
        ("version: 1\nteams: {evil/b: {routing: whole}}", 2, "teams.evil/b", "teams of `acme` only"),
        ("version: 1\npeople: {mona: mona}", 2, "people.mona", "not a Slack member"),
        ("version: 1\npeople: {mona: 7}", 2, "people.mona", "in quotes"),
        (
            "version: 1\npeople:\n  mona: U012AB3CD\n  Mona: U012AB3CE",
            4,
            "people.Mona",
            "twice, first in line 3",
        ),
        (
            "version: 1\nreminders: [{channel: '#a', schedule: someday}]",
            2,
            "reminders[1].schedule",
            "someday",
        ),
        ("version: 1\nreminders: [{channel: '#a', schedule: off}]", 2, "reminders[1].schedule", "for a file"),
        ("version: 1\nreminders: [{channel: '#a', schedule: me 9:00}]", 2, "reminders[1].schedule", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_key(text: str, line: int, path: str, said: str) -> None:
    (one,) = found(text)
    assert one[:2] == (line, path), one
    assert said in one[2]


def test_all_problems_are_named_at_once_and_in_order() -> None:
    text = "version: 1\nsla: {hours: x}\nteams: []\nfilters:\n  a: 'drft:no'\npeopel: {}\nfilters: {}\n"
    assert [line for line, _, _ in found(text)] == [2, 3, 5, 6, 7]


def test_a_file_with_one_problem_is_refused_whole() -> None:
    assert read("version: 1\nsla: {hours: 8}\nx: 1").configuration is None


def test_only_so_many_problems_are_listed() -> None:
    reading = read("version: 1\n" + "".join(f"k{number}: 1\n" for number in range(80)))
    assert len(reading.problems) == MOST
    assert reading.more


SUBSCRIBED = "version: 1\nsubscriptions:\n- channel: '#x'\n  "


@pytest.mark.parametrize(
    ("repo", "text", "said"),
    [
        (REPO, SUBSCRIBED + "repo: acme/other", "speaks for itself only; delete `repo: acme/other`"),
        (REPO, SUBSCRIBED + "repo: acme/*", "speaks for itself only"),
        (REPO, SUBSCRIBED + "repo: evil/private", "speaks for itself only"),
        (HOME, SUBSCRIBED + "repo: evil/private", "speaks for `acme` only; `evil/private` is another's"),
        (HOME, SUBSCRIBED + "repo: evil/*", "speaks for `acme` only"),
        (HOME, SUBSCRIBED + "repo: acmeevil/x", "speaks for `acme` only"),
        (HOME, SUBSCRIBED + "filter: 'draft:no'", "add `repo: acme/*`"),
        (HOME, SUBSCRIBED + "repo: acme/*\n  excluded: [evil/x]", "`evil/x` is not part of `acme/*`"),
        (HOME, SUBSCRIBED + "repo: acme/x\n  excluded: [acme/x]", "not part of `acme/x`"),
        (
            REPO,
            "version: 1\npeople: {mona: U012AB3CD}",
            "Only the organisation's file, in `acme/.patchforge`",
        ),
        (REPO, "version: 1\nteams: {acme/b: {usergroup: '@all'}}", "Only the organisation's file"),
    ],
)
def test_a_file_speaks_for_its_own_only(repo: str, text: str, said: str) -> None:
    (one,) = found(text, repo)
    assert said in one[2]


def test_a_repositorys_file_may_name_itself() -> None:
    assert read(SUBSCRIBED + "repo: Acme/API", REPO).configuration is not None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("use: [mine, othr]", "I don't know the filter `othr`; did you mean `other`?"),
        ("use: [mine, other]", "do not go together"),
        ("use: [mine]\n  filter: 'draft:yes'", "do not go together"),
    ],
)
def test_filters_by_name_must_be_there_and_go_together(more: str, said: str) -> None:
    filters = "filters: {mine: 'draft:no -label:x', other: 'label:x'}\n"
    ((_, path, message),) = found(f"version: 1\n{filters}subscriptions:\n- channel: '#x'\n  {more}", REPO)
    assert path == "subscriptions[1].use"
    assert said in message


def test_a_repository_may_use_the_organisations_filters() -> None:
    text = (SUBSCRIBED + "use: [shared]").encode()
    assert read_configuration(text, REPO).configuration is None
    assert read_configuration(text, REPO, filters={"shared": "draft:no"}).configuration is not None


def test_a_channel_is_subscribed_once_and_reminded_once() -> None:
    twice = "version: 1\nsubscriptions:\n- channel: '#x'\n- channel: '#X'\n"
    assert "by line 3" in found(twice, REPO)[0][2]
    same = "version: 1\nreminders:\n" + "- {channel: '#x', schedule: 'weekdays 9:00'}\n" * 2
    assert "Line 3 says the same" in found(same)[0][2]


def test_a_filter_that_nothing_uses_is_a_note_and_no_problem() -> None:
    reading = read("version: 1\nfilters: {a: 'draft:no'}", REPO)
    assert reading.configuration is not None
    assert [(one.line, one.path) for one in reading.warnings] == [(2, "filters.a")]
    assert read("version: 1\nfilters: {a: 'draft:no'}", HOME).warnings == ()
