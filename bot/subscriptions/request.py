"""Read what follows `/patchforge subscribe`: a repository, what to post about it, and a filter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.errors import UserError
from bot.subscriptions.filters import Filter, filter_of, known_keys
from bot.subscriptions.repository import looks_like_repository, parse_repository
from bot.subscriptions.words import Word, from_slack, shown, unknown, words

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


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """What a channel asks for; `repo` is in lower case, `features` stand in the order of FEATURES."""

    repo: str
    features: tuple[str, ...] = DEFAULT_FEATURES
    filter: Filter = field(default_factory=Filter)


def parse_subscribe(text: str) -> SubscribeRequest:
    """Read `owner/repo [features] [filter]`; raises UserError naming the word it does not understand."""
    found = words(from_slack(text))
    if not found:
        raise UserError("Name a repository, such as `/patchforge subscribe octocat/hello-world`.")
    first, *rest = found
    repo = parse_repository(first.raw)
    bare = [word for word in rest if not word.key]
    keyed = [word for word in rest if word.key]
    for word in rest:
        if looks_like_repository(word.raw):
            raise UserError(f"One repository at a time: give {shown(word.raw)} a command of its own.")
    return SubscribeRequest(repo, _features(bare), filter_of(keyed))


def features_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the named features once each, in their usual order; without any, the default ones.

    Raises UserError for a name that is no feature.
    """
    wanted = [name.lower() for name in names]
    for name in wanted:
        if name not in FEATURES:
            raise unknown("option", name, [*FEATURES, *known_keys()])
    return tuple(name for name in FEATURES if name in wanted) or DEFAULT_FEATURES


def _features(bare: list[Word]) -> tuple[str, ...]:
    for word in bare:
        if word.negated or not word.values:
            names = ", ".join(f"`{name}`" for name in FEATURES)
            raise UserError(f"I can't read {shown(word.raw)}; name only what you want, out of {names}.")
    return features_of(value for word in bare for value in word.values)
