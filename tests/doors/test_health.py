"""What the supervisor, the load balancer and Prometheus are told."""

from dataclasses import replace

from tests.doors.doors_kit import Answer, Scene, eventually

BODY = b'{"action":"opened"}'


async def test_a_connected_bot_is_alive_and_ready(scene: Scene) -> None:
    alive, ready = await scene.get("/healthz"), await scene.get("/readyz")
    assert (alive.status, alive.json) == (200, {"alive": True})
    assert (ready.status, ready.json) == (200, {"ready": True, "problems": []})


async def test_without_slack_it_is_alive_but_not_ready_and_says_why(scene: Scene) -> None:
    async def refused() -> Answer | None:
        answer = await scene.get("/readyz")
        return answer if answer.status == 503 else None

    workspace = scene.slack.workspace
    workspace.rules = replace(workspace.rules, ticket_life=-1.0)  # nothing can be opened again
    scene.slack.hub.drop()
    answer = await eventually(refused)
    assert answer.json == {"ready": False, "problems": ["not connected to Slack"]}
    assert (await scene.get("/healthz")).status == 200


async def test_the_metrics_count_what_became_of_each_delivery_and_job(scene: Scene) -> None:
    for event, guid in (("star", "g1"), ("star", "g1"), ("push", "g2"), ("ping", "g3")):
        await scene.send(BODY, event=event, guid=guid)
    await scene.send(b"{", event="push")
    await scene.send(BODY, {"X-Hub-Signature-256": "-"})
    await scene.slack.open_home(scene.person.id)
    await scene.slack.until(lambda: scene.slack.home(scene.person.id))

    async def counted() -> str | None:
        text = (await scene.get("/metrics")).text
        return text if "patchforge_job_attempts_total{" in text else None

    text = await eventually(counted)
    for outcome in ("accepted", "ignored", "duplicate", "ping", "malformed", "bad_signature"):
        assert f'patchforge_deliveries_total{{outcome="{outcome}"}} 1.0' in text
    assert "patchforge_ack_seconds_count 4.0" in text
    assert 'patchforge_job_attempts_total{kind="home.show",result="done"} 1.0' in text
    assert (await scene.get("/metrics")).headers["Content-Type"].startswith("text/plain")
