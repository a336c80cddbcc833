"""What is in force: which file or person prevails, where each value came from, and what a file may not do."""

from datetime import time

from bot.configuration.document import Later, Reminder, Sla, Subscription
from bot.configuration.effective import (
    BY_DEFAULT,
    Channel,
    Effective,
    File,
    Origin,
    Source,
    Sourced,
    Workspace,
)
from bot.configuration.load import read_configuration
from bot.configuration.merge import merge
from bot.configuration.problems import TOO_MANY
from bot.reminders.sla import Ladder
from bot.reminders.working import Calendar

REPO, HOME = "acme/api", "acme/.patchforge"
ANA = Source(Origin.COMMAND, by="U012AB3CD")
ALL = Channel("C1", "all", frozenset({"acme/*", "acme/api"}))
OWN = Channel("C2", "own", frozenset({"acme/api"}))
SHUT = Channel("C3", "shut")


def organisation(text: str) -> File:
    return File(HOME, "0" * 40, read_configuration(f"version: 1\n{text}".encode(), HOME))


def repository(text: str, filters: tuple[str, ...] = ()) -> File:
    return File(
        REPO, "1" * 40, read_configuration(f"version: 1\n{text}".encode(), REPO, dict.fromkeys(filters, ""))
    )


def merged(
    org: str = "", repo: str = "", workspace: Workspace | None = None, filters: tuple[str, ...] = ()
) -> Effective:
    for_org, for_repo = organisation(org), repository(repo, filters)
    assert for_org.reading.problems == ()
    assert for_repo.reading.problems == ()
    return merge(REPO, for_org, for_repo, workspace or Workspace((ALL, OWN, SHUT)))


def in_file(origin: Origin, line: int) -> Source:
    if origin is Origin.ORGANISATION:
        return Source(origin, HOME, "0" * 40, line)
    return Source(origin, REPO, "1" * 40, line)


def subscribed(effective: Effective) -> dict[str, tuple[str, Origin, int]]:
    return {
        one.value.channel: (one.value.filter, one.source.origin, one.source.line)
        for one in effective.subscriptions
    }


def test_without_files_the_defaults_hold() -> None:
    effective = merge("Acme/API", None, None, Workspace())
    assert effective.repo == REPO
    assert effective.ladder == Sourced(None, BY_DEFAULT)
    assert effective.calendar == Calendar()
    assert effective.zone.source == effective.hours.source == BY_DEFAULT
    assert (effective.subscriptions, effective.left_out) == ((), ())


def test_the_repository_prevails_over_the_organisation_value_by_value() -> None:
    effective = merged(
        "sla:\n  hours: 8\n  calendar:\n    zone: Asia/Tokyo\n    hours: 08:00-16:00\n",
        "sla:\n  calendar:\n    zone: Europe/Berlin\n    days: [mon, sun]\n",
    )
    assert effective.ladder == Sourced(Ladder((8, 16, 24)), in_file(Origin.ORGANISATION, 3))
    assert effective.zone == Sourced("Europe/Berlin", in_file(Origin.REPOSITORY, 4))
    assert effective.hours.source == in_file(Origin.ORGANISATION, 6)
    assert effective.country.source == BY_DEFAULT
    assert effective.calendar == Calendar("Europe/Berlin", (0, 6), time(8), time(16))


def test_the_hours_and_the_ladder_come_from_one_place() -> None:
    effective = merged("sla: {hours: 8, ladder: {author: 9, channel: 10}}", "sla: {hours: 20}")
    assert effective.ladder.value == Ladder((20, 40, 60))


def test_a_person_prevails_over_files() -> None:
    workspace = Workspace(sla=Sourced(Sla(2, Later(3, 4)), ANA))
    effective = merged("sla: {hours: 8}", "sla: {hours: 20}", workspace)
    assert effective.ladder == Sourced(Ladder((2, 3, 4)), ANA)


def test_a_file_with_problems_counts_as_none() -> None:
    effective = merge(REPO, organisation("sla: {hours: 8}"), repository("sla: {hours: x}"), Workspace())
    assert effective.ladder.source.origin is Origin.ORGANISATION


def test_a_file_reaches_only_channels_that_allow_it_and_that_the_bot_is_in() -> None:
    rows = "".join(f"- channel: '#{name}'\n" for name in ("all", "own", "shut", "elsewhere"))
    effective = merged("", f"subscriptions:\n{rows}")
    assert list(subscribed(effective)) == ["C1", "C2"]
    closed, unknown = effective.left_out
    assert closed.path == "subscriptions[3]"
    assert closed.reason.endswith("type `/patchforge config allow acme/api` in `#shut`.")
    assert closed.source == in_file(Origin.REPOSITORY, 5)
    assert "invite me" in unknown.reason


def test_what_a_channel_allows_a_repository_the_organisation_may_not() -> None:
    effective = merged("subscriptions: [{channel: '#own', repo: acme/*}]")
    assert effective.subscriptions == ()
    assert "config allow acme/*" in effective.left_out[0].reason


def test_a_channels_id_and_its_name_are_the_same_channel() -> None:
    channel = Channel("C024BE91L", "Own", frozenset({"acme/api"}))
    rows = "{channel: C024BE91L, schedule: 'weekdays 9:00'}, {channel: '#own', schedule: 'mon 8:00'}"
    effective = merged("", f"reminders: [{rows}]", Workspace((channel,)))
    assert [one.value for one in effective.reminders] == [
        Reminder("C024BE91L", "weekdays 09:00"),
        Reminder("C024BE91L", "mon 08:00"),
    ]


