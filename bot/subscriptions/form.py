"""What the fields of the form stand for: a filter falls apart into them and comes together again, all of it.

What has no field of its own, or does not fit into one, stays in the free text.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.errors import UserError
from bot.filters import people
from bot.filters.clauses import Clause, Filter
from bot.filters.judging import told
from bot.filters.keys import BY_NAME
from bot.filters.language import (
    MOST_VALUES,
    cut,
    filter_of,
    format_clause,
    format_filter,
    parse_filter,
    stored_filter,
)
from bot.filters.seen import Event
from bot.filters.words import shown
from bot.models import Subscription
from bot.subscriptions.repository import is_whole, parse_excluded, parse_followed
from bot.subscriptions.request import DEFAULT_FEATURES, SubscribeRequest, features_of

FILTER, REPOSITORY, FEATURES, BROADCAST = "filter", "repository", "features", "broadcast"
EXCLUDED, TICKS, AUTHOR_USERS = "excluded", "options", "author_users"
"""Names of the fields that are not lists of values."""

# What a menu of Slack takes as one of its values.
LONGEST_VALUE = 75


@dataclass(frozen=True, slots=True)
class ListField:
    """A field that holds the values of one clause."""

    key: str
    negated: bool = False


LISTS: Mapping[str, ListField] = MappingProxyType(
    {
        "labels": ListField("label"),
        "without": ListField("label", negated=True),
        "authors": ListField("author"),
        "teams": ListField("team"),
        "reviewers": ListField("reviewer"),
        "base": ListField("base"),
        "paths": ListField("path"),
        "events": ListField("event"),
    }
)
"""The lists by the names of their fields."""
_TICKED = tuple(Clause(key, negated=True) for key in ("draft", "bot", "fork"))


@dataclass(frozen=True, slots=True)
class Form:
    """What is filled in: `lists` by the names of LISTS, `users` in Slack who may be authors, and `ticks`.

    `rest` is the free text of the filter, `excluded` that of the repositories to leave out.
    """

    repo: str = ""
    features: tuple[str, ...] = DEFAULT_FEATURES
    broadcast: tuple[str, ...] = ()
    excluded: str = ""
    ticks: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    users: tuple[str, ...] = ()
    rest: str = ""


class FormError(UserError):
    """One field of the form is filled in wrongly; `field` is its name."""

    def __init__(self, name: str, error: UserError) -> None:
        super().__init__(error.sentence, pointer=error.pointer)
        self.field = name


def form_of(subscription: Subscription) -> Form:
    """Fill in the form with what is subscribed; a filter that is read no more stands in it as it is."""
    try:
        filled = fill(parse_filter(subscription.filter))
    except UserError:
        filled = Form(rest=subscription.filter)
    return Form(
        repo=subscription.repo,
        features=subscription.features,
        broadcast=subscription.broadcast,
        excluded=", ".join(one.partition("/")[2] for one in subscription.excluded),
        ticks=filled.ticks,
        lists=filled.lists,
        users=filled.users,
        rest=filled.rest,
    )


def fill(wanted: Filter) -> Form:
    """Fill in the fields with a filter."""
    lists: dict[str, tuple[str, ...]] = {}
    ticks, users, rest = list[str](), tuple[str, ...](), list[Clause]()
    for clause in wanted.clauses:
        name = next((one for one, known in LISTS.items() if _belongs(clause, known)), None)
        if clause in _TICKED:
            ticks.append(format_clause(clause))
        elif name is None or name in lists or (name == "authors" and users):
            rest.append(clause)
        else:
            found = tuple(value for value in clause.values if not (name == "authors" and _is_user(value)))
            users = users or tuple(people.slack_id(one) for one in clause.values if one not in found)
            if found:
                lists[name] = found
    return Form(ticks=tuple(ticks), lists=lists, users=users, rest=format_filter(Filter(tuple(rest))))


def filter_in(form: Form) -> Filter:
    """Return the filter that the fields make; raises FormError, pointing into the free text."""
    try:
        parse_filter(form.rest)
        return filter_of(cut(" ".join([*_words(form), form.rest])))
    except UserError as error:
        raise FormError(FILTER, error) from None


def request_in(form: Form) -> tuple[SubscribeRequest, list[FormError]]:
    """Return what is asked for, as far as it can be read, and what is wrong with each field."""
    wrong: list[FormError] = []
    repo, wanted = "", Filter()
    features: tuple[str, ...] = DEFAULT_FEATURES
    broadcast: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    try:
        repo = parse_followed(form.repo)
    except UserError as error:
        wrong.append(FormError(REPOSITORY, error))
    try:
        features = features_of(form.features)
    except UserError as error:
        wrong.append(FormError(FEATURES, error))
    try:
        wanted = filter_in(form)
        broadcast = _broadcast(form.broadcast, wanted)
    except FormError as error:
        wrong.append(error)
    try:
        excluded = _excluded(form.excluded, repo) if is_whole(repo) else ()
    except UserError as error:
        wrong.append(FormError(EXCLUDED, error))
    return SubscribeRequest(repo, features, wanted, broadcast, excluded), wrong


def read_value(name: str, typed: str) -> str | None:
    """Return what was typed into a list as one of its values; None if it can be none."""
    key = BY_NAME[LISTS[name].key]
    value = " ".join(typed.split())
    try:
        read = key.read(value) if value else ""
    except ValueError:
        return None
    fits = Clause(key.name, (read,), LISTS[name].negated)
    return read if _has_a_name(read) and _comes_back(fits) else None


def in_words(error: UserError) -> str:
    """Return the sentence with the place of the mistake in words, where nothing can be drawn."""
    line, _, mark = error.pointer.partition("\n")
    at = len(mark) - 1
    if at < 0 or not line[at:].split():
        return error.sentence
    where = "" if line.startswith("…") else f", at character {at + 1}"
    return f"{error.sentence} Look at {shown(line[at:].split()[0])}{where}."


def _words(form: Form) -> Iterator[str]:
    yield from form.ticks
    for name, known in LISTS.items():
        values = form.lists.get(name, ())
        if name == "authors":
            values = (*values, *(f"<@{user}>" for user in form.users))
        if values:
            yield format_clause(Clause(known.key, tuple(values), known.negated))


def _belongs(clause: Clause, known: ListField) -> bool:
    return (
        (clause.key, clause.negated) == (known.key, known.negated)
        and bool(clause.values)
        and all(_has_a_name(value) or (known.key == "author" and _is_user(value)) for value in clause.values)
    )


def _has_a_name(value: str) -> bool:
    """Tell whether a menu can show the value; of what Slack refers to by an id it cannot say the name."""
    return 0 < len(value) <= LONGEST_VALUE and not value.startswith("<")


def _comes_back(clause: Clause) -> bool:
    return stored_filter(format_clause(clause)).clauses == (clause,)


def _is_user(value: str) -> bool:
    return value.startswith("<@")


def _broadcast(chosen: Collection[str], wanted: Filter) -> tuple[str, ...]:
    heard = told(wanted)
    for event in chosen:
        if event not in heard:
            raise FormError(
                BROADCAST, UserError(f"The filter leaves out {shown(event)}; choose it there as well.")
            )
    return tuple(event.value for event in Event if event in chosen)


def _excluded(text: str, repo: str) -> tuple[str, ...]:
    found = dict.fromkeys(one for one in text.replace(",", " ").split() if one)
    if len(found) > MOST_VALUES:
        raise UserError(f"Leave out at most {MOST_VALUES} repositories; `*` stands for anything in a name.")
    owner, read = repo.partition("/")[0], dict[str, None]()
    for name in found:
        try:
            read[parse_excluded(name, owner)] = None
        except ValueError as error:
            raise UserError(f"I can't read {shown(name)}; {error}.") from None
    return tuple(read)
