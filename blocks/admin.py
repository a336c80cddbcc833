"""How PatchForge is doing, and a channel's settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks import kit, pulls
from bot.models import SlackMessage

# What each kind of job is for, as people would call it.
_WORK = {
    "slack.show": "A message",
    "home.open": "App Home",
    "home.show": "App Home",
    "mail.send": "An e-mail",
    "mails.ask": "An e-mail",
    "missed.app": "Looking for missed deliveries",
    "missed.repo": "Looking for missed deliveries",
    "missed.changes": "Reading a repository",
    "missed.read": "Reading a pull request",
    "notes.draft": "A release note",
    "notes.redraft": "A release note",
    "pasted.find": "A pasted link",
    "pasted.show": "A pasted link",
}
# So many reasons why something could not be done are shown, each once.
_SHOWN = 5
# What Slack says where the bot is no member.
_OUTSIDE = "not_in_channel"
# So many repositories are named whose webhooks are hidden.
_UNWATCHED = 5


@dataclass(frozen=True, slots=True)
class Stopped:
    """One job that could not be done: its kind, the channel it was for, why, and when that was known."""

    kind: str
    channel: str | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The state of affairs; `problems` is empty when all is well, `model` is the language model.

    `unwatched` are the repositories whose webhooks GitHub does not tell us of, and `app` for the App's.
    `lost` counts the deliveries that GitHub could not hand over; `owners` says what is wrong with CODEOWNERS.
    """

    problems: tuple[str, ...]
    waiting: int
    last_delivery: datetime | None
    stopped: tuple[Stopped, ...]
    stopped_in_all: int
    followed: int
    channel: str
    model: str
    github: bool
    mail: bool
    unwatched: tuple[str, ...] = ()
    lost: int = 0
    owners: tuple[str, ...] = ()


def status(view: Status) -> SlackMessage:
    """Show the state of affairs: one line first, then what it rests on, then what was given up."""
    head = _head(view)
    last = kit.ago(view.last_delivery) if view.last_delivery else "none yet"
    rows = [
        kit.join("Last delivery from GitHub: ", last),
        kit.join("Waiting to be sent: ", pulls.count(view.waiting, "job")),
        kit.join(
            kit.channel(view.channel), f" follows {pulls.count(view.followed, 'repository', 'repositories')}"
        ),
        kit.join(
            "Notes are drafted by ",
            "the built-in rules" if view.model == "offline" else kit.code(view.model),
            "" if view.github else ", without GitHub's diffs, as no token is set",
        ),
        *([] if view.mail else ["E-mail is off: approved notes are kept and not sent"]),
        *([_unwatched(view.unwatched)] if view.unwatched else []),
        *([f"{pulls.count(view.lost, 'delivery', 'deliveries')} never came through"] if view.lost else []),
    ]
    blocks = [kit.section(kit.bold(head)), kit.section(kit.lines(rows))]
    if view.owners:
        wrong = [kit.cut(pulls.one_line(one), 250) for one in view.owners[:_SHOWN]]
        rest = len(view.owners) - len(wrong)
        more = [f"and {rest:,} more"] if rest > 0 else []
        blocks.append(kit.section(kit.lines([kit.bold("CODEOWNERS is not used in full:"), *wrong, *more])))
    if view.stopped_in_all:
        alike: dict[tuple[str, str | None, str], list[Stopped]] = {}
        for one in view.stopped:
            alike.setdefault((one.kind, one.channel, one.reason), []).append(one)
        lead = f"Could not be done ({view.stopped_in_all:,} in all):"
        gone = [_stopped(group) for group in list(alike.values())[:_SHOWN]]
        blocks.append(kit.section(kit.lines([kit.bold(lead), *gone])))
    return kit.message(head, blocks)


def _head(view: Status) -> str:
    wrong = "; ".join(view.problems)
    if wrong:
        return f"🔴 {wrong[:1].upper()}{wrong[1:]}"
    if view.stopped_in_all:
        return f"🟡 Running, but {pulls.count(view.stopped_in_all, 'thing')} could not be done"
    return "🟢 Everything works"


def _stopped(group: Sequence[Stopped]) -> kit.Markup:
    """Tell in one line of work that stopped for the same reason, the latest first."""
    one = group[0]
    work, place = _WORK.get(one.kind, one.kind), kit.channel(one.channel or "")
    return kit.join(
        f"✗ {work}" if len(group) == 1 else f"✗ {len(group)} times: {work}",
        kit.join(" in ", place) if place.startswith("<#") else "",  # edits, for one, have a lane of their own
        ": ",
        kit.cut(pulls.one_line(one.reason), 200),
        kit.join(", so invite me there: ", kit.code("/invite @PatchForge")) if _OUTSIDE in one.reason else "",
        kit.DOT,
        kit.ago(one.at),
    )


def _unwatched(names: tuple[str, ...]) -> kit.Markup:
    """Say whose webhooks are hidden from us, and what that means."""
    shown = [kit.code(name) for name in names if name != "app"]
    rest = len(shown) - _UNWATCHED
    whose = kit.join(
        "our GitHub App" if "app" in names else "",
        *shown[:_UNWATCHED],
        f"{rest:,} more" if rest > 0 else "",
        sep=", ",
    )
    return kit.join(
        "GitHub hides the webhooks of ",
        whose,
        " from us, so missed deliveries are not asked for again; merges are still compared",
    )


def settings(channel: str, *, self_approval: bool) -> SlackMessage:
    """Show a channel's settings and how to change them."""
    now, other = ("on", "off") if self_approval else ("off", "on")
    means = "authors may approve" if self_approval else "authors cannot approve"
    line = kit.join(kit.channel(channel), ": ", kit.bold(f"self-approval is {now}"))
    hint = kit.prose(
        f"So {means} the release notes of their own changes. "
        f"Change it with `/patchforge settings self-approval {other}`."
    )
    return kit.message(f"Self-approval is {now}", [kit.section(kit.lines([line, hint]))])
