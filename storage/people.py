"""Who is who: Slack user and GitHub login, one to one, and how that is known."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, and_, delete, func, select, update

from bot.models import Pull
from storage import groups
from storage.sql import insert
from storage.tables import people, profiles, pulls, repositories, reviews

SAID, EMAIL, FILE, ADMIN, GITHUB = "said", "email", "file", "admin", "github"
# From the weakest proof to the strongest: whoever said so, an address in common, a file that an admin lets
# in, an admin, GitHub itself.
_STRENGTH = (SAID, EMAIL, FILE, ADMIN, GITHUB)
# So many pull requests are looked at for those who are not linked.
_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Person:
    """One link: `proof` is how it is known, `linked_by` who made it if not the person."""

    slack_user: str
    login: str
    proof: str
    linked_by: str | None
    github_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of linking: `taken_by` holds the login with no weaker proof, and nothing was changed.

    `kept` is the other login that the person has by a stronger proof; `lost_by` had claimed the login with
    a weaker one, and is linked no more.
    """

    taken_by: str | None = None
    kept: str | None = None
    lost_by: str | None = None

    @property
    def done(self) -> bool:
        """Tell whether the two are linked now."""
        return self.taken_by is None and self.kept is None


def link(
    connection: Connection,
    slack_user: str,
    login: str,
    *,
    now: datetime,
    proof: str = SAID,
    by: str | None = None,
    github_id: int | None = None,
) -> Linked:
    """Link the two by this proof, unless a proof that is as good stands against it.

    A person may always change what they said or proved themselves; what others say of them (`by`) does not
    count against it. Saying again what was proven better changes nothing.
    """
    mine, holder = of_user(connection, slack_user), of_login(connection, login)
    if holder is not None and holder.slack_user == slack_user:
        if _strength(holder.proof) > _strength(proof):
            return Linked()
        holder = None
    if holder is not None and not _yields(connection, holder, proof):
        return Linked(taken_by=holder.slack_user)
    if mine is not None and by is not None and _strength(mine.proof) > _strength(proof):
        return Linked(kept=mine.login)
    if holder is not None:
        connection.execute(delete(people).where(people.c.slack_user == holder.slack_user))
    values = {"login": login, "proof": proof, "linked_by": by, "github_id": github_id, "created_at": now}
    connection.execute(
        insert(connection, people)
        .values(slack_user=slack_user, **values)
        .on_conflict_do_update(index_elements=[people.c.slack_user], set_=values)
    )
    return Linked(lost_by=holder.slack_user if holder else None)


def unlink(connection: Connection, slack_user: str) -> bool:
    """Forget a person's link; False if there was none."""
    return bool(connection.execute(delete(people).where(people.c.slack_user == slack_user)).rowcount)


def of_user(connection: Connection, slack_user: str) -> Person | None:
    """Return a Slack user's link."""
    return _one(connection, select(people).where(people.c.slack_user == slack_user))


def of_login(connection: Connection, login: str) -> Person | None:
    """Return the link of a GitHub login."""
    return _one(connection, select(people).where(func.lower(people.c.login) == login.lower()))


def every(connection: Connection) -> list[Person]:
    """Return all links, by login."""
    query = select(people).order_by(func.lower(people.c.login))
    return [_person(row) for row in connection.execute(query).mappings()]


def renamed(connection: Connection, slack_user: str, login: str) -> bool:
    """Follow an account to its new login; False if somebody else is linked to that."""
    if (holder := of_login(connection, login)) is not None and holder.slack_user != slack_user:
        return False
    connection.execute(update(people).where(people.c.slack_user == slack_user).values(login=login))
    return True


def numbered(connection: Connection, slack_user: str, github_id: int) -> None:
    """Record the number of a person's account, which stays when that is renamed."""
    connection.execute(update(people).where(people.c.slack_user == slack_user).values(github_id=github_id))


def login_of(connection: Connection, slack_user: str) -> str | None:
    """Return a Slack user's GitHub login."""
    found = of_user(connection, slack_user)
    return found.login if found else None


