"""Find who listens, in memory: by repository and owner first, then by event, before any filter is judged."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from bot.filters.judging import told
from bot.filters.language import stored_filter
from bot.filters.seen import Event
from bot.models import Subscription
from bot.subscriptions.repository import leaves_out, whole_of

EVENTS = frozenset(Event)
"""All events there are."""


@dataclass(slots=True)
class _Listeners:
    """Subscriptions by id: those that hear of every event, and the others under each event they hear of."""

    of_all: dict[int, Subscription] = field(default_factory=dict)
    of_event: dict[Event, dict[int, Subscription]] = field(default_factory=dict)

    def hearing(self, events: Collection[Event]) -> Iterator[Subscription]:
        yield from self.of_all.values()
        if len(events) == 1:
            (event,) = events
            yield from self.of_event.get(event, {}).values()
        elif self.of_event:
            found = {id_: one for event in events for id_, one in self.of_event.get(event, {}).items()}
            yield from found.values()


class Routes:
    """Who listens to which repository and event."""

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self._listening: dict[str, _Listeners] = {}
        by_repo = defaultdict[str, list[Subscription]](list)
        for subscription in subscriptions:
            by_repo[subscription.repo].append(subscription)
        for repo, listening in by_repo.items():
            self.replace(repo, listening)

    def replace(self, repo: str, subscriptions: Iterable[Subscription]) -> None:
        """Let just these, all of them to `repo` (an `owner/name` or `owner/*`), listen to it from now on."""
        listening = _Listeners()
        for subscription in subscriptions:
            for where in _places(listening, subscription):
                where[subscription.id] = subscription
        self._listening[repo] = listening

    def candidates(self, repo: str, events: Collection[Event] = EVENTS) -> Iterator[Subscription]:
        """Yield who listens to the repository, its whole owner included, and hears of one of the events.

        A channel that follows the repository by name is not heard again for following its owner: what it
        asked for there goes first.
        """
        repo = repo.lower()
        named = self._listening.get(repo)
        whole = self._listening.get(whole_of(repo))
        if named is not None:
            yield from named.hearing(events)
        if whole is None:
            return
        own = {one.channel for one in named.hearing(EVENTS)} if named is not None else set()
        for one in whole.hearing(events):
            if one.channel not in own and not leaves_out(one.excluded, repo):
                yield one


def _places(listening: _Listeners, subscription: Subscription) -> list[dict[int, Subscription]]:
    """Return where a subscription belongs."""
    events = told(stored_filter(subscription.filter))
    if len(events) == len(Event):
        return [listening.of_all]
    return [listening.of_event.setdefault(event, {}) for event in events]
