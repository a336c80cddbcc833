"""Read what follows `/patchforge email`: `on owner/repo`, `off`, an address, `team owner/repo address`."""

from dataclasses import dataclass
from typing import Literal

from bot.errors import UserError
from bot.filters.words import from_slack, shown, unknown
from bot.notes.recipients import unusable
from bot.subscriptions.repository import looks_like_repository, parse_followed, parse_repository

Act = Literal["show", "on", "off", "address", "forget", "team", "allow"]

_LONGEST = 600
_WORDS = ("on", "off", "forget", "team", "allow")


@dataclass(frozen=True, slots=True)
class EmailRequest:
    """What somebody asks for; `repo` and `address` are in lower case, and empty where they are not named."""

    act: Act
    repo: str = ""
    address: str = ""


def parse_email(text: str) -> EmailRequest:
    """Read the words behind `email`; raises UserError that says what to write instead."""
    typed = from_slack(text)
    if len(typed) > _LONGEST:
        raise UserError(f"That is too long; keep it under {_LONGEST} characters.")
    word, *rest = typed.split() or [""]
    name = word.lower()
    if not name and not rest:
        return EmailRequest("show")
    if "@" in word:
        _no_more(rest)
        return EmailRequest("address", address=parse_address(word))
    if name not in _WORDS:
        raise unknown("word", word, (*_WORDS, "you@example.org"))
    if name == "team":
        return _team(rest)
    if name == "allow":
        _no_more(rest[1:])
        return EmailRequest("allow", address=parse_address(rest[0] if rest else ""))
    if name == "forget":
        _no_more(rest)
        return EmailRequest("forget")
    _no_more(rest[1:])
    repo = parse_repository(rest[0]) if rest else ""
    return EmailRequest("on" if name == "on" else "off", repo=repo)


def parse_address(text: str) -> str:
    """Return an address in lower case, its domain as mail servers write it; raises UserError."""
    typed = text.strip().strip("<>`\"'")
    local, at, domain = typed.rpartition("@")
    try:
        # What people write as an umlaut or in another script, mail servers write in ASCII.
        plain = f"{local}{at}{domain.encode('idna').decode()}".lower()
    except UnicodeError:
        plain = ""
    if not at or not plain or (why := unusable(plain)) == "malformed address":
        raise UserError(f"{shown(typed)} is not an address that I can write to, such as `you@example.org`.")
    if why:
        raise UserError(f"Nobody reads {shown(typed)} ({why}); name an address that you read.")
    return plain


def _team(rest: list[str]) -> EmailRequest:
    if len(rest) != 2 or not looks_like_repository(rest[0]):
        raise UserError(
            "Name a repository and a list, like `/patchforge email team owner/repo team@example.org`, "
            "or `off` in place of the list."
        )
    repo = parse_followed(rest[0])
    return EmailRequest("team", repo, "" if rest[1].lower() == "off" else parse_address(rest[1]))


def _no_more(rest: list[str]) -> None:
    if rest:
        raise UserError(f"I can't read {shown(rest[0])} there; `/patchforge help email` shows what I can.")
