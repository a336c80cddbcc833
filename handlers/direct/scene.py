"""Whom a pull request concerns now, and how: read at once, for the look and for what is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from bot.models import PullFacts, PullState, Verdict
from bot.reviews.standing import Around, full_name
from bot.reviews.turn import Turn, my_turn, turn
from storage import attention, messages, people, profiles
from storage.attention import Attention
from storage.profiles import Profile

DM = "dm"


@dataclass(frozen=True, slots=True)
class Person:
    """One linked person: their own part, if they have one, and the message they have of it."""

    user: str
    login: str | None
    mine: Turn | None
    profile: Profile
    said: Attention
    row: RowMapping | None = None

    @property
    def asked(self) -> str:
        """Return what they hear, such as "review requested"; empty if nothing."""
        return str(self.mine.reason) if self.mine and self.mine.reason else ""


def key_of(user: str, pull_id: int) -> str:
    """Return the key of the one direct message that a person has of a pull request."""
    return f"dm:{user}:{pull_id}"


def user_of(row: RowMapping) -> str:
    """Return whose direct message it is."""
    return str(row["key"]).split(":")[1]


def persons(connection: Connection, facts: PullFacts, around: Around) -> list[Person]:
    """Return the linked people whom a pull request may concern, and those who have a message of it."""
    pull = facts.pull
    rows = {user_of(row): row for row in messages.of_pull(connection, pull.id) if row["kind"] == DM}
    logins = people.slack_users(connection, _candidates(facts, around))
    users: dict[str, str | None] = {user: people.login_of(connection, user) for user in rows}
    users |= {user: login for login, user in logins.items()}
    said = attention.of_pull(connection, pull.id) if users else {}
    known = profiles.several(connection, users)
    return [
        Person(
            user=user,
            login=login,
            mine=my_turn(facts, login, (), around) if login else None,
            profile=known[user],
            said=said.get(user) or Attention(user, pull.id),
            row=rows.get(user),
        )
        for user, login in sorted(users.items())
    ]


def person(connection: Connection, facts: PullFacts, around: Around, row: RowMapping) -> Person:
    """Return the person whose message this is."""
    user = user_of(row)
    login = people.login_of(connection, user)
    return Person(
        user=user,
        login=login,
        mine=my_turn(facts, login, (), around) if login else None,
        profile=profiles.get(connection, user),
        said=attention.get(connection, user, facts.pull.id),
        row=row,
    )


def last_word(
    facts: PullFacts, *, of: Iterable[str] = (), but: Iterable[str] = ()
) -> tuple[str, Verdict] | None:
    """Return the latest review of these, or of all but these, by login and verdict."""
    wanted, left_out = {login.lower() for login in of}, {login.lower() for login in but}
    for review in reversed(facts.reviews):
        login = (review.login or "").lower()
        fits = login in wanted if wanted else login and login not in left_out
        if fits and review.verdict not in {Verdict.PENDING, Verdict.DISMISSED}:
            return str(review.login), review.verdict
    return None


def team_of(mine: Turn | None) -> str:
    """Return the team instead of which a person is asked; empty if none."""
    return dict(mine.handed).get(mine.who[0], "") if mine and mine.who else ""


def _candidates(facts: PullFacts, around: Around) -> set[str]:
    pull = facts.pull
    whole = turn(facts, around)
    if pull.state is not PullState.OPEN or whole is None:
        return set()
    found = {pull.author} if pull.author else set[str]()
    for who in whole.who:
        team = around.members.get(full_name(who, pull.repo)) if _is_team(who, facts) else None
        found |= set(team or ()) or {who}
    return found


def _is_team(who: str, facts: PullFacts) -> bool:
    return "/" in who or who in facts.pull.teams


def handed(around: Around, login: str) -> Mapping[str, str]:
    """Return the teams instead of which this login is asked."""
    return {team: one for team, one in around.asked.items() if one.lower() == login.lower()}
