"""Which owners a pull request still needs."""

import pytest

from bot.owners.owners import Group
from bot.owners.parsing import parse
from bot.owners.waiting import needs, waiting_owners

FILE = """
*           @maya
storage/**  @acme/backend
*.sql       @acme/backend
web/        @zoe @acme/frontend
docs/       docs@acme.example
web/gen/
"""
MEMBERS = {"acme/backend": ["omar", "lena"], "docs@acme.example": ["kim"]}


def groups(*paths: str) -> tuple[Group, ...]:
    return parse(FILE).of_all(paths).groups


@pytest.mark.parametrize(
    ("paths", "approvals", "author", "waiting"),
    [
        (["storage/a.py"], [], "maya", [("@acme/backend",)]),
        (["storage/a.py"], ["zoe"], "maya", [("@acme/backend",)]),
        (["storage/a.py"], ["omar"], "maya", []),
        (["storage/a.py"], ["OMAR"], "maya", []),
        (["storage/a.py"], [], "lena", []),
        (["web/a.ts"], [], "maya", [("@zoe", "@acme/frontend")]),
        (["web/a.ts"], ["zoe"], "maya", []),
        (["web/gen/a.ts"], [], "maya", []),
        (["web/a.ts", "storage/a.py"], ["zoe"], "maya", [("@acme/backend",)]),
        (["docs/a.md"], [], "maya", [("docs@acme.example",)]),
        (["docs/a.md"], ["kim"], "maya", []),
        (["setup.py"], [], "maya", []),
        (["setup.py"], [], None, [("@maya",)]),
    ],
)
def test_of_each_set_of_owners_one_must_approve(
    paths: list[str], approvals: list[str], author: str | None, waiting: list[tuple[str, ...]]
) -> None:
    found = waiting_owners(groups(*paths), approvals, MEMBERS, author)
    assert [need.owners for need in found] == waiting


def test_the_same_owners_of_many_patterns_are_asked_once() -> None:
    (need,) = needs(groups("storage/a.py", "storage/b.py", "x/y.sql"), ["omar", "zoe"], MEMBERS)
    assert (need.owners, need.patterns, need.paths) == (("@acme/backend",), ("storage/**", "*.sql"), 3)
    assert need.approved_by == ("omar",)


def test_nobody_is_known_to_have_approved_for_a_team_that_is_not_told() -> None:
    (need,) = waiting_owners(groups("storage/a.py"), ["omar"], {})
    assert need.patterns == ("storage/**",)
