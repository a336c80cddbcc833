"""Whom a filter names: logins, teams, and people and groups of Slack, who are looked up when it is judged."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.filters import patterns
from bot.filters.seen import Answer, Seen, likely

ME = "@me"
_BOT = "[bot]"
_SLACK = re.compile(r"<(@[UW][A-Z0-9]{1,30}|!subteam\^S[A-Z0-9]{1,30})(?:\|[^<>]*)?>")
_LOGIN = re.compile(r"@?([a-z\d*](?:[a-z\d*_-]{0,98}[a-z\d*])?(?:\[bot\])?)", re.IGNORECASE | re.ASCII)
_TEAM = re.compile(r"@?([a-z\d][a-z\d_-]{0,99}/[a-z\d][\w.-]{0,99})", re.IGNORECASE | re.ASCII)
_SLUG = re.compile(r"@?([a-z\d][\w.-]{0,99})", re.IGNORECASE | re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>,]{1,64}@[^\s@<>,]{1,189}")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a value stands for: logins, `owner/team` or addresses; `complete` if all of them are known."""

    names: frozenset[str]
    complete: bool = True


def read_person(value: str) -> str:
    """Return `@me`, `<@U…>`, `<!subteam^S…>`, `@owner/team` or a login in its one spelling.

    Raises ValueError for anything else.
    """
    if found := _SLACK.fullmatch(value):
        return f"<{found[1]}>"
    if found := _TEAM.fullmatch(value):
        return f"@{found[1].lower()}"
    if value.lower() == ME:
        return ME
    if found := _LOGIN.fullmatch(value):
        return found[1].lower()
    raise ValueError("name a GitHub login, a team as `@owner/team`, somebody in Slack, or `@me`")


def read_owner(value: str) -> str:
    """Return whom CODEOWNERS may name, as `read_person`, or an e-mail address in lower case."""
    return value.lower() if _ADDRESS.fullmatch(value) else read_person(value)


def read_team(value: str) -> str:
    """Return `owner/team`, `team` (of the repository's owner) or a group of Slack; raises ValueError."""
    found = _SLACK.fullmatch(value)
    if found and found[1].startswith("!"):
        return f"<{found[1]}>"
    name = _TEAM.fullmatch(value) or _SLUG.fullmatch(value)
    if name is None or value.lower() == ME:
        raise ValueError("name a team as `owner/team`, or a user group of Slack")
    return name[1].lower()


def slack_id(value: str) -> str:
    """Return the id of a user or user group of Slack that the value names; "" if it names none."""
    return value.strip("<>@").removeprefix("!subteam^") if value.startswith("<") else ""


def is_symbol(value: str) -> bool:
    """Tell whether only the moment of judging knows whom the value stands for."""
    return value.startswith(("<", "@"))


def is_login(value: str, login: str) -> bool:
    """Tell whether a login that may hold `*` is this login; an app's `[bot]` may be left out."""
    login = login.lower()
    plain = login.removesuffix(_BOT)
    if "*" in value:
        fits = patterns.star(value)
        return fits(login) or fits(plain)
    return value in {login, plain}


def members_of(named: Named, seen: Seen) -> Named:
    """Return the named with the members of their teams in place of these."""
    teams = {name for name in named.names if "/" in name}
    known = [seen.members[team] for team in teams if team in seen.members]
    logins = {login.lower() for members in known for login in members}
    return Named(named.names - teams | logins, named.complete and len(known) == len(teams))


def someone(value: str, seen: Seen) -> Named:
    """Return whom the value stands for now, teams as such."""
    if value == ME:
        return _in_slack(seen.me, seen)
    if identifier := slack_id(value):
        return _in_slack(identifier, seen)
    return Named(frozenset({value.removeprefix("@")}))


def of_team(value: str, seen: Seen) -> Named:
    """Return whom a value of `team:` stands for: the team itself, unless a group of Slack is named."""
    if identifier := slack_id(value):
        return _in_slack(identifier, seen)
    return Named(frozenset({value if "/" in value else f"{seen.owner}/{value}"}))


def is_one_of(
    find: Callable[[str, Seen], Named], among: Callable[[Seen], Iterable[str] | None]
) -> Callable[[str, Seen], Answer]:
    """Return the test whether one whom `among` gives is meant, by name or as a member of a team."""

    def test(value: str, seen: Seen) -> Answer:
        present = among(seen)
        if present is None:
            return Answer.UNKNOWN
        meant = members_of(find(value, seen), seen)
        return likely(_meet(meant.names, present), complete=meant.complete)

    return test


def asked_or_reviewed(value: str, seen: Seen) -> Answer:
    """Tell whether the value names a requested reviewer or team, a member of it, or one who reviewed."""
    pull = seen.pull
    named = someone(value, seen)
    if named.names & {f"{seen.owner}/{team}".lower() for team in pull.teams}:
        return Answer.YES
    author = (pull.author or "").lower()
    reviewed = [login for login in seen.reviewed or () if login.lower() != author]
    meant = members_of(named, seen)
    complete = meant.complete and seen.reviewed is not None
    return likely(_meet(meant.names, [*pull.reviewers, *reviewed]), complete=complete)


def owns(value: str, seen: Seen) -> Answer:
    """Tell whether CODEOWNERS names just this person, team or address for a changed file."""
    if seen.owners is None:
        return Answer.UNKNOWN
    named = someone(value, seen)
    return likely(_meet(named.names, seen.owners), complete=named.complete)


def _in_slack(identifier: str, seen: Seen) -> Named:
    if identifier not in seen.people:
        return Named(frozenset(), complete=False)
    return Named(frozenset(name.lower() for name in seen.people[identifier]))


def _meet(names: frozenset[str], present: Iterable[str]) -> bool:
    return any(is_login(name, one.removeprefix("@")) for one in present for name in names)
