"""What Slack shows of what is in force and of what is wrong with a file."""

import re

import pytest

from blocks.configuration import in_force, problems
from bot.configuration.document import Subscription
from bot.configuration.effective import Channel, Effective, File, Origin, Source, Sourced, Workspace
from bot.configuration.load import read_configuration
from bot.configuration.merge import merge
from bot.configuration.words import faulty_in_words, in_words
from bot.models import SlackMessage
from tests.blocks.block_samples import refused, texts
from tests.configuration.hostile import GOOD, HOSTILE

WEB = "https://github.example"
HOME, COMMIT = "acme/.patchforge", "0123456789" * 4


def file(body: bytes, commit: str = COMMIT) -> File:
    return File(HOME, commit, read_configuration(body, HOME))


def effective(body: bytes = GOOD, *commands: Sourced[Subscription]) -> Effective:
    channels = (Channel("C01ABC", "a", frozenset({"acme/*"})), Channel("C024BE91L", "b"))
    workspace = Workspace(channels, frozenset({"acme/*"}), commands)
    return merge("acme/api", file(body), None, workspace)


def shown(message: SlackMessage) -> str:
    assert refused(message) == []
    return "\n".join(texts(message))


def test_each_value_stands_with_the_line_it_came_from() -> None:
    text = shown(in_force(in_words(effective(), WEB)))
    line = f"<{WEB}/acme/.patchforge/blob/{COMMIT}/.patchforge.yml#L4|acme/.patchforge line 4 at 0123456>"
    assert "<#C01ABC> follows acme/api: reviews, ci; " in text
    assert f"in the channel as well: merged — the organisation's file, {line}" in text
    assert "the reviewer 8, the author 9, the channel 99" in text
    assert "Time zone: Asia/Tokyo" in text
    assert "`acme/backend`: whoever has the fewest open reviews is asked" in text
    assert "`octocat` is <@U012AB3CD>" in text
    assert "<#C01ABC>: `weekdays 09:30`" in text


def test_what_is_not_said_is_a_default() -> None:
    text = shown(in_force(in_words(effective(b"version: 1"), WEB)))
    assert "Working days: mon, tue, wed, thu, fri — default" in text
    assert "Working hours: 09:00-17:00 — default" in text
    assert "No channel follows it." in text


def test_what_a_person_set_names_the_person() -> None:
    ana = Source(Origin.COMMAND, by="U012AB3CD")
    text = shown(
        in_force(in_words(effective(b"version: 1", Sourced(Subscription("C9ABC", "acme/api"), ana)), WEB))
    )
    assert "<#C9ABC> follows acme/api: reviews, merges, notes, ci; every pull request — set in Slack" in text
    assert "by <@U012AB3CD>" in text


def test_what_is_asked_for_and_not_in_force_says_what_to_do() -> None:
    text = shown(in_force(in_words(effective(), WEB)))
    assert "type `/patchforge config allow acme/*` in `C024BE91L`" in text


def test_addresses_of_people_are_not_shown() -> None:
    text = shown(in_force(in_words(effective(), WEB)))
    assert "`mona` is a member by e-mail address" in text
    assert "mona@acme.example" not in text


def test_user_groups_are_shown_without_mentioning_them() -> None:
    text = shown(in_force(in_words(effective(), WEB)))
    assert "`acme/backend` is `@b`" in text
    assert "<!subteam" not in text


def test_a_file_that_is_not_right_is_told_with_links_to_its_lines() -> None:
    bad = file(b"version: 1\nsla: {huors: 8}\n")
    message = problems(faulty_in_words(bad, WEB, file(GOOD, "f" * 40)))
    text = shown(message)
    assert "has 1 problem. The version of <" in text
    assert "|fffffff> stays in force." in text
    assert f"<{WEB}/{HOME}/blob/{COMMIT}/.patchforge.yml#L2|line 2>: I don't know the key `huors`" in text
    assert message.text == "⚠️ .patchforge.yml of acme/.patchforge at 0123456 is not right"


def test_without_a_good_version_nothing_is_in_force() -> None:
    assert "Nothing of it is in force." in shown(problems(faulty_in_words(file(b"x: 1"), WEB)))


def test_files_that_are_not_right_come_before_what_is_in_force() -> None:
    bad = faulty_in_words(file(b"x: 1"), WEB)
    text = shown(in_force(in_words(effective(), WEB), [bad]))
    assert text.index("problems") < text.index("Subscriptions")


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_the_problems_of_any_file(name: str) -> None:
    text = shown(problems(faulty_in_words(file(HOSTILE[name]), WEB)))
    assert "<!channel>" not in text
    assert "<@U012AB3CD>" not in text


def test_slack_takes_the_largest_file() -> None:
    people = "".join(f"  login{n}: U0{n:08d}\n" for n in range(300))
    rows = "".join(
        f"- {{channel: '#c{n}', repo: acme/api, filter: 'label:{n},{'x' * 50}'}}\n" for n in range(50)
    )
    body = f"version: 1\npeople:\n{people}subscriptions:\n{rows}".encode()
    channels = tuple(Channel(f"C{n:08d}", f"c{n}", frozenset({"acme/*"} if n % 2 else ())) for n in range(50))
    found = merge("acme/api", file(body), None, Workspace(channels, frozenset({"acme/*"})))
    assert len(found.subscriptions) == 25
    text = shown(in_force(in_words(found, WEB)))
    hidden = [int(number) for number in re.findall("_and ([0-9]+) more_", text)]
    listed = text.count("\n• ")
    assert listed + sum(hidden) == 25 + 25 + 5 + 300
    assert listed > 20
