"""What keys look at in a pull request, and how what is there is said."""

from collections.abc import Callable, Iterable

from bot.filters import patterns, sizes
from bot.filters.seen import Answer, Seen, either, likely, sure
from bot.models import GHOST

_SHOWN = 10


def any_of(fits: Callable[[str, Seen], Answer]) -> Callable[[tuple[str, ...], Seen], Answer]:
    """Return the test whether one of the values may fit."""
    return lambda values, seen: either(fits(value, seen) for value in values)


def known(fits: Callable[[str, Seen], bool]) -> Callable[[tuple[str, ...], Seen], Answer]:
    """Return the test whether one of the values fits, where the pull request tells by itself."""
    return lambda values, seen: sure(any(fits(value, seen) for value in values))


def flag(holds: Callable[[Seen], bool]) -> Callable[[tuple[str, ...], Seen], Answer]:
    """Return the test of a yes-or-no key."""
    return lambda _, seen: sure(holds(seen))


def author(seen: Seen) -> list[str]:
    """Return who opened it, as the only one."""
    return [seen.pull.author or GHOST]


def touches(values: tuple[str, ...], seen: Seen) -> Answer:
    """Tell whether a changed file matches one of the path patterns."""
    if seen.paths is None:
        return Answer.UNKNOWN
    return likely(bool(patterns.matching_path(values, seen.paths)), complete=seen.all_paths)


def happened(values: tuple[str, ...], seen: Seen) -> Answer:
    """Tell whether the event is one of these."""
    return Answer.UNKNOWN if seen.event is None else sure(seen.event in values)


def lines(seen: Seen) -> int:
    """Return how many lines it adds and deletes."""
    return seen.pull.additions + seen.pull.deletions


def _listed(names: Iterable[str], *, none: str, some: str) -> str:
    names = list(names)
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return some.format(", ".join(f"“{name}”" for name in names[:_SHOWN]) + rest) if names else none


def sees_reviewers(seen: Seen) -> str:
    """Say who is asked for a review, or gave one."""
    pull = seen.pull
    names = [*pull.reviewers, *(f"{seen.owner}/{team}" for team in pull.teams), *(seen.reviewed or ())]
    asked = _listed(dict.fromkeys(names), none="nobody", some="{}")
    return f"this one asks {asked}" + (
        "" if seen.reviewed is not None else ", and who reviewed it is not known yet"
    )


def sees_paths(seen: Seen) -> str:
    """Say which files it changes."""
    if seen.paths is None:
        return "which files this one changes is not known yet"
    files = _listed(seen.paths, none="no file", some="{}")
    return f"this one changes {files}" + ("" if seen.all_paths else ", and more that are not known yet")


def sees_owners(seen: Seen) -> str:
    """Say who owns what it changes."""
    if seen.owners is None:
        return "who owns what this one changes is not known yet"
    return _listed(
        sorted(seen.owners),
        none="nobody owns what this one changes",
        some="what this one changes belongs to {}",
    )


def sees_assignees(seen: Seen) -> str:
    """Say whom it is assigned to."""
    return _listed(
        seen.pull.assignees, none="this one is assigned to nobody", some="this one is assigned to {}"
    )


def sees_labels(seen: Seen) -> str:
    """Say how it is labelled."""
    return _listed(seen.pull.labels, none="this one has no label", some="this one is labelled {}")


def sees_size(seen: Seen) -> str:
    """Say how large it is."""
    return f"this one changes {lines(seen)} lines (`{sizes.name_of(lines(seen))}`)"


def sees_author(seen: Seen) -> str:
    """Say who opened it."""
    return f"“{author(seen)[0]}” opened this one"


def sees_event(seen: Seen) -> str:
    """Say what happened."""
    return "no event is given" if seen.event is None else f"this event is `{seen.event}`"


def yes_no(yes: str, no: str, holds: Callable[[Seen], bool]) -> Callable[[Seen], str]:
    """Return what says one thing or the other."""
    return lambda seen: yes if holds(seen) else no
