"""The words of the filter language: what each reads, what it tests, and how it is said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.filters import looks, patterns, people, sizes
from bot.filters.seen import Answer, Event, Seen


class Source(StrEnum):
    """What a clause cannot be judged by the pull request alone without."""

    PATHS = "paths"
    OWNERS = "owners"
    REVIEWS = "reviews"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Key:
    """One word of the language.

    `read` gives a value its one spelling or raises ValueError; `fits` tests what is seen against the values;
    `says` and `says_not` are what `explain` makes of a clause ("pull requests that …"), `sees` what is there
    instead ("this one …"). A `flag` is answered by yes or no. A pull request has exactly `one` base, but any
    number of labels. `people` may be named by symbols that stand for logins or teams.
    """

    name: str
    examples: tuple[str, ...]
    summary: str
    fits: Callable[[tuple[str, ...], Seen], Answer]
    says: str
    says_not: str
    sees: Callable[[Seen], str]
    read: Callable[[str], str] = str
    flag: bool = False
    one: bool = False
    people: bool = False
    source: Source | None = None
    matches: Callable[[str, str], bool] | None = None


def is_label(value: str, label: str) -> bool:
    """Tell whether a label is meant, in capitals or not; `*` is anything."""
    value, label = value.casefold(), label.casefold()
    return value == label or ("*" in value and patterns.star(value)(label))


def is_branch(value: str, branch: str) -> bool:
    """Tell whether a branch is meant."""
    return value == branch or (patterns.is_glob(value) and patterns.glob(value)(branch))


def read_event(value: str) -> str:
    """Return the event's one name; spaces and hyphens make no difference. Raises ValueError."""
    typed = _squeezed(value)
    for event in Event:
        if _squeezed(event) == typed:
            return event.value
    raise ValueError(f"choose from {', '.join(f'`{event}`' for event in Event)}")


def _squeezed(name: str) -> str:
    return "".join(one for one in name.lower() if one not in " -_\u2013\u2014\u2212")


