"""Subscriptions: which repositories a channel follows, by command, by form and by button."""

import asyncio
from dataclasses import replace

from sqlalchemy import Connection

from blocks import ids
from blocks import subscriptions as blocks
from blocks.subscriptions import SubscriptionView
from bot.context import Context
from bot.errors import RetryLater, UserError
from bot.filters.language import explain, format_filter, stored_filter
from bot.models import Subscription
from bot.subscriptions import listening
from bot.subscriptions.form import Form, in_words, request_in
from bot.subscriptions.request import FEATURES, SubscribeRequest, parse_subscribe
from handlers import subscribing
from handlers.feature import Click, Command, CommandCall, Feature, FieldErrors, Reply, Submission
from handlers.subscribing import filling, leaving
from handlers.subscribing.checking import check, doubts_of
from storage import configurations, homes, subscriptions

# In seconds; Slack takes the answer to a form for three only.
_SLACK_WITHIN = 0.5

_GONE = "That subscription is gone already; `/patchforge list` shows what is left."


async def subscribe(ctx: Context, call: CommandCall) -> Reply:
    """Follow a repository in this channel; without text, open the form that asks for it."""
    _require_channel(call.channel)
    if call.text.strip():
        return await _follow(ctx, call.channel, call.user, parse_subscribe(call.text))
    await filling.show(ctx, call.trigger_id, ids.ChannelRef(call.channel), Form(), call.user)
    return None


async def unsubscribe(ctx: Context, call: CommandCall) -> Reply:
    """Stop following a repository in this channel; without text, show what could be stopped."""
    _require_channel(call.channel)
    if not call.text.strip():
        return await _list(
            ctx, call.channel, "Say which: `/patchforge unsubscribe owner/repo`, or press Remove."
        )
    repo = leaving.repository_in(call.text)

    def work(connection: Connection) -> Reply:
        known = {one.repo: one for one in subscriptions.of_channel(connection, call.channel)}
        if repo not in known and listening.follows(known.values(), repo):
            raise leaving.followed_with_all(repo)
        if repo not in known:
            raise leaving.not_followed(repo, known)
        _require_own(known[repo])
        subscriptions.remove(connection, known[repo].id)
        _changed(ctx, connection, repo, call.user)
        return blocks.removed(known[repo])

    return await ctx.database.write(work)


async def list_here(ctx: Context, call: CommandCall) -> Reply:
    """Show what this channel follows."""
    _require_channel(call.channel)
    return await _list(ctx, call.channel)


async def edit(ctx: Context, click: Click) -> Reply:
    """Open the form with what is set now."""
    wanted = ids.decode(ids.SubscriptionRef, click.value)

    def look(connection: Connection) -> Subscription | None:
        found = subscriptions.get(connection, wanted.id)
        return found if found and _reaches(connection, click, found.channel, found.created_by) else None

    found = await ctx.database.read(look)
    if found is None:
        raise UserError(_GONE)
    await filling.edit(ctx, click, found)
    return None


async def save(ctx: Context, submission: Submission) -> Reply | FieldErrors:
    """Take what the form says, or say under which field it is wrong."""
    place = ids.decode(ids.ChannelRef, submission.metadata)
    channel = place.channel or submission.values.get(ids.FIELD_CHANNEL) or ""
    request, wrong = request_in(filling.form_in(submission.values))
    if wrong:
        return FieldErrors({error.field: in_words(error) for error in wrong})
    try:
        return await _follow(ctx, channel, submission.user, request, instead_of=place.subscription)
    except UserError as error:
        return FieldErrors({ids.FIELD_REPOSITORY: str(error)})


async def remove(ctx: Context, click: Click) -> Reply:
    """Stop following what the button stands beside."""
    wanted = ids.decode(ids.SubscriptionRef, click.value)

    def work(connection: Connection) -> Reply:
        found = subscriptions.get(connection, wanted.id)
        if found is None or not _reaches(connection, click, found.channel, found.created_by):
            raise UserError(_GONE)
        _require_own(found)
        subscriptions.remove(connection, wanted.id)
        _changed(ctx, connection, found.repo, click.user)
        return blocks.removed(found)

    return await ctx.database.write(work)


async def undo(ctx: Context, click: Click) -> Reply:
    """Bring a removed subscription back as it was, unless somebody made a new one meanwhile."""
    gone = ids.decode(ids.RemovedRef, click.value)

    def work(connection: Connection) -> Reply:
        if not _reaches(connection, click, gone.channel, gone.created_by):
            raise UserError(_GONE)
        for known in subscriptions.of_channel(connection, gone.channel):
            if known.repo == gone.repo:
                return blocks.confirmation(_view(known), FEATURES)
        _changed(ctx, connection, gone.repo, click.user)
        restored, _ = subscriptions.put(
            connection,
            channel=gone.channel,
            repo=gone.repo,
            features=gone.features,
            filter_text=gone.filter,
            user=gone.created_by,
            now=gone.created_at,
            broadcast=gone.broadcast,
            excluded=gone.excluded,
        )
        return blocks.confirmation(_view(restored), FEATURES)

    return await ctx.database.write(work)


