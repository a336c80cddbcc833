"""Read what follows `/patchforge config`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.configuration.document import HOME
from bot.errors import UserError
from bot.filters.words import from_slack, shown, unknown
from bot.subscriptions.repository import is_whole, looks_like_repository, parse_followed


class Act(StrEnum):
    """What is asked for."""

    EXPLAIN = "explain"
    SHOW = "show"
    ALLOW = "allow"
    DISALLOW = "disallow"


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """What to do about which file; `source` is `owner/name`, or `owner/*` for the organisation's.

    With `people` it is about saying who is who.
    """

    act: Act
    source: str = ""
    people: bool = False


def parse_config(text: str) -> ConfigRequest:
    """Read nothing, `owner/repo`, or `allow|disallow owner/repo|owner/* [people]`; raises UserError."""
    words = from_slack(text).split()
    if not words:
        return ConfigRequest(Act.EXPLAIN)
    first = words[0].lower()
    if first not in {Act.ALLOW, Act.DISALLOW}:
        if not looks_like_repository(words[0]):
            raise unknown("word", words[0], (Act.ALLOW, Act.DISALLOW), choices=("owner/repo", *_ACTS))
        if len(words) > 1:
            raise UserError(f"One repository at a time; leave {shown(words[1])} out.")
        return ConfigRequest(Act.SHOW, _source(words[0]))
    if len(words) < 2:
        raise UserError(f"Say whose file, such as `/patchforge config {first} acme/payments-api`.")
    people = len(words) == 3 and words[2].lower() == "people"
    if len(words) > 2 and not people:
        raise UserError(f"I can't read {shown(' '.join(words[2:]))}; only `people` may follow `owner/*`.")
    source = _source(words[1])
    if people and not is_whole(source):
        owner = source.partition("/")[0]
        raise UserError(f"Only an organisation's file says who is who: `config {first} {owner}/* people`.")
    return ConfigRequest(Act(first), source, people)


_ACTS = (Act.ALLOW.value, Act.DISALLOW.value)


def _source(word: str) -> str:
    """Return whose file is meant; that of the organisation stands in a repository of its own."""
    repo = parse_followed(word)
    owner, _, name = repo.partition("/")
    return f"{owner}/*" if name == HOME else repo
