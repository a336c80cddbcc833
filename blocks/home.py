"""The App Home tab: what waits for me, my pull requests, drafts to approve, what my channels follow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from blocks import ids, kit, notes, pulls, subscriptions
from blocks.kit import Block, Markup, Option, View
from blocks.notes import DraftView
from blocks.reminders import Measure, Week, chart
from blocks.subscriptions import SubscriptionView
from bot.models import PullFacts

# Together with headings these stay below Slack's 100 blocks.
SHOWN = 12
_DRAFTS = 12
_CHANNELS = 15
_CHARTED = 3


@dataclass(frozen=True, slots=True)
class PullLine:
    """One pull request in a list, with who is waited for, and what the reader has to do."""

    facts: PullFacts
    waiting: pulls.Turn | None = None
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What one member's Home tab shows; `login` is None until the member is linked to GitHub.

    `subscriptions` are those of the member's channels, by channel id; `health` is one line;
    `figures` are the weeks of their repositories, by name, those with most to tell first.
    """

    web_url: str
    login: str | None
    waiting_for_me: tuple[PullLine, ...]
    my_pulls: tuple[PullLine, ...]
    drafts_to_approve: tuple[DraftView, ...]
    subscriptions: Mapping[str, Sequence[SubscriptionView]]
    health: str
    updated: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Sequence[Week]] = field(default_factory=dict)


def home(view: HomeView) -> View:
    """Render the Home tab; empty parts say what would fill them."""
    blocks = [
        *_linking(view),
        *_pulls(view, "Waiting for you", view.waiting_for_me, "Nothing waits for you. Well done."),
        *_pulls(
            view,
            "Your open pull requests",
            view.my_pulls,
            "You have none open in the repositories your channels follow.",
        ),
        *_drafts(view.drafts_to_approve),
        *_subscriptions(view.subscriptions),
        *_figures(view.figures),
        kit.divider(),
        kit.context(
            kit.join(
                kit.cut(pulls.one_line(view.health), 300),
                kit.join("Updated ", kit.ago(view.updated)),
                sep=kit.DOT,
            )
        ),
    ]
    return kit.home(blocks)


def _linking(view: HomeView) -> list[Block]:
    if view.login:
        return []
    text = (
        "I don't know yet who you are on GitHub. Type `/patchforge link your-login` and this page fills up."
    )
    return [kit.section("👋 ", kit.prose(text))]


def _pulls(view: HomeView, head: str, shown: Sequence[PullLine], empty: str) -> Iterator[Block]:
    yield kit.header(head)
    if not shown:
        yield kit.context(empty)
    for line in shown[:SHOWN]:
        yield kit.section(_line(view, line))
    if len(shown) > SHOWN:
        yield kit.more(len(shown) - SHOWN)


def _line(view: HomeView, line: PullLine) -> Markup:
    pull = line.facts.pull
    first = kit.join(
        pulls.EMOJI[pulls.stage(line.facts)], " ", kit.bold(pulls.title(view.web_url, pull, 120))
    )
    about = kit.join(
        pulls.reference(pull), pulls.person(pull.author, {}), kit.ago(pull.created_at), sep=kit.DOT
    )
    to_do = kit.bold(f"{line.to_do[:1].upper()}{line.to_do[1:]}") if line.to_do else ""
    return kit.lines([first, kit.join(to_do, about, pulls.waiting(line.waiting, view.people), sep=kit.DOT)])


def _drafts(drafts: Sequence[DraftView]) -> Iterator[Block]:
    yield kit.header("Release notes to approve")
    if not drafts:
        yield kit.context("Nothing right now. When a pull request is merged, its draft shows up here.")
    for draft in drafts[:_DRAFTS]:
        title = pulls.title(draft.web_url, draft.pull, 100)
        about = kit.join(notes.badge(draft.category), title, pulls.reference(draft.pull), sep=kit.DOT)
        yield kit.section(kit.lines([about, notes.quoted(draft.text)]))
        yield kit.context(*notes.recipients(draft))
        yield kit.actions(*notes.buttons(draft))
    if len(drafts) > _DRAFTS:
        yield kit.more(len(drafts) - _DRAFTS)


def _subscriptions(channels: Mapping[str, Sequence[SubscriptionView]]) -> Iterator[Block]:
    yield kit.header("What your channels follow")
    if not channels:
        yield kit.context(
            kit.prose(
                "Nothing yet. Follow one here, or type `/patchforge subscribe owner/repo` in a channel."
            )
        )
    yield kit.actions(kit.button("Follow a repository", ids.SUBSCRIPTION_NEW))
    for channel, found in list(channels.items())[:_CHANNELS]:
        repositories = [subscriptions.words(one) for one in found[:6]]
        if len(found) > 6:
            repositories.append(kit.esc(f"and {len(found) - 6} more"))
        yield kit.section(kit.lines([kit.channel(channel), *repositories]), accessory=_edit(found))
    if len(channels) > _CHANNELS:
        yield kit.more(len(channels) - _CHANNELS)


def _edit(found: Sequence[SubscriptionView]) -> kit.Element | None:
    """Let each be edited, as many as a menu takes."""
    named = [
        Option(ids.encode(ids.SubscriptionRef(one.subscription.id)), f"Edit {one.subscription.repo}")
        for one in found
    ]
    if len(named) == 1:
        return kit.button("Edit", ids.SUBSCRIPTION_EDIT, named[0].value)
    return kit.overflow(ids.SUBSCRIPTION_EDIT, named) if named else None


def _figures(figures: Mapping[str, Sequence[Week]]) -> Iterator[Block]:
    if figures:
        yield kit.header("How long reviews and merges take")
    for repo, weeks in list(figures.items())[:_CHARTED]:
        yield from chart(repo, weeks, Measure.REVIEW)
        yield from chart(repo, weeks, Measure.MERGE)
