"""The webhook door: only what GitHub signed comes in, once, and nothing makes it stumble."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest

from sandbox.github.hooks import sign
from storage.bodies import unpacked
from tests.doors.doors_kit import OLD_SECRET, SECRET, Scene, form, open_scene, real_deliveries
from tests.world import shown

BODY = b'{"action":"opened"}'
MIB = 1024 * 1024


async def test_githubs_published_signature_is_accepted_and_another_is_not(sqlite_url: str) -> None:
    secret, payload = "It's a Secret to Everybody", b"Hello, World!"
    published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    async with open_scene(sqlite_url, github_webhook_secret=secret) as scene:
        right = await scene.send(payload, {"X-Hub-Signature-256": published})
        wrong = await scene.send(payload, {"X-Hub-Signature-256": published[:-1] + "8"})
        assert (right.status, wrong.status) == (400, 401)  # signed, though no JSON
        assert not await scene.stored()


async def test_what_github_did_not_sign_is_refused_and_not_stored(scene: Scene) -> None:
    right, sha1 = sign(BODY, SECRET), sign(BODY, SECRET, "sha1")
    refused = [
        {"X-Hub-Signature-256": "-"},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": sign(BODY, "another secret")},
        {"X-Hub-Signature-256": sign(BODY + b" ", SECRET)},
        {"X-Hub-Signature-256": right.removeprefix("sha256=")},
        {"X-Hub-Signature-256": right.upper()},
        {"X-Hub-Signature-256": "sha256=é\u4e2d"},
        {"X-Hub-Signature-256": sha1},
        {"X-Hub-Signature-256": "-", "X-Hub-Signature": sha1},
    ]
    for headers in refused:
        assert (await scene.send(BODY, headers)).status == 401, headers
    assert not await scene.stored()
    assert 'patchforge_deliveries_total{outcome="bad_signature"} 9.0' in (await scene.get("/metrics")).text


async def test_each_of_two_secrets_is_good_while_one_replaces_the_other(scene: Scene) -> None:
    for secret in (SECRET, OLD_SECRET):
        assert (await scene.send(BODY, {"X-Hub-Signature-256": sign(BODY, secret)})).status == 202


async def test_json_and_forms_are_understood_and_other_types_are_not(scene: Scene) -> None:
    wrapped = form(b'{"repository":{"full_name":"octo/caf\xc3\xa9"}}')
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await scene.send(BODY, {"Content-Type": "application/json; charset=utf-8"})).status == 202
    assert (await scene.send(wrapped, as_form)).status == 202
    assert (await scene.stored())[1]["repo"] == "octo/café"
    for other in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"):
        assert (await scene.send(BODY, {"Content-Type": other})).status == 415
    for bad in (
        b"",
        b"other=1",
        b"payload",
        b"payload=",
        b"payload=%FF%FE",
        b"&".join([b"a=1"] * 9),
        b"\xff",
    ):
        assert (await scene.send(bad, as_form)).status == 400
    assert len(await scene.stored()) == 2


async def test_a_signed_body_that_is_no_payload_is_refused(scene: Scene) -> None:
    refused = [
        b"",
        b"{",
        b'{"action":"opened"',
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b'{"action":5}',
        b'{"repository":[]}',
        b'{"x":NaN}',
        b'{"x":' * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"action":"\xff"}',
        b'{"action":"\\ud8',
    ]
    for body in refused:
        assert (await scene.send(body)).status == 400, body[:40]
    assert not await scene.stored()


@pytest.mark.parametrize(
    "body",
    [
        b'{"number":' + b"9" * 5000 + b"}",
        b'{"action":"\\ud800","x":"\\udc00\\ud83d"}',
        b'{"action":"a\\u0000b","repository":{"full_name":"octo/\\u0000"}}',
        b'{"action":"' + b"a" * 10_000 + b'","repository":{"full_name":"' + b"o" * 10_000 + b'"}}',
    ],
    ids=["huge number", "lone surrogates", "nul", "long"],
)
async def test_odd_values_are_stored_harmlessly_on_each_database(each_scene: Scene, body: bytes) -> None:
    for event in ("push", "star"):
        assert (await each_scene.send(body, event=event)).status == 202
    assert len(await each_scene.stored()) == 2


async def test_a_delivery_without_a_proper_number_or_event_is_refused(scene: Scene) -> None:
    for name in ("X-GitHub-Delivery", "X-GitHub-Event"):
        for odd in ("-", "", "x" * 65, "tab\there", "ünïcode"):
            assert (await scene.send(BODY, {name: odd})).status == 400, (name, odd)
    assert not await scene.stored()


async def test_what_is_compressed_is_not_unpacked_for_strangers(scene: Scene) -> None:
    bomb = gzip.compress(b" " * (64 * MIB))
    for encoding in ("gzip", "deflate", "br", "nonsense"):
        for body in (b"\x00 nothing of the kind", bomb):
            signed = await scene.send(body, {"Content-Encoding": encoding})
            unsigned = await scene.send(body, {"Content-Encoding": encoding, "X-Hub-Signature-256": "-"})
            assert (signed.status, unsigned.status) == (400, 401)
    assert not await scene.stored()


async def test_a_body_beyond_githubs_limit_is_refused_and_the_limit_itself_is_not(scene: Scene) -> None:
    frame = b'{"action":"' + b'","x":"'
    whole = frame + b"y" * (25 * MIB - len(frame) - 2) + b'"}'
    assert (await scene.send(whole + b" ")).status == 413
    assert not await scene.stored()
    assert (await scene.send(whole, event="star")).status == 202


async def test_big_and_slow_bodies_hold_nobody_up(scene: Scene) -> None:
    big = json.dumps({"x": "y" * (20 * MIB)}).encode()
    hold = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield BODY[:5]
        await hold.wait()
        yield BODY[5:]

    async def slowly() -> int:
        url = f"{scene.address}/webhooks/github"
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "star",
            "X-GitHub-Delivery": "slow",
            "X-Hub-Signature-256": sign(BODY, SECRET),
        }
        async with scene.http.post(url, data=drip(), headers=headers) as response:
            return response.status

    gaps: list[float] = []

    async def tick() -> None:
        last = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(0)
            now = asyncio.get_running_loop().time()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    as_form, encoded = (
        {"Content-Type": "application/x-www-form-urlencoded"},
        form(b'{"x":"' + b"\n" * (8 * MIB)),
    )
    slow = [asyncio.create_task(slowly()) for _ in range(8)]
    bigs = [asyncio.create_task(scene.send(big, event="star")) for _ in range(2)]
    async with asyncio.timeout(5):
        for _ in range(10):
            assert (await scene.send(BODY)).status == 202
    hold.set()
    assert [answer.status for answer in await asyncio.gather(*bigs)] == [202, 202]
    assert (await scene.send(encoded, as_form)).status == 400
    assert sorted(await asyncio.gather(*slow)) == [200] * 7 + [202]
    ticking.cancel()
    assert max(gaps) < 0.5


async def test_a_large_form_is_read_to_the_last_letter(scene: Scene) -> None:
    for pad in range(4):
        payload = json.dumps(
            {"pad": "x" * pad, "x": "ü %+&=" * 30_000, "action": "opened"}, ensure_ascii=False
        )
        as_form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await scene.send(form(payload.encode()), as_form, event="star", guid=f"g{pad}")).status == 202
        (row,) = await scene.stored(f"g{pad}")
        assert unpacked(row["body"]).decode() == payload


async def test_a_body_that_breaks_off_leaves_nothing_behind(scene: Scene) -> None:
    host, port = scene.address.removeprefix("http://").split(":")
    _reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /webhooks/github HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5000\r\n"
    writer.write(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await scene.send(BODY, guid="after")).status == 202
    assert [row["guid"] for row in await scene.stored()] == ["after"]


async def test_an_event_nobody_acts_on_is_recorded_as_ignored(scene: Scene) -> None:
    answer = await scene.send(BODY, event="star", guid="g1")
    assert (answer.status, answer.json) == (202, {"delivery": "ignored"})
    assert [row["state"] for row in await scene.stored("g1")] == ["ignored"]


async def test_a_ping_is_answered(scene: Scene) -> None:
    answer = await scene.send(b'{"zen":"Keep it logically awesome.","hook_id":1}', event="ping")
    assert (answer.status, answer.json) == (200, {"pong": True})


async def test_a_known_delivery_is_acknowledged_and_not_taken_again(each_scene: Scene) -> None:
    first = await each_scene.send(BODY, guid="g1")
    again = await each_scene.send(BODY, guid="g1")
    assert (first.status, again.status) == (202, 200)
    assert again.json == {"delivery": "duplicate"}
    assert len(await each_scene.stored()) == 1


async def test_of_many_copies_at_once_one_is_new(each_scene: Scene) -> None:
    answers = await asyncio.gather(*(each_scene.send(BODY, guid=f"g{number % 5}") for number in range(40)))
    assert sorted(answer.status for answer in answers) == [200] * 35 + [202] * 5
    assert len(await each_scene.stored()) == 5


async def test_half_a_character_in_a_title_becomes_a_sign_and_the_pull_request_is_shown(
    each_scene: Scene,
) -> None:
    opened = next(one for one in await real_deliveries() if one.event == "pull_request")
    payload = opened.payload
    payload["pull_request"]["title"] = "Half \ud83d of \udc00 it \x00, whole 😀 and \\ud800"
    repo = payload["repository"]["full_name"]
    await each_scene.slack.command(
        each_scene.person.id, each_scene.channel.id, "/patchforge", f"subscribe {repo}"
    )
    answer = await each_scene.send(json.dumps(payload).encode(), event="pull_request", guid="g1")
    assert answer.status == 202
    assert (await each_scene.settled("g1"))["state"] == "done"
    card = await each_scene.slack.until(lambda: each_scene.slack.messages(each_scene.channel.id))
    assert "Half \ufffd of \ufffd it \ufffd, whole 😀 and \\ud800" in shown(card[0])


async def test_a_payload_that_lacks_fields_fails_with_its_reason_and_the_next_ones_go_on(
    each_scene: Scene,
) -> None:
    opened = next(one for one in await real_deliveries() if one.event == "pull_request")
    for name in ("id", "number", "title", "state", "base", "head", "created_at", "updated_at"):
        payload = opened.payload
        del payload["pull_request"][name]
        body = json.dumps(payload).encode()
        assert (await each_scene.send(body, event="pull_request", guid=name)).status == 202
    assert (await each_scene.send(opened.body, event="pull_request", guid="whole")).status == 202
    assert (await each_scene.settled("whole"))["state"] == "done"
    for name in ("id", "number", "title", "state", "base", "head", "created_at", "updated_at"):
        row = await each_scene.settled(name)
        assert row["state"] == "failed"
        assert row["error"].startswith("malformed:")
        assert name in row["error"]
