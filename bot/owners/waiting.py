"""Which owners a pull request needs, and who of them has approved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.owners.owners import Group


@dataclass(frozen=True, slots=True)
class Need:
    """One set of owners of whom one must approve: for which patterns, how many paths, and who did.

    `approved_by` is the author where they are an owner themselves: their approval goes without saying.
    """

    owners: tuple[str, ...]
    patterns: tuple[str, ...]
    paths: int
    approved_by: tuple[str, ...]


def needs(
    groups: Iterable[Group],
    approvals: Collection[str],
    members: Mapping[str, Collection[str]],
    author: str | None = None,
) -> tuple[Need, ...]:
    """Return what owners are needed, in the file's order; the same owners for many patterns are one need.

    `approvals` are logins; `members` tells the logins behind a team ("acme/backend") or an e-mail
    address. Case does not matter. Of a team that is not told nobody is known to have approved.
    """
    found: dict[frozenset[str], list[Group]] = {}
    for group in groups:
        if group.owners:
            found.setdefault(frozenset(map(bare, group.owners)), []).append(group)
    behind, agreed = _behind(members), _agreed(approvals, author)
    return tuple(
        Need(
            owners=same[0].owners,
            patterns=tuple(dict.fromkeys(group.pattern for group in same)),
            paths=sum(len(group.paths) for group in same),
            approved_by=tuple(
                sorted(agreed[login] for login in agreed.keys() & _people(owners, behind)),
            ),
        )
        for owners, same in found.items()
    )


def unmet(
    wanted: Sequence[Need],
    approvals: Collection[str],
    members: Mapping[str, Collection[str]],
    author: str | None = None,
) -> tuple[Need, ...]:
    """Return those of the needs, told without approvals, that these do not meet; all as for `needs`."""
    behind, agreed = _behind(members), _agreed(approvals, author)
    return tuple(need for need in wanted if agreed.keys().isdisjoint(_people(map(bare, need.owners), behind)))


def waiting_owners(
    groups: Iterable[Group],
    approvals: Collection[str],
    members: Mapping[str, Collection[str]],
    author: str | None = None,
) -> tuple[Need, ...]:
    """Return the needs that nobody has met yet."""
    return tuple(need for need in needs(groups, approvals, members, author) if not need.approved_by)


def _behind(members: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    return {bare(name): {login.lower() for login in logins} for name, logins in members.items()}


def _agreed(approvals: Collection[str], author: str | None) -> dict[str, str]:
    return {login.lower(): login for login in (*approvals, *((author,) if author else ()))}


def _people(owners: Iterable[str], behind: Mapping[str, set[str]]) -> set[str]:
    people: set[str] = set()
    for owner in owners:
        people |= behind.get(owner, set())
        if "/" not in owner and "@" not in owner:
            people.add(owner)
    return people


def bare(owner: str) -> str:
    """Return an owner as logins, teams and addresses are compared: in lower case, without the @."""
    return owner.removeprefix("@").lower()
