"""Who listens to a repository, by its name or to all that its owner has: as it is in the database now."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from bot.models import Subscription
from bot.subscriptions.repository import is_whole, leaves_out, whole_of
from bot.subscriptions.routes import Routes
from storage import subscriptions

# Where a connection keeps its routes, and the versions that they are of.
_KEPT = "listening"


def routes(connection: Connection, repo: str) -> Routes:
    """Return routes in which all who listen to the repository are as they are now.

    The connection keeps what it has read: it is read anew only where a version says that it was changed, by
    whomever, and is never older than the transaction.
    """
    kept: tuple[Routes, dict[str, str | None]] = connection.info.setdefault(_KEPT, (Routes(), {}))
    found, versions = kept
    names = _names(repo)
    now = subscriptions.versions(connection, names)
    changed = [name for name in names if name not in versions or versions[name] != now.get(name)]
    if changed:
        listening = subscriptions.named(connection, changed)
        for name in changed:
            found.replace(name, (one for one in listening if one.repo == name))
            versions[name] = now.get(name)
    return found


def of_repo(connection: Connection, repo: str) -> list[Subscription]:
    """Return who listens to the repository, by channel; what a channel asks of it by name goes first."""
    found = Routes(subscriptions.named(connection, _names(repo))).candidates(repo)
    return sorted(found, key=lambda one: one.channel)


def in_channel(connection: Connection, channel: str, repo: str) -> Subscription | None:
    """Return the subscription by which a channel listens to the repository."""
    found = Routes(subscriptions.named_in(connection, channel, _names(repo)))
    return next(found.candidates(repo), None)


def repos(connection: Connection) -> list[str]:
    """Return the repositories that some channel follows, in lower case; of an owner those that are known."""
    named = {name for name in subscriptions.repos(connection) if not is_whole(name)}
    return sorted(named | _expanded(connection, subscriptions.whole(connection)))


def repos_of(connection: Connection, found: Iterable[Subscription]) -> set[str]:
    """Return the repositories that these subscriptions are to, in lower case; of an owner the known ones."""
    found = list(found)
    named = {one.repo for one in found if not is_whole(one.repo)}
    return named | _expanded(connection, [one for one in found if is_whole(one.repo)])


def follows(found: Iterable[Subscription], repo: str) -> bool:
    """Tell whether one of a channel's subscriptions is to the repository, given in lower case."""
    return next(Routes(found).candidates(repo), None) is not None


def _expanded(connection: Connection, wholes: Collection[Subscription]) -> set[str]:
    known = subscriptions.known_repos(connection, {one.repo.partition("/")[0] for one in wholes})
    return {
        repo
        for repo in known
        if any(one.repo == whole_of(repo) and not leaves_out(one.excluded, repo) for one in wholes)
    }


def _names(repo: str) -> tuple[str, str]:
    return repo.lower(), whole_of(repo)
