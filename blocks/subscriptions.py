"""What Slack shows of subscriptions: a channel's list, the modal to add or edit one, and the answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup, Option, View
from bot.models import SlackMessage, Subscription

# Two blocks each, within the 50 of a message, and together within what Slack takes of their JSON: an entry is
# shown with its buttons or not at all.
_LISTED = 20
_LIST_JSON = 11_000

OPTIONS = (
    Option(ids.OPTION_DRAFTS, "Leave out drafts"),
    Option(ids.OPTION_BOTS, "Leave out what bots open"),
)


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One subscription with its filter in plain words, such as "pull requests that are not drafts"."""

    subscription: Subscription
    filter_words: str


def words(view: SubscriptionView) -> Markup:
    """Say in one line what is followed."""
    subscription = view.subscription
    features = ", ".join(subscription.features) or "nothing"
    wanted = kit.cut(pulls.one_line(view.filter_words), 300)
    return kit.join(kit.bold(kit.cut(subscription.repo, 200)), kit.cut(features, 200), wanted, sep=kit.DOT)


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


def subscribe_modal(
    channel: str,
    features: Mapping[str, str],
    *,
    repository: str = "",
    chosen: Collection[str] = (),
    wanted: str = "",
    options: Collection[str] = (),
    subscription: int = 0,
) -> View:
    """Ask what a channel should follow; `features` maps names to what they bring.

    `chosen` are the features and `options` the filter words ticked at first, `wanted` the rest of the filter;
    `subscription` is the one to edit, 0 for a new one.
    """
    ticks = [Option(name, name, what) for name, what in features.items()]
    return kit.modal(
        ids.SUBSCRIPTION_SAVE_VIEW,
        "Edit subscription" if subscription else "Follow a repository",
        [
            kit.context(kit.join("For ", kit.channel(channel))),
            kit.input_block(
                ids.FIELD_REPOSITORY,
                "Repository",
                kit.text_input(
                    ids.FIELD_INPUT, repository, max_length=200, placeholder="octocat/hello-world"
                ),
            ),
            kit.input_block(
                ids.FIELD_FEATURES, "What to post", kit.checkboxes(ids.FIELD_INPUT, ticks, chosen)
            ),
            kit.input_block(
                ids.FIELD_FILTER,
                "Filter",
                kit.text_input(ids.FIELD_INPUT, wanted, max_length=500, placeholder="label:bug -label:wip"),
                hint="All must hold: label:x, -label:y, base:main. Leave it empty for every pull request.",
                optional=True,
            ),
            kit.input_block(
                ids.FIELD_OPTIONS,
                "Options",
                kit.checkboxes(ids.FIELD_INPUT, OPTIONS, options),
                optional=True,
            ),
        ],
        submit="Save" if subscription else "Follow",
        metadata=ids.encode(ids.ChannelRef(channel, subscription)),
    )


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
    wanted = kit.join("It covers ", kit.cut(pulls.one_line(view.filter_words), 600), ".")
    hint = kit.prose(
        "Change it with Edit, or subscribe again with other features or filters: `/patchforge help filters`. "
        "All that this channel follows: `/patchforge list`."
    )
    return kit.message(
        kit.join(where, f" {verb} ", repo),
        [
            _lines(head, *what, wanted),
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
    )
    return kit.message(
        kit.join(where, f" no longer follows {repo}"),
        [
            kit.section(kit.join(where, " no longer follows ", kit.bold(repo), ".")),
            kit.actions(kit.button("Undo", ids.SUBSCRIPTION_UNDO, ids.encode(undo))),
        ],
    )


def invite_hint(channel: str) -> Markup:
    """Tell how to let the bot into a channel that it cannot post to yet."""
    where = kit.channel(channel)
    invite = kit.code("/invite @PatchForge")
    return kit.join(
        "⚠️ I am not in ", where, " yet and can post there only once I am: type ", invite, " there."
    )


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