async def _follow(
    ctx: Context, channel: str, user: str, request: SubscribeRequest, *, instead_of: int = 0
) -> Reply:
    """Subscribe the channel and say what that brings; raises UserError if GitHub knows no such repository.

    `instead_of` is the subscription being edited: it ends if the repository is another one now.
    """
    repo, note = await check(ctx, request.repo)
    notes = [note] if note else []
    if not await _is_member(ctx, channel):
        notes.append(blocks.invite_hint(channel))
    doubts = await doubts_of(ctx, replace(request, repo=repo))

    def work(connection: Connection) -> Reply:
        edited = subscriptions.get(connection, instead_of) if instead_of else None
        if edited and edited.repo != repo:
            subscriptions.remove(connection, edited.id)
        _changed(ctx, connection, repo, user)
        made, created = subscriptions.put(
            connection,
            channel=channel,
            repo=repo,
            features=request.features,
            filter_text=format_filter(request.filter),
            user=user,
            now=ctx.clock.now(),
            broadcast=request.broadcast,
            excluded=request.excluded,
        )
        said = [*notes, *map(blocks.doubt, doubts)]
        return blocks.confirmation(_view(made), FEATURES, changed=not created, notes=said)

    return await ctx.database.write(work)


async def _is_member(ctx: Context, channel: str) -> bool:
    try:
        async with asyncio.timeout(_SLACK_WITHIN):
            return await ctx.slack.is_member(channel)
    except (TimeoutError, RetryLater):
        return True  # not known: no warning is better than a wrong one


async def _list(ctx: Context, channel: str, lead: str = "") -> Reply:
    found = await ctx.database.read(lambda connection: subscriptions.of_channel(connection, channel))
    return blocks.subscription_list(channel, [_view(one) for one in found], lead=lead)


def _view(subscription: Subscription) -> SubscriptionView:
    return SubscriptionView(subscription, explain(stored_filter(subscription.filter)))


def _reaches(connection: Connection, click: Click, channel: str, maker: str) -> bool:
    """Tell whether a button acts on its own channel, or in a view of who made it or is there."""
    if click.channel:
        return click.channel == channel
    return click.user == maker or channel in homes.channels_of(connection, click.user)


def _require_own(found: Subscription) -> None:
    """Raise UserError for what a file asks for: it would ask for it again."""
    if found.source is not None:
        raise UserError(
            f"The file of `{found.source}` asks for this; `/patchforge config disallow {found.source}` ends "
            "all that it asks for here, and subscribing here yourself prevails over it."
        )


def _changed(ctx: Context, connection: Connection, repo: str, actor: str) -> None:
    """Let App Home and configuration files take note of what a channel hears of a repository now."""
    now = ctx.clock.now()
    homes.mark_stale(connection, now=now, actor=actor)
    configurations.subscribed(connection, repo, now=now)


def _require_channel(channel: str) -> None:
    if channel.startswith("D"):
        raise UserError(
            "Repositories are followed by channels, not in direct messages; type this in the channel that "
            "should hear of them."
        )


FEATURE = Feature(
    name="subscriptions",
    commands=(
        Command(
            name="subscribe",
            usage="subscribe [owner/repo|owner/*] [features] [filters]",
            summary="Follow a repository in this channel; without arguments it opens a form.",
            run=subscribe,
            details=(
                "`/patchforge subscribe octocat/hello-world` is all it takes; a GitHub address will do.\n"
                "`/patchforge subscribe` alone opens a form: it finds repositories, labels, teams and people "
                "while you type, says what your filter means and tries it on the latest pull requests.\n"
                "`/patchforge subscribe octocat/hello-world reviews,merges` posts only these; "
                "see `/patchforge help features`.\n"
                "`/patchforge subscribe octocat/hello-world draft:no -label:wip` leaves out some pull "
                "requests; see `/patchforge help filters`.\n"
                "`/patchforge subscribe octocat/* -repo:old-*` follows all that an owner has, but these.\n"
                "`event:approved,merged` chooses what is told in threads, `broadcast:merged` what is told "
                "in the channel as well.\n"
                "Subscribing again replaces features and filters."
            ),
        ),
        Command(
            name="unsubscribe",
            usage="unsubscribe owner/repo|owner/*",
            summary="Stop following a repository in this channel.",
            run=unsubscribe,
            details=(
                "`/patchforge unsubscribe octocat/hello-world` ends it, with a button to undo that.\n"
                "Without a repository it shows what this channel follows."
            ),
        ),
        Command(
            name="list",
            usage="list",
            summary="Show what this channel follows, who set it up, and buttons to edit or remove it.",
            run=list_here,
        ),
    ),
    actions={
        ids.SUBSCRIPTION_EDIT: edit,
        ids.SUBSCRIPTION_REMOVE: remove,
        ids.SUBSCRIPTION_UNDO: undo,
        **subscribing.ACTIONS,
    },
    lookups=subscribing.LOOKUPS,
    views={ids.SUBSCRIPTION_SAVE_VIEW: save},
)
