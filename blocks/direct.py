"""Direct messages: what one pull request asks of one person, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup, Option, View
from bot.models import PullFacts, PullState, SlackMessage, Verdict

_DID = {
    Verdict.APPROVED: "approved it",
    Verdict.CHANGES_REQUESTED: "asked for changes",
    Verdict.COMMENTED: "reviewed it",
}


@dataclass(frozen=True, slots=True)
class DirectView:
    """What one person is shown of one pull request.

    `asked` says what they hear, such as "review requested", empty when nothing is asked of them (any more),
    and `why` the reason. `team` is the one they were chosen of; `did` is what they did themselves, `other`
    who did it in their place and what. `snoozes` are the values and names of when to put it off to.
    """

    facts: PullFacts
    message_id: int
    web_url: str
    asked: str = ""
    why: str = ""
    team: str = ""
    did: Verdict | None = None
    other: tuple[str, Verdict] | None = None
    waiting: pulls.Turn | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    on_it: bool = False
    snoozed_until: datetime | None = None
    muted: bool = False
    snoozes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a person hears of a pull request: `rule` decided, `channels` follow it, `lines` own code."""

    reference: str
    asked: str
    why: str
    rule: str
    channels: Sequence[str]
    lines: Sequence[str]
    team: str = ""


def direct(view: DirectView) -> SlackMessage:
    """Render the message; what is settled is one quiet line below the title."""
    pull, stage = view.facts.pull, pulls.stage(view.facts)
    says = _says(view)
    about = kit.join(
        pulls.person(pull.author, {}),
        pulls.reference(pull),
        Markup(f"+{pull.additions:,} −{pull.deletions:,}"),  # noqa: RUF001 - the minus sign as GitHub shows it
        kit.ago(pull.created_at),
        sep=kit.DOT,
    )
    blocks: list[Block] = [
        kit.section(pulls.EMOJI[stage], " ", kit.bold(pulls.title(view.web_url, pull))),
        kit.context(about),
        kit.section(says),
    ]
    notes = _notes(view)
    if notes:
        blocks.append(kit.context(*notes))
    title = kit.cut(pulls.one_line(pull.title), 150) or "(no title)"
    return kit.message(kit.join(_plain(view), ": ", title), blocks, [_buttons(view)])


def again(asked: str, why: str) -> SlackMessage:
    """Say in the thread of a direct message that something new is asked."""
    line = _asked(asked, why)
    return kit.message(line, [kit.section("🔔 ", line)])


def on_it(login: str) -> SlackMessage:
    """Tell a card's thread that somebody takes care of it."""
    name = kit.bold(pulls.person(login, {}))
    return kit.message(
        kit.join(pulls.person(login, {}), " is on it"), [kit.section("🙋 ", name, " is on it")]
    )


def reasons(view: Reasons) -> SlackMessage:
    """Explain why a person hears of a pull request."""
    head = kit.join("Why you hear of ", kit.cut(view.reference, 200))
    rows = [
        kit.bold(head),
        _asked(view.asked, view.why) if view.asked else Markup("Right now nothing is asked of you."),
        kit.join("The rule: ", kit.cut(view.rule, 400), "."),
    ]
    if view.team:
        rows.append(kit.join("You were chosen of ", kit.code(view.team, 200), "."))
    rows += [kit.join("You own code by ", kit.code(line, 200)) for line in view.lines[:5]]
    if view.channels:
        where = [kit.channel(channel) for channel in view.channels[:5]]
        rows.append(kit.join("Its repository is followed in ", pulls.listed(where, len(view.channels)), "."))
    rows.append(kit.prose("Without any direct messages: `/patchforge me dms off`."))
    return kit.message(head, [kit.section(kit.lines(rows))])


def snooze_modal(message_id: int) -> View:
    """Ask until which day to put it off."""
    return kit.modal(
        ids.DIRECT_SNOOZE_VIEW,
        "Snooze",
        [
            kit.input_block(
                ids.FIELD_DATE,
                "Until the morning of",
                kit.date_picker(ids.FIELD_INPUT, "Choose a day"),
                hint="A day off moves it to your next working day.",
            )
        ],
        submit="Snooze",
        metadata=ids.encode(ids.DirectRef(message_id)),
    )


def told(sentence: str, moment: datetime | None = None) -> SlackMessage:
    """Answer a click in one sentence of ours; a moment is shown behind it."""
    line = kit.join(kit.prose(sentence), " ", kit.when(moment)) if moment else kit.prose(sentence)
    return kit.message(line, [kit.section(line)])


def _says(view: DirectView) -> Markup:
    """Say what is asked, or what became of it."""
    if view.asked:
        return _asked(view.asked, view.why, f" of {view.team}" if view.team else "")
    pull = view.facts.pull
    if pull.state is PullState.MERGED:
        return kit.join("Merged by ", pulls.person(pull.merged_by, view.people))
    if pull.state is PullState.CLOSED:
        return Markup("Closed without a merge")
    if view.did in _DID:
        done = kit.join("✅ You ", _DID[view.did])
    elif view.other is not None and view.other[1] in _DID:
        login, verdict = view.other
        done = kit.join("✅ Handled by ", pulls.person(login, view.people), f", who {_DID[verdict]}")
    else:
        done = Markup("✅ Nothing is asked of you any more")
    return kit.join(done, pulls.waiting(view.waiting, view.people), sep=kit.DOT)


def _asked(asked: str, why: str, team: str = "") -> Markup:
    head = kit.bold(kit.join(asked[:1].upper() + asked[1:], kit.cut(team, 100)))
    return head if why == asked or not why else kit.join(head, ": ", kit.cut(pulls.one_line(why), 150))


def _plain(view: DirectView) -> str:
    if view.asked:
        return view.asked[:1].upper() + view.asked[1:]
    return "Merged" if view.facts.pull.state is PullState.MERGED else "Settled"


def _notes(view: DirectView) -> list[Markup]:
    found = []
    if view.on_it and view.asked:
        found.append(Markup("🙋 You are on it"))
    if view.snoozed_until and view.asked:
        found.append(kit.join("💤 Snoozed until ", kit.when(view.snoozed_until)))
    if view.muted:
        found.append(Markup("🔕 Muted: I write no more about this one"))
    return found


def _buttons(view: DirectView) -> Block:
    value = ids.encode(ids.DirectRef(view.message_id))
    row = [kit.button("Open", ids.DIRECT_OPEN, value, url=pulls.url(view.web_url, view.facts.pull))]
    if view.asked and not view.muted:
        if not view.on_it:
            row.append(kit.button("On it", ids.DIRECT_ON_IT, value))
        times = [*view.snoozes, ("", "Pick a date…")]
        options = [Option(ids.encode(ids.SnoozeRef(view.message_id, until)), name) for until, name in times]
        row.append(kit.select(ids.DIRECT_SNOOZE, options, placeholder="Snooze"))
        if view.team:
            row.append(kit.button("Not me", ids.DIRECT_NOT_ME, value))
    if view.facts.pull.state is PullState.OPEN:
        mute = ("Unmute", ids.DIRECT_UNMUTE) if view.muted else ("Mute this PR", ids.DIRECT_MUTE)
        row += [kit.button(*mute, value), kit.button("Why me?", ids.DIRECT_WHY, value)]
    return kit.actions(*row)
