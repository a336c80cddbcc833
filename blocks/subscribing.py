"""The form that subscribes a channel: fields that make a filter, what it means, and what it would do."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup, Option, View
from bot.models import Pull

# What Slack takes as a value of a menu.
_VALUE = 75
_PREVIEW, _TRIED, _ASKED = "preview", "tried", "asked"

TICKS = (
    Option(ids.OPTION_DRAFTS, "Drafts"),
    Option(ids.OPTION_BOTS, "What bots open"),
    Option(ids.OPTION_FORKS, "What comes from forks"),
)


class _Menu(NamedTuple):
    """A field whose values are looked up while a person types."""

    field: str
    finds: str
    label: str
    placeholder: str
    hint: str = ""


_LABELS = (
    _Menu(ids.FIELD_LABELS, ids.FIND_LABELS, "With one of these labels", "Any label"),
    _Menu(ids.FIELD_WITHOUT, ids.FIND_WITHOUT, "With none of these labels", "No label"),
)
_AUTHORS = _Menu(ids.FIELD_AUTHORS, ids.FIND_AUTHORS, "Opened by, on GitHub", "Anybody")
_OTHERS = (
    _Menu(ids.FIELD_TEAMS, ids.FIND_TEAMS, "Opened by a member of", "Any team"),
    _Menu(ids.FIELD_REVIEWERS, ids.FIND_REVIEWERS, "Reviewed by, or asking", "Anybody"),
    _Menu(ids.FIELD_BASE, ids.FIND_BASE, "Going into the branch", "Any branch"),
    _Menu(
        ids.FIELD_PATHS, ids.FIND_PATHS, "Changing one of these files", "Any file", "For example src/api/**"
    ),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields; `lists` are the values of each menu by its field."""

    repository: str = ""
    features: Collection[str] = ()
    broadcast: Collection[str] = ()
    excluded: str = ""
    ticks: Collection[str] = ()
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    users: Sequence[str] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One pull request tried on the filter: it passes, it does not, or (None) nobody knows; and why."""

    pull: Pull
    passes: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the fields mean: `says` in words, or what is `wrong`, with `pointer` in lines of fixed width.

    `doubts` are sentences that warn. `trials` are those of recent pull requests, None before there is
    a repository; `asked` if what decides them is being looked up.
    """

    says: str = ""
    wrong: str = ""
    pointer: str = ""
    doubts: Sequence[str] = ()
    trials: Sequence[Trial] | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be ticked: `features` map names to what they bring, `events` are names."""

    features: Mapping[str, str]
    events: Sequence[str]


def form(place: ids.ChannelRef, filled: Filled, offered: Offered, preview: Preview, web_url: str) -> View:
    """Ask what a channel should follow, and show what that would mean."""
    return kit.modal(
        ids.SUBSCRIPTION_SAVE_VIEW,
        "Edit subscription" if place.subscription else "Follow a repository",
        [
            *_where(place, filled),
            *_what(filled, offered),
            kit.named("which", kit.header("Which pull requests")),
            *_which(filled, offered),
            kit.named("line", kit.divider()),
            *_shown(preview, web_url),
        ],
        submit="Save" if place.subscription else "Follow",
        metadata=ids.encode(place),
    )


def _where(place: ids.ChannelRef, filled: Filled) -> Iterator[Block]:
    if place.channel:
        yield kit.named("for", kit.context(kit.join("For ", kit.channel(place.channel))))
    else:
        menu = kit.conversation(ids.FIELD_INPUT, placeholder="Choose a channel")
        yield kit.input_block(ids.FIELD_CHANNEL, "Channel", menu)
    yield kit.input_block(
        ids.FIELD_REPOSITORY,
        "Repository",
        _repository(filled.repository),
        hint="Type a part of its name. acme/* is everything that acme has.",
        live=True,
    )
    if filled.repository.endswith("/*"):
        text = kit.text_input(ids.FIELD_INPUT, filled.excluded, max_length=1000, placeholder="legacy, old-*")
        yield kit.input_block(ids.FIELD_EXCLUDED, "Leave out these repositories", text, optional=True)


def _repository(name: str) -> kit.Element:
    """Let a repository be looked up; one whose name is too long for a menu stands in a plain field."""
    if len(name) > _VALUE:
        return kit.text_input(ids.SUBSCRIPTION_CHANGED, name, max_length=200)
    chosen = [Option(name, name)] if name else []
    return kit.lookup(ids.FIND_REPOSITORY, initial=chosen, placeholder="acme/web")


def _what(filled: Filled, offered: Offered) -> Iterator[Block]:
    ticks = [Option(name, name, what) for name, what in offered.features.items()]
    yield kit.input_block(
        ids.FIELD_FEATURES, "What to post", kit.checkboxes(ids.FIELD_INPUT, ticks, filled.features)
    )
    yield kit.input_block(
        ids.FIELD_BROADCAST,
        "Tell in the channel, too",
        kit.choices(ids.FIELD_INPUT, _events(offered), filled.broadcast, "Nothing: threads only"),
        optional=True,
    )


def _which(filled: Filled, offered: Offered) -> Iterator[Block]:
    boxes = kit.checkboxes(ids.SUBSCRIPTION_CHANGED, TICKS, filled.ticks)
    yield kit.input_block(ids.FIELD_OPTIONS, "Leave out", boxes, optional=True, live=True)
    for menu in (*_LABELS, _AUTHORS):
        yield _menu(menu, filled)
    people = kit.people(ids.SUBSCRIPTION_CHANGED, filled.users, "Anybody")
    yield kit.input_block(ids.FIELD_AUTHOR_USERS, "Or opened by, in Slack", people, optional=True, live=True)
    for menu in _OTHERS:
        yield _menu(menu, filled)
    events = kit.choices(
        ids.SUBSCRIPTION_CHANGED, _events(offered), filled.lists.get(ids.FIELD_EVENTS, ()), "Every event"
    )
    yield kit.input_block(ids.FIELD_EVENTS, "Tell only these events", events, optional=True, live=True)
    rest = kit.text_input(
        ids.SUBSCRIPTION_CHANGED,
        filled.rest,
        max_length=1000,
        placeholder="size:<200 title:/fix/i",
        each=True,
    )
    yield kit.input_block(
        ids.FIELD_FILTER,
        "Anything else",
        rest,
        hint="In the words of /patchforge help filters; all of it must hold.",
        optional=True,
        live=True,
    )


def _menu(menu: _Menu, filled: Filled) -> Block:
    chosen = [Option(value, value) for value in filled.lists.get(menu.field, ())]
    asks = kit.lookup(menu.finds, many=True, initial=chosen, placeholder=menu.placeholder)
    return kit.input_block(menu.field, menu.label, asks, hint=menu.hint, optional=True, live=True)


def _events(offered: Offered) -> list[Option]:
    return [Option(event, _event(event)) for event in offered.events]


def _event(name: str) -> str:
    return name.replace("_", " ").capitalize().replace("Ci ", "CI ")


def _shown(preview: Preview, web_url: str) -> Iterator[Block]:
    doubts = [kit.join("⚠️ ", kit.naming(doubt, 400)) for doubt in preview.doubts[:3]]
    if preview.wrong:
        said = kit.join("⚠️ ", kit.prose(preview.wrong, 800))
        yield kit.named(_PREVIEW, kit.section(kit.lines([said, kit.fixed(preview.pointer), *doubts])))
        return
    covers = kit.join(kit.bold("It covers"), " ", kit.naming(pulls.one_line(preview.says), 1500), ".")
    yield kit.named(_PREVIEW, kit.section(kit.lines([covers, *doubts])))
    if preview.trials is None:
        return
    if not preview.trials:
        yield kit.named(_TRIED, kit.context("I know no pull request there yet to try it on."))
        return
    tried = [_trial(trial, web_url) for trial in preview.trials]
    head = kit.bold("Tried on the latest pull requests")
    yield kit.named(_TRIED, kit.section(kit.lines([head, *tried])))
    if preview.asked:
        text = "I am asking GitHub for what I do not know yet; it shows with your next change."
        yield kit.named(_ASKED, kit.context(text))


def _trial(trial: Trial, web_url: str) -> Markup:
    marks = {True: "✓", False: "✗", None: "?"}
    mark = kit.code(marks[trial.passes])
    name = kit.join(mark, " ", pulls.title(web_url, trial.pull, 80), " ", pulls.reference(trial.pull))
    why = kit.naming(pulls.one_line(trial.why), 300)
    return kit.lines([name, kit.join("\u2003 ", why) if why else Markup()])
