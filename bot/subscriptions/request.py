"""Read what follows `/patchforge subscribe`: repositories, what to post about them, and a filter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.errors import UserError
from bot.filters.clauses import Filter
from bot.filters.judging import named, told
from bot.filters.keys import PATTERN_KEYS, read_event
from bot.filters.language import MOST_VALUES, filter_of, known_keys
from bot.filters.pointing import pointing
from bot.filters.seen import Event
from bot.filters.words import Word, shown, unknown, words
from bot.subscriptions.repository import is_whole, looks_like_repository, parse_excluded, parse_followed

FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "reviews": "a card per pull request that stays up to date, reviews in its thread",
        "merges": "word of each merge, in the card's thread",
        "notes": "a release note drafted on merge, e-mailed once a person approves it",
        "ci": "word in the thread when checks fail",
        "comments": "comments, gathered in the thread",
    }
)
DEFAULT_FEATURES = ("reviews", "merges", "notes", "ci")
# A filter of its greatest length, and as much for the rest.
_LONGEST = 2_000
_BROADCAST = "broadcast"
_REPO = "repo"


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """What a channel asks for; `repo` is in lower case, `features` stand in the order of FEATURES.

    `repo` may be `owner/*`, which leaves out the `excluded` (`owner/name`, where `*` stands for anything).
    `broadcast` are the events that are told in the channel as well as in the thread.
    """

    repo: str
    features: tuple[str, ...] = DEFAULT_FEATURES
    filter: Filter = field(default_factory=Filter)
    broadcast: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def parse_subscribe(text: str) -> SubscribeRequest:
    """Read `owner/repo [features] [filter] [broadcast:events]`, or `owner/* [-repo:names] …`.

    Raises UserError that points at what it does not understand.
    """
    if len(text) > _LONGEST:
        raise UserError(f"That is too long; keep it under {_LONGEST} characters.")
    found = words(text, PATTERN_KEYS)
    if not found:
        raise UserError("Name a repository, such as `/patchforge subscribe octocat/hello-world`.")
    first, *rest = found
    repo = parse_followed(first.raw)
    for word in rest:
        if looks_like_repository(word.raw):
            sentence = f"One repository at a time: give {shown(word.raw)} a command of its own."
            raise pointing(sentence, text, word.at)
    wanted = filter_of([word for word in rest if word.key not in {"", _BROADCAST, _REPO}], text)
    broadcast = _broadcast([word for word in rest if word.key == _BROADCAST], wanted, text)
    bare = [word for word in rest if not word.key]
    features = _features(bare, text)
    if not bare and Event.COMMENTED in named(wanted) | {*broadcast}:
        # Who names the event and no feature means to have both.
        features = tuple(FEATURES)
    return SubscribeRequest(
        repo,
        features,
        wanted,
        broadcast,
        _excluded([word for word in rest if word.key == _REPO], repo, text),
    )


def features_of(names: Iterable[str], text: str = "", at: int = 0) -> tuple[str, ...]:
    """Return the named features once each, in their usual order; without any, the default ones.

    Raises UserError for a name that is no feature, pointing at column `at` of the `text`.
    """
    wanted = [name.lower() for name in names]
    for name in wanted:
        if name not in FEATURES:
            known = [*FEATURES, *known_keys(), f"{_BROADCAST}:"]
            raise unknown("option", name, known, choices=FEATURES, text=text, at=at)
    return tuple(name for name in FEATURES if name in wanted) or DEFAULT_FEATURES


def _features(bare: list[Word], text: str) -> tuple[str, ...]:
    for word in bare:
        if word.negated or not word.values:
            names = ", ".join(f"`{name}`" for name in FEATURES)
            sentence = f"I can't read {shown(word.raw)}; name only what you want, out of {names}."
            raise pointing(sentence, text, word.at)
        for value, at in zip(word.values, word.places, strict=True):
            features_of([value], text, at)
    return features_of(value for word in bare for value in word.values)


def _broadcast(found: list[Word], wanted: Filter, text: str) -> tuple[str, ...]:
    """Return the events to broadcast in their usual order; all of them must be told at all."""
    events = told(wanted)

    def read(value: str) -> str:
        event = read_event(value)
        if event not in events:
            raise ValueError("the filter leaves out that event")
        return event

    for word in found:
        if word.negated or not word.values:
            sentence = f"I can't read {shown(word.raw)}; write `{_BROADCAST}:approved,merged`."
            raise pointing(sentence, text, word.at)
    chosen = _values(found, read, text)
    return tuple(event.value for event in Event if event in chosen)


def _excluded(found: list[Word], repo: str, text: str) -> tuple[str, ...]:
    """Return the repositories to leave out."""
    owner = repo.partition("/")[0]
    for word in found:
        if not is_whole(repo):
            sentence = f"{shown(word.raw)} goes only with all that an owner has: `subscribe {owner}/*`."
            raise pointing(sentence, text, word.at)
        if not word.negated or not word.values:
            sentence = f"I can't read {shown(word.raw)}; leave repositories out with `-{_REPO}:{owner}/name`."
            raise pointing(sentence, text, word.at)
    excluded = _values(found, lambda value: parse_excluded(value, owner), text)
    if len(excluded) > MOST_VALUES:
        raise UserError(f"Leave out at most {MOST_VALUES} repositories; `*` stands for anything in a name.")
    return excluded


def _values(found: list[Word], read: Callable[[str], str], text: str) -> tuple[str, ...]:
    """Return all values once each, as they were read; a ValueError is put where it belongs."""
    values: dict[str, None] = {}
    for word in found:
        for value, at in zip(word.values, word.places, strict=True):
            try:
                values[read(value)] = None
            except ValueError as error:
                sentence = f"I can't read {shown(value)} after `{word.key}:`; {error}."
                raise pointing(sentence, text, at) from None
    return tuple(values)
