"""How long it takes to find out who hears of an event, among a hundred thousand subscriptions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from time import perf_counter, process_time

from sqlalchemy import Connection, insert

from bench import stored
from bench.samples import pulls
from bot.filters.seen import Event, Seen
from bot.models import Pull
from bot.subscriptions import listening, matching
from storage.tables import subscriptions

_FILTERS = (
    "",
    "draft:no",
    "event:merged",
    "-event:commented",
    "label:bug event:approved,merged",
    "base:main",
)
_OWNERS, _REPOSITORIES, _CHANNELS = 300, 20_000, 5_000


async def routed(count: int, events: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the seconds of CPU and on the clock in which each event's listeners were found and asked.

    The first are of events whose subscriptions are read from the database, then the same once more; some
    subscriptions are to whole owners.
    """
    random, pull = Random(7), pulls(1)[0][0].pull  # noqa: S311 - no secret is drawn
    rows = [_row(number, random) for number in range(count)]
    chosen = [(random.randrange(_REPOSITORIES), random.choice(list(Event))) for _ in range(events)]
    async with stored.opened() as database:
        await database.write(lambda connection: connection.execute(insert(subscriptions), rows))
        first = await database.write(lambda connection: _routed(connection, chosen, pull))
        return first, await database.write(lambda connection: _routed(connection, chosen, pull))


def _routed(
    connection: Connection, chosen: Sequence[tuple[int, Event]], pull: Pull
) -> list[tuple[float, float]]:
    times, bare = list[tuple[float, float]](), Seen(pull)
    for number, event in chosen:
        repo = f"acme{number % _OWNERS}/r{number}"
        begin = process_time(), perf_counter()
        for one in listening.routes(connection, repo).candidates(repo, (event,)):
            matching.answer(connection, one, bare, now=pull.updated_at)
        times.append((process_time() - begin[0], perf_counter() - begin[1]))
    return times


def _row(number: int, random: Random) -> dict[str, object]:
    whole = number % 50 == 0
    owner = f"acme{(number // 50 if whole else number) % _OWNERS}"
    return {
        "channel": f"C{number % _CHANNELS}-{number // _CHANNELS}",
        "repo": f"{owner}/*" if whole else f"{owner}/r{number % _REPOSITORIES}",
        "features": ["reviews", "merges"],
        "filter": f"{random.choice(_FILTERS)} label:l{number % 500}".strip(),
        "excluded": [f"{owner}/old-*"] if whole else None,
        "created_by": "U1",
        "created_at": datetime(2026, 1, 5, tzinfo=UTC),
    }
