"""Try a filter on the latest pull requests that are known of a repository."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from blocks.subscribing import Trial
from bot.context import Context
from bot.filters.judging import judge, judged
from bot.filters.seen import Answer
from bot.models import Pull
from bot.subscriptions import matching
from bot.subscriptions.matching import Look
from bot.subscriptions.repository import leaves_out
from bot.subscriptions.request import SubscribeRequest
from storage import suggestions

_TRIED = 3
_LOOKED_AT = 30
_PASSES = {Answer.YES: True, Answer.NO: False}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it, newest first; `asked` if GitHub is asked for what nobody knows yet."""

    trials: Sequence[Trial]
    asked: bool = False


async def attempt(ctx: Context, request: SubscribeRequest, me: str) -> Tried:
    """Judge the latest pull requests; what GitHub has to be asked for is known with the next change."""
    now, wanted = ctx.clock.now(), request.filter.of_pulls()

    def work(connection: Connection) -> list[tuple[Pull, Look]]:
        latest = suggestions.latest_pulls(connection, request.repo, _LOOKED_AT)
        pulls = [pull for pull in latest if not leaves_out(request.excluded, pull.repo.lower())]
        return [(pull, matching.look(connection, wanted, pull, me=me, now=now)) for pull in pulls[:_TRIED]]

    found = await ctx.database.read(work)
    trials = [_trial(request, pull, look) for pull, look in found]
    unsure = [pair for pair, trial in zip(found, trials, strict=True) if trial.passes is None]
    missing = [(pull, look.missing) for pull, look in unsure if look.missing]
    if ctx.github is None or not missing:
        return Tried(trials)

    def ask(connection: Connection) -> None:
        for pull, what in missing:
            matching.ask(connection, pull, what, now=now)

    await ctx.database.write(ask)
    return Tried(trials, asked=True)


def _trial(request: SubscribeRequest, pull: Pull, look: Look) -> Trial:
    wanted = request.filter.of_pulls()
    answer = judge(wanted, look.seen)
    if answer is Answer.YES:
        return Trial(pull, passes=True)
    why = [one.sees for one in judged(wanted, look.seen) if one.answer is answer]
    return Trial(pull, _PASSES.get(answer), "; ".join((why + list(look.refused))[:2]))
