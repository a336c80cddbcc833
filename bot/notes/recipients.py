"""Who a release note goes to: the people whose work the change is, once each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.models import Change, Recipient
from bot.notes.fit import problem
from bot.notes.plain import one_line

# Whoever writes a commit names as many as they like; whoever approves must be able to read the list.
MOST = 100
_NAME = 60

_NOREPLY = re.compile(r"^(?:\d+\+)?(?P<login>[^@+]+)@users\.noreply\.(?:[\w-]+\.)+[\w-]+$", re.IGNORECASE)
_NO_ANSWER = re.compile(r"^(?:no|do-?not)-?reply@|@(?:.*\.)?noreply\.", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE | re.ASCII,
)
_DOTS = re.compile(r"^\.|\.\.|\.@")
_PRIVATE = re.compile(r"\.(?:local|localdomain|lan|internal|invalid)$", re.IGNORECASE)
_BOT = re.compile(r"\[bot\]|^(?:dependabot|renovate|github-actions)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Person:
    """Everything a change says of one person."""

    name: str
    login: str | None
    addresses: list[str] = field(default_factory=list)


def recipients(change: Change) -> tuple[Recipient, ...]:
    """Return the author and everyone who wrote commits or is named in a `Co-authored-by` trailer.

    One per person and one per address, whatever its case; a person's first usable address is taken. Whoever
    cannot be written to is kept, with `skipped` saying why; of more than 100 people only the first are.
    """
    pull = change.pull
    people: list[_Person] = []
    if pull.author:
        people.append(_Person(pull.author, pull.author))
    # The author's own commits come first, so that theirs is the first place.
    commits = sorted(change.commits, key=lambda commit: not _same(commit.login, pull.author))
    for commit in commits:
        _meet(people, commit.name, commit.address, commit.login)
    named = [(name, address) for commit in commits for name, address in commit.co_authors]
    for name, address in named:
        if len(people) > MOST:
            break
        _meet(people, name, address, None)
    found: dict[str, Recipient] = {}
    for number, person in enumerate(people):
        one = _recipient(person, is_bot=pull.author_is_bot and _same(person.login, pull.author))
        found.setdefault(one.address.lower() or f"\0{number}", one)
    if len(found) > MOST:
        return (
            *list(found.values())[:MOST],
            Recipient("All others", None, "", f"more than {MOST} are named"),
        )
    return tuple(found.values())


def unusable(address: str) -> str | None:
    """Say why nobody can be reached at the address, or None."""
    if not address:
        return "no e-mail address known"
    if _NOREPLY.match(address) or _NO_ANSWER.search(address):
        return "noreply address"
    if len(address) > 254 or _DOTS.search(address) or not _ADDRESS.fullmatch(address):
        return "malformed address"
    return "address of a private machine" if _PRIVATE.search(address) else None


def _meet(people: list[_Person], name: str, address: str, login: str | None) -> None:
    """Add what a commit or a trailer says to the person it speaks of, or to a new one."""
    address = "".join(address.split())
    hidden = _NOREPLY.match(address)
    login = login or (hidden["login"] if hidden else None)
    person = _known(people, name, address, login)
    if person is None:
        person = _Person(name, login)
        people.append(person)
    person.login = person.login or login
    if name and person.name == person.login:
        person.name = name
    if address:
        person.addresses.append(address)


def _known(people: Iterable[_Person], name: str, address: str, login: str | None) -> _Person | None:
    """Find the person by login, by address, or by name where that gives a hidden person an address."""
    for person in people:
        if _same(login, person.login) or any(_same(address, known) for known in person.addresses):
            return person
    for person in people:
        both_reachable = not unusable(address) and any(not unusable(known) for known in person.addresses)
        if name and _same(name, person.name) and not both_reachable and not (login and person.login):
            return person
    return None


def _recipient(person: _Person, *, is_bot: bool) -> Recipient:
    usable = next((known for known in person.addresses if unusable(known) is None), None)
    address = usable or (person.addresses[0] if person.addresses else "")
    names = (one_line(text or "", _NAME) for text in (person.name, person.login, address.partition("@")[0]))
    # A name is what a stranger wrote into a commit, and it greets the reader of an e-mail that bears ours.
    name = next((text for text in names if problem(text) is None), "Someone")
    bot = is_bot or any(_BOT.search(text) for text in (person.login or "", address, person.name))
    return Recipient(name, person.login, address, "bot" if bot else unusable(address))


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and bool(other) and str(one).casefold() == str(other).casefold()
