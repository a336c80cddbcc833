"""What acts of the GitHub panel are told, and who does them unless somebody was chosen."""

from typing import Protocol

from sandbox.github import GitHub, Pull
from sandbox.github.server import BOT


class Fields(Protocol):
    """The fields of an act."""

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text field, or `default` when it is missing."""

    def number(self, name: str) -> int:
        """Return a whole number."""

    def raw(self, name: str) -> object:
        """Return a field as it came."""


def people(github: GitHub, kind: str = "User") -> list[str]:
    """Name the people, or with `Bot` the robots, whom the panel offers."""
    accounts = github.state.accounts.values()
    return [account.login for account in accounts if account.type == kind and account.login != BOT]


def other(github: GitHub, pull: Pull) -> str:
    """Name a reviewer, else anybody but the author."""
    known = people(github)
    asked = [*pull.reviewers, *(review.author for review in pull.reviews)]
    members = [login for slug in pull.teams for login in github.state.teams[slug].members]
    fitting = [login for login in [*asked, *sorted(members), *known] if login in known]
    return next(login for login in fitting if login != pull.author)
