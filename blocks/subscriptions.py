"""What Slack shows of subscriptions: a channel's list, and the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup
from bot.models import SlackMessage, Subscription

# Two blocks each, within the 50 of a message, and together within what Slack takes of their JSON: an entry is
# shown with its buttons or not at all.
_LISTED = 20
_LIST_JSON = 11_000
# What Slack takes as a button's value.
_BUTTON = 2000


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One subscription with its filter in plain words, such as "pull requests that are not drafts"."""

    subscription: Subscription
    filter_words: str


def words(view: SubscriptionView) -> Markup:
    """Say in one line what is followed."""
    subscription = view.subscription
    features = ", ".join(subscription.features) or "nothing"
    return kit.join(
        kit.bold(kit.cut(subscription.repo, 200)),
        kit.cut(features, 200),
        kit.naming(pulls.one_line(view.filter_words), 300),
        *_more(subscription),
        sep=kit.DOT,
    )


def subscription_list(channel: str, found: Sequence[SubscriptionView], *, lead: str = "") -> SlackMessage:
    """List a channel's subscriptions, each with who made it and buttons to edit or remove it.

    `lead` is a sentence of ours to begin with.
    """
    where = kit.channel(channel)
    if not found:
        line = kit.join(where, " follows no repository yet. ")
        hint = kit.prose("Start with `/patchforge subscribe owner/repo`.")
        return kit.message(kit.join(where, " follows no repository yet"), [kit.section(line, hint)])
    head = kit.join(where, f" follows {pulls.count(len(found), 'repository', 'repositories')}")
    blocks = [kit.section(kit.lines([kit.prose(lead), head]))]
    listed, room = 0, _LIST_JSON
    for entry in map(_entry, found[:_LISTED]):
        room -= len(msgspec.json.encode(entry))
        if room < 0:
            break
        blocks += entry
        listed += 1
    if listed < len(found):
        blocks.append(kit.more(len(found) - listed))
    return kit.message(head, blocks)


def confirmation(
    view: SubscriptionView, features: Mapping[str, str], *, changed: bool = False, notes: Sequence[str] = ()
) -> SlackMessage:
    """Say what the channel gets from now on, and how to change that.

    `features` maps names to what they bring; `notes` are what else the person should know.
    """
    subscription = view.subscription
    where, repo = kit.channel(subscription.channel), kit.cut(subscription.repo, 200)
    verb = "now follows" if changed else "follows"
    head = kit.join(where, f" {verb} ", kit.bold(repo), ". What I post there:")
    what = [
        kit.join(Markup("• "), kit.bold(name), ": ", features.get(name, "")) for name in subscription.features
    ]
    wanted = kit.join("It covers ", kit.naming(pulls.one_line(view.filter_words), 600), ".")
    more = [kit.join(Markup("• "), said) for said in _more(subscription)]
    hint = kit.prose(
        "Change it with Edit, or subscribe again with other features or filters: `/patchforge help filters`. "
        "All that this channel follows: `/patchforge list`."
    )
    return kit.message(
        kit.join(where, f" {verb} ", repo),
        [
            _lines(head, *what, *more, wanted),
            *(kit.section(note) for note in notes),
            _buttons(subscription),
            kit.context(_made(subscription), hint),
        ],
    )


def removed(subscription: Subscription) -> SlackMessage:
    """Say that a channel no longer follows a repository, with a button to undo that."""
    where, repo = kit.channel(subscription.channel), kit.cut(subscription.repo, 200)
    undo = ids.RemovedRef(
        channel=subscription.channel,
        repo=subscription.repo,
        features=subscription.features,
        filter=subscription.filter,
        created_by=subscription.created_by,
        created_at=subscription.created_at,
        broadcast=subscription.broadcast,
        excluded=subscription.excluded,
    )
    value = ids.encode(undo)
    if kit.size(value) <= _BUTTON:
        last = kit.actions(kit.button("Undo", ids.SUBSCRIPTION_UNDO, value))
    else:
        last = kit.context("Its filter is too long for a button that would undo that.")
    head = kit.join(where, " no longer follows ", kit.bold(repo), ".")
    return kit.message(kit.join(where, f" no longer follows {repo}"), [kit.section(head), last])


def doubt(sentence: str) -> Markup:
    """Warn of something in a filter."""
    return kit.join("⚠️ ", kit.naming(sentence, 600))


def invite_hint(channel: str) -> Markup:
    """Tell how to let the bot into a channel that it cannot post to yet."""
    where = kit.channel(channel)
    invite = kit.code("/invite @PatchForge")
    return kit.join(
        "⚠️ I am not in ", where, " yet and can post there only once I am: type ", invite, " there."
    )


def _more(subscription: Subscription) -> list[Markup]:
    """Say what is told in the channel as well, and which repositories are left out."""
    told = ", ".join(event.replace("_", " ") for event in subscription.broadcast)
    excluded = ", ".join(name.partition("/")[2] for name in subscription.excluded)
    return [
        *([kit.join("also in the channel: ", kit.cut(told, 200))] if told else []),
        *([kit.join("without ", kit.cut(excluded, 300))] if excluded else []),
    ]


def _entry(view: SubscriptionView) -> list[Block]:
    return [_lines(words(view), _made(view.subscription)), _buttons(view.subscription)]


def _made(subscription: Subscription) -> Markup:
    return kit.join("Set up by ", kit.mention(subscription.created_by), " ", kit.ago(subscription.created_at))


def _buttons(subscription: Subscription) -> Block:
    value = ids.encode(ids.SubscriptionRef(subscription.id))
    return kit.actions(
        kit.button("Edit", ids.SUBSCRIPTION_EDIT, value),
        kit.button("Remove", ids.SUBSCRIPTION_REMOVE, value, style="danger"),
    )


def _lines(*rows: str) -> Block:
    return kit.section(kit.lines(rows))
