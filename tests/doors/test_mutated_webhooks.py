"""Whatever becomes of a signed payload on its way, the door neither falls nor lies."""

import contextlib
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.facts import payloads
from tests.doors.doors_kit import Scene, form, real_deliveries

_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**200, 1e308, "", "x" * 70_000, "\x00", "\ud800", "<!channel>", [], {}, [[]],
    {"login": None}, "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00",
)  # fmt: skip


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) in the payload."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found.append((value, key))
        found += _places(inner)
    return found


def mutated_body(body: bytes, seed: int) -> bytes:
    dice = random.Random(seed)  # noqa: S311 - mutations must be repeatable
    payload = json.loads(body)
    for _ in range(dice.randint(1, 6)):
        container, key = dice.choice(_places(payload))
        if dice.random() < 0.3:
            del container[key]
        else:
            container[key] = dice.choice(_ODD)
        if not payload:
            break
    mutated = json.dumps(payload).encode()
    kind = dice.random()
    if kind < 0.1:
        return mutated[: dice.randrange(len(mutated))]
    if kind < 0.2:
        at = dice.randrange(len(mutated))
        return mutated[:at] + dice.randbytes(3) + mutated[at:]
    return mutated


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=()))
    | st.sampled_from(_ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ("action", "repository", "pull_request", "review", "comment", "check_run", "sha", "ref", "changes")


@settings(deadline=None)
@given(st.sampled_from(sorted(payloads.EVENTS)), st.dictionaries(st.sampled_from(_FIELDS), _JSON) | _JSON)
def test_any_json_is_read_or_refused_as_malformed(event: str, value: Any) -> None:
    with contextlib.suppress(ValueError):
        payloads.decode(payloads.EVENTS[event], json.dumps(value).encode())


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_that_json_can_hold_is_read(text: str) -> None:
    envelope = payloads.decode(payloads.Envelope, json.dumps({"action": text}).encode())
    # Two halves that stand side by side are one whole character.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert envelope.action == joined


async def test_mutated_deliveries_are_refused_or_settled_and_work_goes_on(each_scene: Scene) -> None:
    scene = each_scene
    genuine = await real_deliveries()
    repo = genuine[0].payload["repository"]["full_name"]
    await scene.slack.command(
        scene.person.id, scene.channel.id, "/patchforge", f"subscribe {repo} reviews,ci"
    )
    dice = random.Random(20)  # noqa: S311 - mutations must be repeatable
    taken = []
    for number in range(200):
        one = dice.choice(genuine)
        body, headers = mutated_body(one.body, number), {}
        if number % 5 == 0:
            body, headers = form(body), {"Content-Type": "application/x-www-form-urlencoded"}
        guid = f"m{number}"
        answer = await scene.send(body, headers, event=one.event, guid=guid)
        assert answer.status in {202, 400}, (number, answer)
        if answer.status == 202:
            taken.append(guid)
    assert len(taken) > 100
    for guid in taken:
        await scene.settled(guid)
    for number, one in enumerate(genuine):
        assert (await scene.send(one.body, event=one.event, guid=f"g{number}")).status == 202
    for number in range(len(genuine)):
        row = await scene.settled(f"g{number}")
        assert row["state"] in {"done", "ignored"}, row["error"]
    assert (await scene.get("/healthz")).status == 200
