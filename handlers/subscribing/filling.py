"""Open the form, read it, and show with every change what it means now."""

from collections.abc import Mapping
from typing import Any

import structlog

from blocks import ids
from blocks import subscribing as blocks
from bot.context import Context
from bot.errors import PatchForgeError
from bot.filters.language import explain
from bot.filters.seen import Event
from bot.filters.warnings import RepoFacts, warnings
from bot.models import Subscription
from bot.subscriptions.form import AUTHOR_USERS, FILTER, LISTS, Form, FormError, form_of, request_in
from bot.subscriptions.request import FEATURES, SubscribeRequest
from handlers.feature import Click, Reply
from handlers.subscribing.trying import attempt
from storage import subscriptions
from storage.database import DatabaseUnavailable

_OFFERED = blocks.Offered(FEATURES, tuple(Event))

log = structlog.stdlib.get_logger(__name__)


async def new(ctx: Context, click: Click) -> Reply:
    """Open the empty form from where there is no channel."""
    await show(ctx, click.trigger_id, ids.ChannelRef(""), Form(), click.user)
    return None


async def edit(ctx: Context, click: Click, subscription: Subscription) -> None:
    """Open the form with what is subscribed."""
    place = ids.ChannelRef(subscription.channel, subscription.id)
    await show(ctx, click.trigger_id, place, form_of(subscription), click.user)


async def show(ctx: Context, trigger_id: str, place: ids.ChannelRef, form: Form, user: str) -> None:
    """Open the form as it is filled in; raises UserError where Slack waited too long for it."""
    await ctx.slack.open_view(trigger_id, await _view(ctx, place, form, user))


async def changed(ctx: Context, click: Click) -> Reply:
    """Show what the form means now; where that fails it stays as it is, with all that was filled in."""
    view = click.view
    if view is None:
        return None
    place, form = ids.decode(ids.ChannelRef, view.metadata), form_in(view.values)
    try:
        await ctx.slack.follow_view(view.id, lambda: _view(ctx, place, form, click.user))
    except (PatchForgeError, DatabaseUnavailable) as error:
        # An answer would open over the form, and close it.
        log.warning("preview.failed", error=str(error))
    return None


def form_in(values: Mapping[str, Any]) -> Form:
    """Read the fields, by block id."""
    lists = {name: tuple(values.get(name) or ()) for name in LISTS}
    return Form(
        repo=values.get(ids.FIELD_REPOSITORY) or "",
        features=tuple(values.get(ids.FIELD_FEATURES) or ()),
        broadcast=tuple(values.get(ids.FIELD_BROADCAST) or ()),
        excluded=values.get(ids.FIELD_EXCLUDED) or "",
        ticks=tuple(values.get(ids.FIELD_OPTIONS) or ()),
        lists={name: found for name, found in lists.items() if found},
        users=tuple(values.get(AUTHOR_USERS) or ()),
        rest=values.get(FILTER) or "",
    )


async def _view(ctx: Context, place: ids.ChannelRef, form: Form, user: str) -> Mapping[str, Any]:
    filled = blocks.Filled(
        repository=form.repo,
        features=form.features,
        broadcast=form.broadcast,
        excluded=form.excluded,
        ticks=form.ticks,
        lists=form.lists,
        users=form.users,
        rest=form.rest,
    )
    preview = await _preview(ctx, place, form, user)
    return blocks.form(place, filled, _OFFERED, preview, ctx.settings.github_web_url)


async def _preview(ctx: Context, place: ids.ChannelRef, form: Form, user: str) -> blocks.Preview:
    request, wrong = request_in(form)
    told = next((error for error in wrong if error.field != ids.FIELD_REPOSITORY), None)
    if told is not None:
        return _mistake(told)
    if not request.repo:
        return blocks.Preview(explain(request.filter))
    tried = await attempt(ctx, request, await _me(ctx, place, user))
    return blocks.Preview(
        explain(request.filter), doubts=_doubts(ctx, request), trials=tried.trials, asked=tried.asked
    )


async def _me(ctx: Context, place: ids.ChannelRef, user: str) -> str:
    """Return for whom the filter is judged: who made the subscription."""
    if not place.subscription:
        return user
    found = await ctx.database.read(lambda connection: subscriptions.get(connection, place.subscription))
    return found.created_by if found else user


def _mistake(error: FormError) -> blocks.Preview:
    return blocks.Preview(wrong=error.sentence, pointer=error.pointer)


def _doubts(ctx: Context, request: SubscribeRequest) -> tuple[str, ...]:
    """Warn of what the repository does not have, where that is known without asking."""
    if ctx.github is None:
        return ()
    return warnings(
        request.filter, RepoFacts(request.repo, labels=ctx.github.places.all_labels(request.repo))
    )
