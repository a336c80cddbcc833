"""T13: secrets are looked for in everything that leaves the bot or stays in its files."""

import json
from collections.abc import Iterable
from pathlib import Path

from battery.kit import Company, Count, Experiment, Means, eventually
from battery.stage import stage
from battery.suite import runs
from tests.crash.rig import Moment, crashing_world
from tests.crash.story import play, quiet
from tests.doors.doors_kit import real_deliveries
from tests.world import World

_SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GITHUB_WEBHOOK_SECRET", "GITHUB_TOKEN", "GROQ_API_KEY")
_STORIES = 4
_CANARY = "canary-7f3a9c51"
_NOWHERE = "http://127.0.0.1:9"


def _files(place: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in place.rglob("*") if path.is_file())


def _places(world: World, log: Iterable[str], folder: Path) -> dict[str, str]:
    """Return what can be read from outside, and what lies in the bot's files."""
    workspace = world.slack.workspace
    return {
        "the log": "\n".join(log),
        "the database": _files(folder),
        "Slack": json.dumps([[call.method, dict(call.args)] for call in workspace.calls], default=str),
        "e-mail": "".join(mail.raw.decode("latin-1") for mail in world.mail.messages),
        "prompts": "".join(request.prompt for request in world.llm.requests),
    }


async def _story(means: Means) -> Count:
    """Play the story with trouble on the way, so that errors are told and logged."""
    count, dice = Count(), means.dice("T13")
    for number in range(means.times(_STORIES)):
        folder = means.place(f"story-{number}")
        moments = (Moment("*", "*", dice.randint(5, 40)),) if number % 2 else ()
        async with crashing_world(folder, *moments) as (world, crashes):
            faults = world.slack.workspace.faults
            for method in ("chat.postMessage", "chat.update"):
                faults.add(method, dice.choice(["500", "reset_before", "cut_json", "error"]))
            world.mail.refuse("rcpt", "451 4.7.1 Try later", times=1)
            await play(world)
            if moments:
                await crashes.over()
            await quiet(world)
            await crashes.bot.stop()
            secrets = {name: crashes.bot.environment[name] for name in _SECRETS}
            for place, said in _places(world, crashes.bot.log, folder).items():
                for name, secret in secrets.items():
                    count.check(secret not in said, f"{name} stands in {place}")
            await crashes.bot.start()
    return count


async def _refused(means: Means) -> Count:
    """Let every outside part refuse or be away: their errors carry addresses and headers."""
    count, place = Count(), means.place("refused")
    values = {
        "github_token": f"ghp_{_CANARY}",
        "github_api_url": _NOWHERE,
        "groq_api_key": f"gsk_{_CANARY}",
        "groq_base_url": _NOWHERE,
        "smtp_host": "127.0.0.1",
        "smtp_port": 9,
        "smtp_username": "notes",
        "smtp_password": f"smtp-{_CANARY}",
        "mail_from": "notes@acme.example",
        "log_level": "DEBUG",
    }
    async with stage(
        place,
        f"sqlite+aiosqlite:///{place}/bot.db",
        features="reviews,merges,notes,ci,comments",
        extra=values,
    ) as scene:
        for one in await real_deliveries():
            body = scene.events.elsewhere(one.body.decode(), 0, 1).encode()
            await scene.send(body, event=one.event)
            await scene.send(body + b" ", event=one.event, headers={"X-Hub-Signature-256": "sha256=00"})
        log = scene.bots[0].log
        await eventually(lambda: len(log) > 20, 10)
        await scene.slack.command(scene.owner.id, scene.channels[0].id, "/patchforge", "status")
        said = {
            "the log": "\n".join(log),
            "the database": _files(place),
            "Slack": json.dumps([dict(call.args) for call in scene.slack.workspace.calls], default=str),
        }
        for where, text in said.items():
            count.check(_CANARY not in text, f"a canary stands in {where}")
        count.facts["lines of the log:"] = str(len(log))
    return count


EXPERIMENTS = (
    Experiment(
        "T13",
        "tokens and keys after stories with trouble",
        "secrets in a place",
        _story,
        seconds=50,
        company=Company.WAITS,
    ),
    Experiment(
        "T13",
        "canaries while GitHub, model and mail server are away, all logged",
        "places",
        _refused,
        seconds=5,
        company=Company.WAITS,
    ),
    Experiment(
        "T13",
        "settings, refusals, doctor, logs and answers with canaries",
        "runs of the tests",
        runs("tests/test_config.py", "tests/attacks/test_leaks.py", "tests/secrets", repeat=1),
        seconds=20,
    ),
)
