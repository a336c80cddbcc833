"""A nudge: what waits for longer than its repository allows, told to those who can do something about it."""

from dataclasses import dataclass, field
from datetime import timedelta

from blocks import kit, pulls
from blocks.kit import Markup
from bot.models import PullFacts, PullState, SlackMessage

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NudgeView:
    """One nudge; `people` holds only those who may be pinged, and `waited` is working time.

    `author` asks the author to help; `channel` stands by itself, and so names its pull request.
    """

    facts: PullFacts
    turn: pulls.Turn | None
    waited: timedelta
    web_url: str
    people: pulls.People = field(default_factory=dict)
    author: bool = False
    channel: bool = False


def nudge(view: NudgeView) -> SlackMessage:
    """Say for how long it has waited for whom, and what would help."""
    pull = view.facts.pull
    long = f"{pulls.count(view.waited // _HOUR, 'working hour')}"
    waiting = pulls.waiting(view.turn, view.people)
    first = kit.join(
        "⏰ ",
        kit.bold(_named(view)) if view.channel else "",
        " · " if view.channel else "",
        waiting,
        kit.DOT,
        f"for {long} now",
    )
    rows = [first]
    if view.author:
        rows.append(
            kit.join(pulls.person(pull.author, view.people), ": can you find somebody, or make it smaller?")
        )
    if view.channel:
        rows.append(kit.esc("Can somebody here take it?"))
    fallback = kit.join(
        f"{pull.repo}#{pull.number} has waited for {long}: ", kit.cut(pulls.one_line(pull.title), 150)
    )
    return kit.message(fallback, [kit.section(kit.lines(rows))])


def settled(view: NudgeView) -> SlackMessage:
    """Say in place of a nudge that things have moved on, and to where."""
    state = view.facts.pull.state
    now = pulls.waiting(view.turn, {}) if state is PullState.OPEN else kit.esc(f"it is {state.value}")
    named = kit.join(_named(view), kit.DOT) if view.channel else Markup()
    text = kit.join("✅ ", named, "No longer needed: ", now)
    return kit.message(text, [kit.context(text)])


def _named(view: NudgeView) -> Markup:
    return kit.join(pulls.title(view.web_url, view.facts.pull, 100), " ", pulls.reference(view.facts.pull))
