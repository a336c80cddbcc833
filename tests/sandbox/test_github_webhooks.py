"""Webhooks: signatures, order, repetition, failure, redelivery."""

import json

from sandbox.github import GitHub, seed_demo
from sandbox.github.payloads import make_pull_request_event, sign
from tests.sandbox.github_kit import SECRET, Receiver, Scene, receiving, scene


async def test_a_new_hook_is_pinged() -> None:
    async with scene() as here:
        await here.github.settled()
        ping = here.receiver.events[0]
        assert (ping.name, ping.payload["hook"]["config"]["secret"]) == ("ping", "********")


async def test_deliveries_bear_githubs_headers() -> None:
    async with scene() as here:
        await here.github.open_pull(here.demo.repo, here.demo.fix)
        await here.github.settled()
        event = next(event for event in here.receiver.events if event.title == "pull_request.opened")
        assert event.headers["User-Agent"].startswith("GitHub-Hookshot/")
        assert event.headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
        assert event.headers["X-GitHub-Hook-Installation-Target-ID"] == str(
            here.github.repo(here.demo.repo).id
        )
        assert event.headers["X-GitHub-Hook-ID"] == str(next(iter(here.github.hooks)))
        assert 15_000 < event.size < 30_000
        assert event.payload["repository"]["url"].startswith(here.server.api_url)


async def test_a_form_hook_sends_the_payload_as_a_field() -> None:
    async with scene(hook=False) as here:
        here.github.add_hook(here.demo.repo, here.receiver.url, SECRET, content_type="form")
        await here.github.comment(here.demo.repo, 12, "A cent & a half = trouble 💸", by=here.demo.reviewer)
        await here.github.settled()
        event = here.receiver.events[-1]
        assert event.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert event.payload["comment"]["body"] == "A cent & a half = trouble 💸"
        assert here.github.deliveries[-1].payload == event.payload


async def test_a_hook_hears_only_the_events_it_asked_for() -> None:
    async with scene(hook=False) as here:
        here.github.add_hook(here.demo.repo, here.receiver.url, SECRET, events=("push",))
        await here.github.open_pull(here.demo.repo, here.demo.fix)
        await here.github.settled()
        assert here.receiver.titles == ["push"]


async def test_failures_are_kept_and_not_tried_again() -> None:
    async with scene() as here:
        here.receiver.status = 503
        await here.github.comment(here.demo.repo, 12, "Anyone?", by=here.demo.reviewer)
        await here.github.settled()
        failed = here.github.deliveries[-1]
        assert (failed.status_code, failed.ok, failed.response_body) == (503, False, "noted")
        assert here.receiver.counts["issue_comment.created"] == 1


async def test_redelivery_keeps_guid_and_body() -> None:
    async with scene() as here:
        await here.github.comment(here.demo.repo, 12, "Anyone?", by=here.demo.reviewer)
        await here.github.settled()
        first = here.github.deliveries[-1]
        second = await here.github.redeliver(first.guid)
        assert (second.ok, second.redelivery, second.body) == (True, True, first.body)
        assert second.id != first.id
        assert [event.guid for event in here.receiver.events[-2:]] == [first.guid] * 2


async def test_a_receiver_that_is_too_slow_is_given_up() -> None:
    async with scene() as here:
        await here.github.settled()
        (hook,) = here.github.hooks.values()
        hook.timeout = 0.05
        here.receiver.open.clear()
        await here.github.comment(here.demo.repo, 12, "Anyone?", by=here.demo.reviewer)
        await here.github.settled()
        assert (here.github.deliveries[-1].status, here.github.deliveries[-1].status_code) == (
            "timed out",
            504,
        )
        here.receiver.open.set()


async def test_a_receiver_that_is_down_is_recorded() -> None:
    github = GitHub()
    demo = await seed_demo(github)
    async with receiving() as receiver:
        url = receiver.url
    github.add_hook(demo.repo, url, SECRET)
    await github.settled()
    assert (github.deliveries[-1].status, github.deliveries[-1].status_code) == ("failed to connect", 502)
    await github.aclose()


async def test_events_arrive_in_order() -> None:
    async with scene() as here:
        for count in range(30):
            await here.github.comment(here.demo.repo, 12, str(count), by=here.demo.reviewer)
        await here.github.settled()
        assert spoken(here.receiver) == [str(count) for count in range(30)]


async def test_events_can_be_held_shuffled_and_repeated() -> None:
    async with scene() as here:
        await here.github.settled()
        (hook,) = here.github.hooks.values()
        hook.copies = 2
        hook.hold()
        for count in range(10):
            await here.github.comment(here.demo.repo, 12, str(count), by=here.demo.reviewer)
        await here.github.settled()
        assert spoken(here.receiver) == []
        hook.release(shuffle=7)
        await here.github.settled()
        heard = spoken(here.receiver)
        assert sorted(heard) == sorted(str(count) for count in range(10) for _ in range(2))
        assert heard != sorted(heard)
        assert len({event.guid for event in here.receiver.events if event.name != "ping"}) == 10


async def test_lone_surrogates_and_nul_travel() -> None:
    async with scene() as here:
        await here.github.edit_title(
            here.demo.repo, await bug_fix(here), "bad \ud800 \x00 title", by=here.demo.author
        )
        await here.github.settled()
        assert here.receiver.last("pull_request.edited")["pull_request"]["title"] == "bad \ud800 \x00 title"


def test_signatures_match_githubs_published_example() -> None:
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign("Hello, World!", SECRET) == expected


async def test_a_payload_made_without_a_github_has_the_members_of_a_real_one() -> None:
    async with scene() as here:
        await bug_fix(here)
        await here.github.settled()
        real = here.receiver.last("pull_request.opened")
        made = make_pull_request_event("opened", 41, "acme/payments-api", reviewers=("priyaraman",))
        assert members(made) == members(real)
        assert 18_000 < len(json.dumps(made)) < 26_000


def test_payloads_of_one_pull_request_belong_together() -> None:
    opened = make_pull_request_event("opened", 7)
    merged = make_pull_request_event("closed", 7, merged=True, sender="mara-lindqvist")
    other = make_pull_request_event("opened", 8)
    assert opened["pull_request"]["id"] == merged["pull_request"]["id"] != other["pull_request"]["id"]
    assert opened["repository"]["id"] == other["repository"]["id"]
    assert merged["pull_request"]["merged_by"]["login"] == "mara-lindqvist"


def test_a_requested_reviewer_is_named() -> None:
    event = make_pull_request_event("review_requested", 7, reviewers=("aikotanaka", "priyaraman"))
    assert event["requested_reviewer"]["login"] == "priyaraman"


async def bug_fix(here: Scene) -> int:
    return (await here.github.open_pull(here.demo.repo, here.demo.fix)).number


def spoken(receiver: Receiver) -> list[str]:
    return [event.payload["comment"]["body"] for event in receiver.events if event.name == "issue_comment"]


def members(payload: dict[str, object]) -> set[str]:
    """Name every member two levels deep, labels aside."""
    found = set(payload)
    for name, value in payload.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}" for inner in value}
    return found
