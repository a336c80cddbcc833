"""Who of a team is asked for it, by the team's setting; a choice stays until they are away or say no."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.models import PullFacts, PullState
from bot.people.working import calendar
from bot.reviews.routing import Member, Mode, route
from bot.reviews.standing import Around, full_name
from bot.reviews.turn import turn
from handlers.configuration.knowing import BY_FILE, routings_of
from storage import attention, groups, messages, people, profiles
from storage.attention import Attention
from storage.groups import Group
from storage.profiles import Profile


@dataclass(frozen=True, slots=True)
class Choice:
    """For one team, "owner/slug", who is asked from now on; None is the whole team."""

    team: str
    login: str | None
    user: str | None


def choose(
    connection: Connection, facts: PullFacts, around: Around, *, now: datetime
) -> tuple[Around, list[Choice]]:
    """Return the surroundings with whoever is asked, and what has changed about that."""
    pull = facts.pull
    whole = turn(facts, replace(around, asked={}))
    if pull.state is not PullState.OPEN or pull.draft or whole is None:
        return around, []
    names = {full_name(who, pull.repo) for who in whole.who if "/" in who or who in pull.teams}
    settings = _settings(connection, pull.repo, names)
    said = attention.of_pull(connection, pull.id) if settings or around.asked else {}
    asked, changes = dict(around.asked), list[Choice]()
    for team in sorted(names):
        setting, former = settings.get(team), asked.get(team)
        login, user = None, None
        if setting is not None and setting.routing != Mode.WHOLE:
            members = people.slack_users(connection, around.members.get(team, ()))
            known = profiles.several(connection, members.values())
            able = {login: known[user] for login, user in members.items() if not _declined(team, user, said)}
            if former in able and not able[former].is_away(now):
                continue
            login = _chosen(connection, facts, setting, able, now=now)
            user = members[login] if login else None
        if login != former:
            changes.append(Choice(team, login, user))
            asked.pop(team, None)
            asked |= {team: login} if login else {}
    return replace(around, asked=asked), changes


def record(connection: Connection, pull_id: int, changes: list[Choice], *, now: datetime) -> None:
    """Write down who is asked from now on, and let the cards say so."""
    for change in changes:
        for one in attention.of_pull(connection, pull_id).values():
            if change.team in one.asked_for and one.slack_user != change.user:
                rest = tuple(team for team in one.asked_for if team != change.team)
                attention.put(connection, one.slack_user, pull_id, now=now, asked_for=rest)
        if change.user and change.login:
            mine = attention.get(connection, change.user, pull_id).asked_for
            attention.put(connection, change.user, pull_id, now=now, asked_for=(*mine, change.team))
            groups.given(connection, change.team, change.login)
    if changes:
        for row in messages.cards_of(connection, [pull_id]):
            messages.mark_stale(connection, row, now=now)


def _settings(connection: Connection, repo: str, teams: Collection[str]) -> dict[str, Group]:
    """Return how these teams are asked: as set in Slack, else by the repository's file, else the owner's."""
    found = groups.named(connection, teams)
    files = routings_of(connection, repo) if teams else {}
    for team in files.keys() & set(teams):
        setting = found.get(team, Group(team, None, set_by=BY_FILE))
        if setting.set_by == BY_FILE:
            found[team] = replace(setting, routing=files[team])
    return found


def _declined(team: str, user: str, said: dict[str, Attention]) -> bool:
    return user in said and team in said[user].declined


def _chosen(
    connection: Connection, facts: PullFacts, setting: Group, able: dict[str, Profile], *, now: datetime
) -> str | None:
    """Return the login of whoever of these is asked; None if that is the whole team."""
    mode = Mode(setting.routing)
    busy = attention.open_reviews(connection) if mode is Mode.FEWEST else {}
    members = [
        Member(
            login=login,
            open_reviews=busy.get(login.lower(), 0),
            at_work=profile.zone is None or calendar(profile).is_working(now),
            away=profile.is_away(now),
        )
        for login, profile in able.items()
    ]
    found = route(
        members,
        mode,
        author=facts.pull.author,
        reviewed={review.login for review in facts.reviews if review.login},
        last_given=setting.last_given,
    )
    return found.logins[0] if len(found.logins) == 1 else None
