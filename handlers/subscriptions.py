"""Subscriptions: which repositories a channel follows, by command, by form and by button."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from blocks import ids
from blocks import subscriptions as blocks
from blocks.subscriptions import SubscriptionView
from bot.context import Context
from bot.errors import Permanent, RetryLater, UserError
from bot.models import Subscription
from bot.subscriptions.filters import Filter, explain, format_filter, parse_filter
from bot.subscriptions.repository import parse_repository
from bot.subscriptions.request import (
    DEFAULT_FEATURES,
    FEATURES,
    SubscribeRequest,
    features_of,
    parse_subscribe,
)
from bot.subscriptions.words import from_slack, nearest, shown
from handlers.feature import Click, Command, CommandCall, Feature, FieldErrors, Reply, Submission
from storage import homes, subscriptions

# In seconds; Slack takes the answer to a form for three only.
_GITHUB_WITHIN = 1.2
_SLACK_WITHIN = 0.5

_GONE = "That subscription is gone already; `/patchforge list` shows what is left."
_UNCHECKED = "GitHub did not answer just now, so I could not check that this repository exists."
_REFUSED = "GitHub did not let me check that this repository exists; patchforge doctor tells an admin why."


async def subscribe(ctx: Context, call: CommandCall) -> Reply:
    """Follow a repository in this channel; without text, open the form that asks for it."""
    _require_channel(call.channel)
    if call.text.strip():
        return await _follow(ctx, call.channel, call.user, parse_subscribe(call.text))
    view = blocks.subscribe_modal(call.channel, FEATURES, chosen=DEFAULT_FEATURES)
    await ctx.slack.open_view(call.trigger_id, view)
    return None


async def unsubscribe(ctx: Context, call: CommandCall) -> Reply:
    """Stop following a repository in this channel; without text, show what could be stopped."""
    _require_channel(call.channel)
    if not call.text.strip():
        return await _list(
            ctx, call.channel, "Say which: `/patchforge unsubscribe owner/repo`, or press Remove."
        )
    repo = _repository_to_leave(call.text)

    def work(connection: Connection) -> Subscription:
        known = {one.repo: one for one in subscriptions.of_channel(connection, call.channel)}
        if repo not in known:
            raise _not_followed(repo, known)
        subscriptions.remove(connection, known[repo].id)
        homes.mark_stale(connection, now=ctx.clock.now(), actor=call.user)
        return known[repo]

    return blocks.removed(await ctx.database.write(work))


async def list_here(ctx: Context, call: CommandCall) -> Reply:
    """Show what this channel follows."""
    _require_channel(call.channel)
    return await _list(ctx, call.channel)


async def edit(ctx: Context, click: Click) -> Reply:
    """Open the form with what is set now."""
    wanted = ids.decode(ids.SubscriptionRef, click.value)
    found = await ctx.database.read(lambda connection: subscriptions.get(connection, wanted.id))
    if found is None or found.channel != click.channel:
        raise UserError(_GONE)
    ticked, rest = _split_filter(found.filter)
    await ctx.slack.open_view(
        click.trigger_id,
        blocks.subscribe_modal(
            found.channel,
            FEATURES,
            repository=found.repo,
            chosen=found.features,
            wanted=rest,
            options=ticked,
            subscription=found.id,
        ),
    )
    return None


async def save(ctx: Context, submission: Submission) -> Reply | FieldErrors:
    """Take what the form says, or say under which field it is wrong."""
    place = ids.decode(ids.ChannelRef, submission.metadata)
    request = read_form(submission.values)
    if isinstance(request, FieldErrors):
        return request
    try:
        return await _follow(ctx, place.channel, submission.user, request, instead_of=place.subscription)
    except UserError as error:
        return FieldErrors({ids.FIELD_REPOSITORY: str(error)})


async def remove(ctx: Context, click: Click) -> Reply:
    """Stop following what the button stands beside."""
    wanted = ids.decode(ids.SubscriptionRef, click.value)

    def work(connection: Connection) -> Subscription | None:
        found = subscriptions.get(connection, wanted.id)
        if found is None or found.channel != click.channel:
            return None
        homes.mark_stale(connection, now=ctx.clock.now(), actor=click.user)
        return subscriptions.remove(connection, wanted.id)

    gone = await ctx.database.write(work)
    if gone is None:
        raise UserError(_GONE)
    return blocks.removed(gone)


async def undo(ctx: Context, click: Click) -> Reply:
    """Bring a removed subscription back as it was, unless somebody made a new one meanwhile."""
    gone = ids.decode(ids.RemovedRef, click.value)
    if gone.channel != click.channel:
        raise UserError(_GONE)

    def work(connection: Connection) -> Subscription:
        for known in subscriptions.of_channel(connection, gone.channel):
            if known.repo == gone.repo:
                return known
        homes.mark_stale(connection, now=ctx.clock.now(), actor=click.user)
        restored, _ = subscriptions.put(
            connection,
            channel=gone.channel,
            repo=gone.repo,
            features=gone.features,
            filter_text=gone.filter,
            user=gone.created_by,
            now=gone.created_at,
        )
        return restored

    return blocks.confirmation(_view(await ctx.database.write(work)), FEATURES)


def read_form(values: Mapping[str, Any]) -> SubscribeRequest | FieldErrors:
    """Read the submitted form; each mistake is put under its own field."""
    errors: dict[str, str] = {}
    request = SubscribeRequest("")
    try:
        request = replace(request, repo=parse_repository(values.get(ids.FIELD_REPOSITORY) or ""))
    except UserError as error:
        errors[ids.FIELD_REPOSITORY] = str(error)
    try:
        request = replace(request, features=features_of(values.get(ids.FIELD_FEATURES) or ()))
    except UserError as error:
        errors[ids.FIELD_FEATURES] = str(error)
    try:
        words = " ".join([*(values.get(ids.FIELD_OPTIONS) or ()), values.get(ids.FIELD_FILTER) or ""])
        request = replace(request, filter=parse_filter(words))
    except UserError as error:
        errors[ids.FIELD_FILTER] = str(error)
    return FieldErrors(errors) if errors else request


async def _follow(
    ctx: Context, channel: str, user: str, request: SubscribeRequest, *, instead_of: int = 0
) -> Reply:
    """Subscribe the channel and say what that brings; raises UserError if GitHub knows no such repository.

    `instead_of` is the subscription being edited: it ends if the repository is another one now.
    """
    repo, note = await _check(ctx, request.repo)

    def work(connection: Connection) -> tuple[Subscription, bool]:
        edited = subscriptions.get(connection, instead_of) if instead_of else None
        if edited and edited.repo != repo:
            subscriptions.remove(connection, edited.id)
        homes.mark_stale(connection, now=ctx.clock.now(), actor=user)
        return subscriptions.put(
            connection,
            channel=channel,
            repo=repo,
            features=request.features,
            filter_text=format_filter(request.filter),
            user=user,
            now=ctx.clock.now(),
        )

    made, created = await ctx.database.write(work)
    notes = [note] if note else []
    if not await _is_member(ctx, channel):
        notes.append(blocks.invite_hint(channel))
    return blocks.confirmation(_view(made), FEATURES, changed=not created, notes=notes)


async def _check(ctx: Context, repo: str) -> tuple[str, str]:
    """Return the repository's present name, and what to say if GitHub could not be asked."""
    if ctx.github is None:
        return repo, ""
    try:
        async with asyncio.timeout(_GITHUB_WITHIN):
            found = await ctx.github.repository(repo)
    except (TimeoutError, RetryLater):
        return repo, _UNCHECKED
    except Permanent as error:
        if error.code != "404":
            return repo, _REFUSED
        raise UserError(
            f"GitHub shows me no repository {shown(repo)}: check the spelling, or if it is private, let "
            "PatchForge's GitHub App or token see it, and try again."
        ) from error
    return found.full_name.lower(), ""


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
    return SubscriptionView(subscription, explain(parse_filter(subscription.filter)))


