"""What Slack shows of subscriptions: a channel's list, the modal to add or edit one, and the answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup, Option, View
from bot.models import SlackMessage, Subscription

# Two blocks each, within the 50 of a message.
_LISTED = 15

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


def subscription_list(channel: str, found: Sequence[SubscriptionView]) -> SlackMessage:
    """List a channel's subscriptions, each with who made it and buttons to edit or remove it."""
    where = kit.channel(channel)
    if not found:
        line = kit.join(where, " follows no repository yet. ")
        hint = kit.prose("Start with `/patchforge subscribe owner/repo`.")
        return kit.message(kit.join(where, " follows no repository yet"), [kit.section(line, hint)])
    head = kit.join(where, f" follows {pulls.count(len(found), 'repository', 'repositories')}")
    blocks = [kit.section(head)]
    for view in found[:_LISTED]:
        blocks += _entry(view)
    if len(found) > _LISTED:
        blocks.append(kit.more(len(found) - _LISTED))
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
    ticks = [Option(name, name.capitalize(), what) for name, what in features.items()]
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


def confirmation(channel: str, view: SubscriptionView, *, changed: bool = False) -> SlackMessage:
    """Tell a channel what it follows from now on, and who decided it."""
    subscription = view.subscription
    verb = "changed what" if changed else "made"
    rest = " follows:" if changed else " follow:"
    head = kit.join(kit.mention(subscription.created_by), f" {verb} ", kit.channel(channel), rest)
    hint = kit.prose("See them all with `/patchforge list`.")
    return kit.message(kit.join(head, " ", subscription.repo), [_lines(head, words(view)), kit.context(hint)])


def removed(channel: str, repo: str, by: str) -> SlackMessage:
    """Tell a channel that it no longer follows a repository."""
    name = kit.bold(kit.cut(repo, 200))
    line = kit.join(kit.channel(channel), " no longer follows ", name, ", says ", kit.mention(by))
    return kit.message(kit.join(kit.channel(channel), f" no longer follows {repo}"), [kit.section(line)])


def invite_hint(channel: str, name: str = "patchforge") -> SlackMessage:
    """Tell how to let the bot into a channel that it cannot post to."""
    where = kit.channel(channel)
    line = kit.join(
        "I am not in ", where, " yet. Type ", kit.code(f"/invite @{name}"), " there and try again."
    )
    return kit.message(kit.join("I am not in ", where, " yet"), [kit.section(line)])


def _entry(view: SubscriptionView) -> list[Block]:
    subscription = view.subscription
    value = ids.encode(ids.SubscriptionRef(subscription.id))
    sure = kit.confirm("Stop following?", f"Nothing more from {subscription.repo} here.", "Stop")
    made = kit.join("by ", kit.mention(subscription.created_by), " ", kit.ago(subscription.created_at))
    return [
        _lines(words(view), made),
        kit.actions(
            kit.button("Edit", ids.SUBSCRIPTION_EDIT, value),
            kit.button("Remove", ids.SUBSCRIPTION_REMOVE, value, style="danger", confirm=sure),
        ),
    ]


def _lines(*rows: str) -> Block:
    return kit.section(kit.lines(rows))