def test_the_more_particular_subscription_of_a_channel_holds() -> None:
    org = (
        "subscriptions:\n"
        "- {channel: '#all', repo: acme/api, filter: 'base:one'}\n"
        "- {channel: '#all', repo: acme/*, filter: 'base:many'}\n"
        "- {channel: '#all', repo: acme/other, filter: 'base:other'}\n"
    )
    assert subscribed(merged(org)) == {"C1": ("base:one", Origin.ORGANISATION, 3)}
    own = "subscriptions: [{channel: '#all', filter: 'base:own'}]"
    assert subscribed(merged(org, own)) == {"C1": ("base:own", Origin.REPOSITORY, 2)}
    command = Sourced(Subscription("C1", REPO, filter="base:mine"), ANA)
    workspace = Workspace((ALL,), subscriptions=(command,))
    assert subscribed(merged(org, own, workspace)) == {"C1": ("base:mine", Origin.COMMAND, 0)}


def test_an_excluded_repository_is_not_covered() -> None:
    assert (
        merged("subscriptions: [{channel: '#all', repo: acme/*, excluded: [acme/api]}]").subscriptions == ()
    )


def test_named_filters_are_put_together_and_a_repositorys_never_change_the_organisations() -> None:
    org = "filters: {shared: 'base:main'}\nsubscriptions: [{channel: '#all', repo: acme/*, use: [shared]}]"
    own = (
        "filters: {shared: 'base:evil'}\nsubscriptions: [{channel: '#own', use: [shared], filter: 'label:x'}]"
    )
    found = subscribed(merged(org, own))
    assert found["C1"][0] == "base:main"
    assert found["C2"][0] == "base:evil label:x"


def test_a_filter_that_is_gone_leaves_its_subscription_out() -> None:
    effective = merged("", "subscriptions: [{channel: '#own', use: [shared]}]", filters=("shared",))
    assert effective.subscriptions == ()
    assert "No file defines the filter `shared` any more" in effective.left_out[0].reason


def test_filters_that_came_to_contradict_each_other_leave_their_subscription_out() -> None:
    effective = merged(
        "filters: {shared: 'draft:yes'}",
        "subscriptions: [{channel: '#own', use: [shared], filter: 'draft:no'}]",
        filters=("shared",),
    )
    assert effective.subscriptions == ()
    assert "do not go together" in effective.left_out[0].reason


def test_expressions_that_multiply_only_together_are_left_out() -> None:
    shared = {"f": ""}
    text = "subscriptions:\n" + "".join(
        f"- {{channel: C{n:08d}, use: [f], filter: 'label:{n}'}}\n" for n in range(40)
    )
    own = File(REPO, "1" * 40, read_configuration(f"version: 1\n{text}".encode(), REPO, shared))
    org = organisation("filters: {f: 'title:" + ",".join(f"/x{n}/" for n in range(30)) + "'}")
    channels = tuple(Channel(f"C{n:08d}", f"c{n}", frozenset({REPO})) for n in range(40))
    effective = merge(REPO, org, own, Workspace(channels))
    assert 0 < len(effective.subscriptions) < 5
    assert {one.reason for one in effective.left_out} == {TOO_MANY}


PEOPLE = (
    "people: {Octocat: U012AB3CD, mona: m@acme.example}\nteams: {acme/b: {usergroup: '@b', routing: fewest}}"
)


def test_who_is_who_counts_only_once_an_admin_trusts_the_organisation() -> None:
    effective = merged(PEOPLE)
    assert effective.people == effective.usergroups == {}
    assert [one.path for one in effective.left_out] == ["teams", "people"]
    assert "`/patchforge config allow acme/* people`" in effective.left_out[0].reason
    trusted = merged(PEOPLE, "", Workspace(trusts=frozenset({"acme/*"})))
    assert trusted.people["octocat"] == Sourced("U012AB3CD", in_file(Origin.ORGANISATION, 2))
    assert trusted.usergroups["acme/b"] == Sourced("@b", in_file(Origin.ORGANISATION, 3))
    assert trusted.left_out == ()


def test_what_people_proved_prevails_over_the_file() -> None:
    proven = Sourced("U0ANOTHER", ANA)
    workspace = Workspace(trusts=frozenset({"acme/*"}), people={"octocat": proven})
    assert merged(PEOPLE, "", workspace).people["octocat"] == proven


def test_a_repository_may_say_who_of_a_team_is_asked() -> None:
    effective = merged(PEOPLE, "teams: {acme/b: {routing: round_robin}}")
    assert effective.routings["acme/b"] == Sourced("round_robin", in_file(Origin.REPOSITORY, 2))


def test_reminders_of_a_channel_come_from_one_place() -> None:
    org = "reminders: [{channel: '#all', schedule: 'mon 8:00'}]"
    own = "reminders: [{channel: '#all', schedule: 'tue 8:00'}, {channel: '#all', schedule: 'wed 8:00'}]"
    assert [one.value.schedule for one in merged(org).reminders] == ["mon 08:00"]
    assert [one.value.schedule for one in merged(org, own).reminders] == ["tue 08:00", "wed 08:00"]
    command = Sourced(Reminder("C1", "fri 08:00"), ANA)
    assert merged(org, own, Workspace((ALL,), reminders=(command,))).reminders == (command,)