def _require_channel(channel: str) -> None:
    if channel.startswith("D"):
        raise UserError(
            "Repositories are followed by channels, not in direct messages; type this in the channel that "
            "should hear of them."
        )


def _repository_to_leave(text: str) -> str:
    """Return the repository's name; what is none stays as typed, to be compared with what is followed."""
    typed = from_slack(text).strip()
    try:
        return parse_repository(typed)
    except UserError:
        return typed.lower()


def _not_followed(typed: str, known: Mapping[str, Subscription]) -> UserError:
    """Return the error that names what this channel follows and looks most like it."""
    if not known:
        return UserError(
            "This channel follows no repository; `/patchforge subscribe owner/repo` would change that."
        )
    near = nearest(typed, known) or next((repo for repo in known if repo.endswith(f"/{typed}")), None)
    if near:
        return UserError(f"This channel does not follow {shown(typed)}; did you mean `{near}`?")
    return UserError(
        f"This channel does not follow {shown(typed)}; `/patchforge list` shows what it follows."
    )


def _split_filter(text: str) -> tuple[list[str], str]:
    """Split a filter into the words that have a tick in the form, and the rest."""
    ticks = (ids.OPTION_DRAFTS, ids.OPTION_BOTS)
    clauses = [format_filter(Filter((clause,))) for clause in parse_filter(text).clauses]
    rest = [clause for clause in clauses if clause not in ticks]
    return [clause for clause in clauses if clause in ticks], " ".join(rest)


FEATURE = Feature(
    name="subscriptions",
    commands=(
        Command(
            name="subscribe",
            usage="subscribe [owner/repo] [features] [filters]",
            summary="Follow a repository in this channel; without arguments it opens a form.",
            run=subscribe,
            details=(
                "`/patchforge subscribe octocat/hello-world` is all it takes; a GitHub address will do.\n"
                "`/patchforge subscribe octocat/hello-world reviews,merges` posts only these; "
                "see `/patchforge help features`.\n"
                "`/patchforge subscribe octocat/hello-world draft:no -label:wip` leaves out some pull "
                "requests; see `/patchforge help filters`.\n"
                "Subscribing again replaces features and filters."
            ),
        ),
        Command(
            name="unsubscribe",
            usage="unsubscribe owner/repo",
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
    },
    views={ids.SUBSCRIPTION_SAVE_VIEW: save},
)
