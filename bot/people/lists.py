"""A pasted list of people, one to a line: GitHub login, then Slack e-mail address or id."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.people.logins import read_login

MOST_LINES = 500

_HEADER = {"login", "github", "github login", "github_login", "username", "user"}
_MEMBER = re.compile(r"<?@?([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>?")
_ADDRESS = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,189}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line, by its number from 1: a login, and a Slack id or an address in lower case."""

    line: int
    login: str
    member: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says; `wrong` tells of lines, by number, what is wrong with them."""

    rows: tuple[Row, ...]
    wrong: Mapping[int, str] = field(default_factory=dict)


def parse_list(text: str) -> Listed:
    """Read the list; commas, semicolons or tabs part the two, a heading and empty lines are passed over."""
    rows: list[Row] = []
    wrong: dict[int, str] = {}
    logins: dict[str, int] = {}
    members: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = _cells(line)
        if not any(cells) or (not rows and not wrong and cells[0].lower() in _HEADER):
            continue
        if len(rows) + len(wrong) >= MOST_LINES:
            wrong[number] = f"a list holds {MOST_LINES} people at most; import the rest after it"
            break
        found = _row(number, cells)
        if isinstance(found, str):
            wrong[number] = found
            continue
        who = found.member or found.address
        for known, name in ((logins, found.login.lower()), (members, who)):
            if (before := known.setdefault(name, number)) != number:
                wrong[number] = f"{name} stands in line {before}, too"
        rows.append(found)
    return Listed(tuple(rows), wrong)


def _cells(line: str) -> list[str]:
    mark = next((mark for mark in "\t;," if mark in line), ",")
    try:
        cells = next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])
    except csv.Error:
        cells = line.split(mark)
    return [cell.strip() for cell in cells]


def _row(number: int, cells: list[str]) -> Row | str:
    """Return the line's row, or what is wrong with it."""
    filled = [cell for cell in cells if cell]
    if len(filled) != 2:
        return "needs two things: a GitHub login, and a Slack e-mail address or id"
    login = read_login(filled[0])
    if login is None:
        return f"{filled[0][:40]} is not a GitHub login"
    if member := _MEMBER.fullmatch(filled[1]):
        return Row(number, login, member=member[1])
    if _ADDRESS.fullmatch(filled[1]):
        return Row(number, login, address=filled[1].lower())
    return f"{filled[1][:60]} is neither an e-mail address nor a Slack id"
