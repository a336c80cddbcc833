"""Say what is in force, and what is wrong with a file, for `/patchforge config` to show."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from blocks.configuration import Fault, Faulty, Group, InForce, Row
from blocks.evidence import Channel, Link, Member, Part
from bot.configuration.document import PATH, Subscription
from bot.configuration.effective import Effective, File, Origin, Source, Sourced
from bot.filters.language import explain, parse_filter
from bot.reminders.sla import Ladder


def in_words(effective: Effective, web: str) -> InForce:
    """Return everything in force with where it came from; `web` is GitHub's address for people."""

    def row(sourced: Sourced[Any], *what: Part) -> Row:
        return Row(what, source_in_words(sourced.source, web))

    subscriptions = [row(one, *_subscription(one.value)) for one in effective.subscriptions]
    reminders = [
        row(one, Channel(one.value.channel), f": `{one.value.schedule}`") for one in effective.reminders
    ]
    times = [
        row(effective.ladder, _ladder(effective.ladder.value)),
        row(effective.zone, f"Time zone: {effective.zone.value}"),
        row(effective.days, f"Working days: {', '.join(effective.days.value)}"),
        row(effective.hours, f"Working hours: {effective.hours.value}"),
        row(effective.country, f"Public holidays: {effective.country.value or 'none'}"),
    ]
    filters = [row(one, f"`{name}`: `{one.value}`") for name, one in effective.filters.items()]
    teams = [row(one, f"`{name}` is {_handle(one.value)}") for name, one in effective.usergroups.items()]
    teams += [row(one, f"`{name}`: {_ROUTINGS[one.value]}") for name, one in effective.routings.items()]
    people = [row(one, *_person(login, one.value)) for login, one in effective.people.items()]
    return InForce(
        effective.repo,
        (
            Group("Subscriptions", tuple(subscriptions), "No channel follows it."),
            Group("Reviews", tuple(times), ""),
            Group("Reminders", tuple(reminders), "No channel is reminded by one."),
            Group("Filters by name", tuple(filters), "No file names any."),
            Group("Teams", tuple(teams), "No team has a user group by one; see `/patchforge people teams`."),
            Group("People", tuple(people), "Nobody is linked by a file."),
        ),
        tuple(
            Row((f"`{one.path}`: {one.reason}",), source_in_words(one.source, web))
            for one in effective.left_out
        ),
    )


def faulty_in_words(file: File, web: str, in_force: File | None = None) -> Faulty:
    """Return what is wrong with a file; `in_force` is its last good version, if there was one."""
    where = f"{PATH} of {file.repo} at "
    instead: tuple[Part, ...] = ("Nothing of it is in force.",)
    if in_force:
        instead = ("The version of ", _commit(in_force, web), " stays in force.")
    faults = [
        Fault(one.line, one.path, one.message, line_url(web, file.repo, file.commit, one.line))
        for one in file.reading.problems
    ]
    return Faulty((where, _commit(file, web)), instead, tuple(faults), more=file.reading.more)


def source_in_words(source: Source, web: str) -> tuple[Part, ...]:
    """Say where a value came from."""
    if source.origin is Origin.DEFAULT:
        return ("default",)
    if source.origin is Origin.COMMAND:
        return ("set in Slack by ", Member(source.by)) if source.by else ("set in Slack",)
    label = f"{source.repo} line {source.line} at {source.commit[:7]}"
    whose = "the organisation's file" if source.origin is Origin.ORGANISATION else "the repository's file"
    return (f"{whose}, ", Link(line_url(web, source.repo, source.commit, source.line), label))


def line_url(web: str, repo: str, commit: str, line: int) -> str:
    """Return the address of a line of a repository's file at a commit."""
    return f"{web.rstrip('/')}/{quote(repo)}/blob/{quote(commit, safe='')}/{PATH}#L{line}"


_ROUTINGS: Mapping[str, str] = {
    "whole": "the whole group is asked",
    "round_robin": "one is asked, in turn",
    "fewest": "whoever has the fewest open reviews is asked",
}


def _commit(file: File, web: str) -> Link:
    return Link(line_url(web, file.repo, file.commit, 1), file.commit[:7])


def _subscription(wanted: Subscription) -> tuple[Part, ...]:
    said = f" follows {wanted.repo}: {', '.join(wanted.features)}; {explain(parse_filter(wanted.filter))}"
    if wanted.broadcast:
        said += f"; in the channel as well: {', '.join(wanted.broadcast)}"
    return (Channel(wanted.channel), said)


def _ladder(ladder: Ladder | None) -> str:
    if ladder is None:
        return "No review is ever called late"
    reviewer, author, channel = ladder.hours
    return f"Told after working hours: the reviewer {reviewer}, the author {author}, the channel {channel}"


def _handle(usergroup: str) -> str:
    """Name a user group without mentioning it."""
    return f"`{usergroup}`"


def _person(login: str, member: str) -> tuple[Part, ...]:
    """Say who somebody is; an address is not shown to those who may not see the file."""
    return (
        (f"`{login}` is a member by e-mail address",) if "@" in member else (f"`{login}` is ", Member(member))
    )
