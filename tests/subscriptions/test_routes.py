"""Who is found for an event, and how quickly among a hundred thousand."""

import gc
import time
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filters.seen import Event
from bot.models import Subscription
from bot.subscriptions.routes import Routes

MOMENT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ONE = Subscription(1, "C1", "acme/api", ("reviews",), "", "U1", MOMENT)
WHOLE = replace(ONE, id=2, channel="C2", repo="acme/*", excluded=("acme/legacy", "acme/old-*"))


def found(routes: Routes, repo: str, *events: Event) -> list[int]:
    return sorted(one.id for one in routes.candidates(repo, events or tuple(Event)))


def test_a_repository_is_heard_by_those_who_follow_it_or_its_owner() -> None:
    routes = Routes([ONE, WHOLE])
    assert found(routes, "acme/api") == [1, 2]
    assert found(routes, "Acme/Web") == [2]
    assert found(routes, "other/api") == []


@pytest.mark.parametrize("repo", ["acme/legacy", "acme/old-site", "ACME/Old-"])
def test_excluded_repositories_are_not_heard(repo: str) -> None:
    assert found(Routes([ONE, WHOLE]), repo) == []


def test_what_a_channel_asks_of_one_repository_goes_before_what_it_asks_of_the_owner() -> None:
    quiet = replace(ONE, channel="C2", filter="event:merged")
    routes = Routes([quiet, WHOLE])
    assert found(routes, "acme/api", Event.MERGED) == [1]
    assert found(routes, "acme/api", Event.APPROVED) == []
    assert found(routes, "acme/web", Event.APPROVED) == [2]


def test_only_those_who_hear_of_the_event_are_found() -> None:
    merges = replace(ONE, id=3, channel="C3", filter="draft:no event:merged,closed")
    silent = replace(ONE, id=4, channel="C4", filter="-event:merged")
    routes = Routes([ONE, merges, silent])
    assert found(routes, "acme/api", Event.MERGED) == [1, 3]
    assert found(routes, "acme/api", Event.OPENED) == [1, 4]
    assert found(routes, "acme/api") == [1, 3, 4]


_subscription = st.builds(
    lambda number, channel, repo, text, excluded: Subscription(
        number, channel, repo, (), text, "U1", MOMENT, excluded=excluded if repo.endswith("*") else ()
    ),
    st.integers(1, 8),
    st.sampled_from(["C1", "C2"]),
    st.sampled_from(["acme/api", "acme/*", "other/*"]),
    st.sampled_from(["", "event:merged", "-event:merged", "draft:no event:opened"]),
    st.sampled_from([(), ("acme/api",), ("acme/a*",)]),
)


_subscriptions = st.lists(_subscription, max_size=12, unique_by=lambda one: one.id)


@given(_subscriptions, _subscriptions, st.sets(st.sampled_from(Event), min_size=1))
def test_replacing_who_listens_is_the_same_as_building_anew(
    before: list[Subscription], after: list[Subscription], events: set[Event]
) -> None:
    routes = Routes(before)
    for repo in ("acme/api", "acme/*", "other/*"):
        routes.replace(repo, [one for one in after if one.repo == repo])
    for repo in ("acme/api", "acme/web", "other/api"):
        assert found(routes, repo, *events) == found(Routes(after), repo, *events)


@given(_subscriptions, st.sets(st.sampled_from(Event), min_size=1))
def test_who_hears_of_several_events_is_who_hears_of_one_of_them(
    listening: list[Subscription], events: set[Event]
) -> None:
    routes = Routes(listening)
    heard = {one for event in events for one in found(routes, "acme/api", event)}
    assert found(routes, "acme/api", *events) == sorted(heard)


def test_one_among_a_hundred_thousand_is_found_at_once() -> None:
    random = Random(7)  # noqa: S311 - no secret is drawn
    filters = ["", "draft:no", "event:merged", "-event:commented", "label:bug event:approved,merged"]
    routes = Routes(
        replace(
            ONE,
            id=number,
            channel=f"C{number % 5_000}",
            repo=f"acme{number % 300}/*" if number % 50 == 0 else f"acme{number % 300}/r{number % 20_000}",
            filter=f"{random.choice(filters)} label:l{number % 500}".strip(),
            excluded=("acme0/old-*",) if number % 50 == 0 else (),
        )
        for number in range(100_000)
    )
    took = list[float]()
    gc.collect()
    for _ in range(2_000):
        number = random.randrange(20_000)
        began = time.perf_counter()
        list(routes.candidates(f"acme{number % 300}/r{number}", (random.choice(list(Event)),)))
        took.append(time.perf_counter() - began)
    assert sorted(took)[int(len(took) * 0.99)] <= 0.005
