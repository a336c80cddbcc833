"""What a repository's own configuration says of its release notes, as plain values."""

from dataclasses import dataclass

from bot.models import Category


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of the notes and the labels (`*` for any) that put a pull request under it.

    `category` is what the heading means, None where it does not say; a pull request with one of the labels of
    `without`, or by one of `without_authors`, is not put here.
    """

    title: str
    labels: tuple[str, ...]
    category: Category | None = None
    without: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Autolabel:
    """A label that follows from the paths, or from patterns (`/…/i`) on the branch, the title or the body."""

    label: str
    files: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepositoryRules:
    """The file `source` of a repository, read: what it puts where, and what it leaves out.

    Labels and logins are in lower case.
    `included` are the labels of which one is needed, where there are any. `problems` say in words what of the
    file could not be used.
    """

    source: str
    headings: tuple[Heading, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_authors: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    autolabels: tuple[Autolabel, ...] = ()
    problems: tuple[str, ...] = ()