def slack_users(connection: Connection, logins: Collection[str], *, unless_proof: str = "") -> dict[str, str]:
    """Return the Slack users of those logins that are linked, by the login as it was given.

    Who has left the workspace is nobody's Slack user any more; `unless_proof` is one that is not enough.
    """
    if not logins:
        return {}
    wanted = {login.lower(): login for login in logins}
    rows = connection.execute(
        select(people.c.login, people.c.slack_user)
        .outerjoin(profiles, and_(profiles.c.slack_user == people.c.slack_user, profiles.c.deleted))
        .where(
            func.lower(people.c.login).in_(wanted),
            people.c.proof != unless_proof,
            profiles.c.slack_user.is_(None),
        )
    )
    return {wanted[login.lower()]: user for login, user in rows}


def seen_lately(connection: Connection, repos: Collection[str], *, since: datetime) -> list[tuple[str, int]]:
    """Return the logins of people in the pull requests of these repositories, with how many each is in.

    The most frequent come first; `owner/*` stands for all that the owner has.
    """
    if not repos:
        return []
    lately = pulls.c.updated_at >= since
    of_pulls = select(
        pulls.c.id, repositories.c.full_name, pulls.c.author, pulls.c.author_is_bot, pulls.c.reviewers
    ).join(repositories, repositories.c.id == pulls.c.repo_id)
    latest = of_pulls.where(lately).order_by(pulls.c.updated_at.desc()).limit(_LOOKED_AT)
    seen: dict[int, set[str]] = {}
    for pull_id, repo, author, is_bot, asked in connection.execute(latest):
        name = repo.lower()
        if name in repos or f"{name.partition('/')[0]}/*" in repos:
            seen[pull_id] = {*asked, *([author] if author and not is_bot else [])}
    said = select(reviews.c.pull_id, reviews.c.login).join(pulls, pulls.c.id == reviews.c.pull_id)
    for pull_id, login in connection.execute(said.where(lately, reviews.c.login.is_not(None))):
        if pull_id in seen:
            seen[pull_id].add(login)
    counted = Counter(login for logins in seen.values() for login in logins if not login.endswith("[bot]"))
    return sorted(counted.items(), key=lambda one: (-one[1], one[0].lower()))


def named(
    connection: Connection,
    names: Collection[str],
    *,
    owner: str,
    teams: Collection[str] = (),
    actor: str | None = None,
) -> dict[str, str]:
    """Return whom to mention for logins and teams, by the name as it was given.

    `names` with a slash and those in `teams` are teams, of `owner` where they do not say; they have user
    groups. Never the `actor`, whose own doing it is.
    """
    full = {name: _full(name, owner) for name in names if "/" in name or name in teams}
    known = groups.slack_groups(connection, set(full.values()))
    logins = [name for name in names if name not in full and not (actor and name.lower() == actor.lower())]
    found = slack_users(connection, logins)
    return found | {name: known[team] for name, team in full.items() if team in known}


def _full(team: str, owner: str) -> str:
    return (team if "/" in team else f"{owner}/{team}").lower()


def named_in(connection: Connection, asked: Iterable[tuple[Pull, Collection[str]]]) -> dict[str, str]:
    """Return whom to mention where several pull requests wait for these names, by the name as it was given.

    A team of the same name in two organisations is two groups: neither is mentioned by guess.
    """
    names, teams = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for pull, waited in asked:
        owner = pull.repo.partition("/")[0]
        names[owner].update(waited)
        teams[owner].update(pull.teams)
    found = defaultdict[str, set[str]](set)
    for owner, waited in names.items():
        for name, slack in named(connection, waited, owner=owner, teams=teams[owner]).items():
            found[name].add(slack)
    return {name: next(iter(slack)) for name, slack in found.items() if len(slack) == 1}


def _yields(connection: Connection, holder: Person, proof: str) -> bool:
    """Tell whether somebody's link gives way to this proof; that of one who left Slack always does."""
    left = select(profiles.c.deleted).where(profiles.c.slack_user == holder.slack_user)
    return _strength(holder.proof) < _strength(proof) or bool(connection.execute(left).scalar())


def _strength(proof: str) -> int:
    return _STRENGTH.index(proof)


def _one(connection: Connection, query: Select[*tuple[object, ...]]) -> Person | None:
    row = connection.execute(query).mappings().first()
    return _person(row) if row else None


def _person(row: RowMapping) -> Person:
    return Person(**row)