KEYS: Sequence[Key] = (
    Key(
        "author",
        ("author:mona", "-author:dependabot,*-bot", "author:@me"),
        "looks at who opened it: a login, where `*` stands for anything, somebody in Slack, or a team",
        looks.any_of(people.is_one_of(people.someone, looks.author)),
        "are by {}",
        "are not by {}",
        looks.sees_author,
        people.read_person,
        one=True,
        people=True,
        matches=people.is_login,
    ),
    Key(
        "team",
        ("team:acme/backend", "-team:docs"),
        "looks for its author in a team on GitHub; without an owner it is the repository's",
        looks.any_of(people.is_one_of(people.of_team, looks.author)),
        "are by a member of {}",
        "are by no member of {}",
        looks.sees_author,
        people.read_team,
        people=True,
    ),
    Key(
        "reviewer",
        ("reviewer:mona", "reviewer:@acme/backend"),
        "looks at who is asked for a review, or gave one; a team counts with its members",
        looks.any_of(people.asked_or_reviewed),
        "ask {} for a review or have one of theirs",
        "neither ask {} for a review nor have one of theirs",
        looks.sees_reviewers,
        people.read_person,
        people=True,
        source=Source.REVIEWS,
        matches=people.is_login,
    ),
    Key(
        "assignee",
        ("assignee:mona", "-assignee:*"),
        "looks at whom it is assigned to",
        looks.any_of(people.is_one_of(people.someone, lambda seen: seen.pull.assignees)),
        "are assigned to {}",
        "are not assigned to {}",
        looks.sees_assignees,
        people.read_person,
        people=True,
        matches=people.is_login,
    ),
    Key(
        "codeowner",
        ("codeowner:@acme/backend", "codeowner:mona"),
        "looks at whom CODEOWNERS names for the changed files; a team stands for itself, not its members",
        looks.any_of(people.owns),
        "change what {} owns",
        "change nothing that {} owns",
        looks.sees_owners,
        people.read_owner,
        people=True,
        source=Source.OWNERS,
        matches=people.is_login,
    ),
    Key(
        "label",
        ("label:bug,security", '-label:"work in progress"', "label:area/*"),
        "looks at the labels, in capitals or not; `*` stands for anything",
        looks.known(lambda value, seen: any(is_label(value, label) for label in seen.pull.labels)),
        "are labelled {}",
        "are not labelled {}",
        looks.sees_labels,
        matches=is_label,
    ),
    Key(
        "path",
        ("path:src/api/**,*.sql", "-path:/docs"),
        "looks at the changed files, one of which must match; `**` goes through folders",
        looks.touches,
        "change {}",
        "do not change {}",
        looks.sees_paths,
        patterns.read_path,
        source=Source.PATHS,
    ),
    Key(
        "base",
        ("base:main", "base:release/*"),
        "looks at the branch it is to be merged into; `*` stands for anything",
        looks.known(lambda value, seen: is_branch(value, seen.pull.base)),
        "go into {}",
        "do not go into {}",
        lambda seen: f"this one goes into “{seen.pull.base}”",
        patterns.read_glob,
        one=True,
        matches=is_branch,
    ),
    Key(
        "head",
        ("head:feature/*", "-head:renovate/*"),
        "looks at the branch it comes from; `*` stands for anything",
        looks.known(lambda value, seen: is_branch(value, seen.pull.head)),
        "come from the branch {}",
        "do not come from the branch {}",
        lambda seen: f"this one comes from “{seen.pull.head}”",
        patterns.read_glob,
        one=True,
        matches=is_branch,
    ),
    Key(
        "draft",
        ("draft:no", "draft:yes"),
        "leaves out drafts, or shows only them",
        looks.flag(lambda seen: seen.pull.draft),
        "are drafts",
        "are not drafts",
        looks.yes_no("this one is a draft", "this one is no draft", lambda seen: seen.pull.draft),
        flag=True,
    ),
    Key(
        "bot",
        ("bot:no", "bot:yes"),
        "leaves out what bots opened, or shows only that",
        looks.flag(lambda seen: seen.pull.author_is_bot),
        "come from bots",
        "do not come from bots",
        looks.yes_no(
            "a bot opened this one", "a person opened this one", lambda seen: seen.pull.author_is_bot
        ),
        flag=True,
    ),
    Key(
        "fork",
        ("fork:no", "fork:yes"),
        "leaves out what comes from a fork, or shows only that",
        looks.flag(lambda seen: seen.pull.from_fork),
        "come from a fork",
        "do not come from a fork",
        looks.yes_no(
            "this one comes from a fork", "this one comes from no fork", lambda seen: seen.pull.from_fork
        ),
        flag=True,
    ),
    Key(
        "title",
        ("title:/^fix/i", r"-title:/\bWIP\b/"),
        "looks for a pattern in the title, as RE2 reads it; `i` after it: in capitals or not",
        looks.known(lambda value, seen: patterns.title(value)(seen.pull.title)),
        "have {} in the title",
        "do not have {} in the title",
        lambda seen: f"this one is called “{seen.pull.title}”",
        patterns.read_pattern,
    ),
    Key(
        "size",
        ("size:xs,s", "size:<200", "-size:>=500"),
        "looks at the lines it adds and deletes: `xs` to 9, `s` to 49, `m` to 249, `l` to 999, `xl` above",
        looks.known(lambda value, seen: sizes.is_size(value, looks.lines(seen))),
        "are of size {}",
        "are not of size {}",
        looks.sees_size,
        sizes.read_size,
        one=True,
    ),
    Key(
        "event",
        ("event:approved,merged", "-event:commented"),
        "chooses which events make noise: the card is kept up to date for all",
        looks.happened,
        "of their events only {} are told",
        "of their events {} are not told",
        looks.sees_event,
        read_event,
        one=True,
        source=Source.EVENT,
    ),
)

BY_NAME: Mapping[str, Key] = MappingProxyType({key.name: key for key in KEYS})
ALIASES: Mapping[str, str] = MappingProxyType({"bots": "bot"})
"""Other spellings of keys."""
PATTERN_KEYS = frozenset({"title"})
"""The keys whose values stand between slashes."""
