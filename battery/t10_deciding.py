"""T10: two people approve at once, with two processes that hear them."""

import asyncio
import contextlib
from dataclasses import replace

from pydantic import SecretStr

from battery.kit import Company, Count, Experiment, Means, environment, postgres
from battery.suite import runs
from bot.config import Settings
from sandbox.slack import Message
from tests.crash.rig import Bot
from tests.features.notes_kit import APPROVE, press_as_seen, snapshot
from tests.world import World, open_world, shown

_NOTES = 60


async def _draft(world: World, number: int) -> Message:
    """Merge another pull request and wait for its draft."""
    github, spec = world.github, world.demo.feature
    commits = tuple(
        replace(made, message=f"{made.message} ({number})", files={f"src/n{number}.py": f"n = {number}\n"})
        for made in spec.commits[:1]
    )
    spec = replace(spec, branch=f"{spec.branch}-{number}", title=f"{spec.title} {number}", commits=commits)
    pull = await github.open_pull(world.repo, spec)
    await github.merge(world.repo, pull.number, world.demo.maintainer)

    def look() -> Message | None:
        for card in world.slack.messages(world.channel.id):
            if spec.title in shown(card):
                replies = world.slack.thread(card.channel, card.ts)
                return next((reply for reply in replies if "Approve & send" in shown(reply)), None)
        return None

    found: Message = await world.slack.until(look, 60)
    return found


async def _both(world: World, number: int, count: Count) -> None:
    draft = await _draft(world, number)
    seen, people = snapshot(draft), (world.maintainer, world.reviewer)
    before = len(world.mail.accepted)
    results = await asyncio.gather(*(press_as_seen(world, user, seen, APPROVE) for user in people))
    await world.slack.until(lambda: any(result.messages for result in results), 30)
    await world.slack.until(lambda: "✓" in shown(draft), 60)
    told = [shown(message) for result in results for message in result.messages]
    winner = people[0] if not results[0].messages else people[1]
    mails = [one.recipient for one in list(world.mail.accepted)[before:]]
    right = told == [f"<@{winner.id}> approved this note already."] and len(mails) == len(set(mails)) > 0
    count.check(right, f"note {number}: {told}, mails {mails}")


def _values(settings: Settings) -> dict[str, object]:
    """Return what was set, as it stands in the environment."""
    values = settings.model_dump(exclude_unset=True)
    secrets = {
        name: value.get_secret_value() for name, value in values.items() if isinstance(value, SecretStr)
    }
    secret = settings.github_webhook_secret[0].get_secret_value()
    return {**values, **secrets, "github_webhook_secret": secret, "log_format": "json"}


async def _run(means: Means) -> Count:
    count = Count()
    async with postgres(means) as url, contextlib.AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(url))
        other = Bot(environment(_values(world.settings)), means.place("other"))
        stack.push_async_callback(other.stop)
        await other.start()
        await world.subscribe("notes")
        for number in range(means.times(_NOTES, least=2)):
            await _both(world, number, count)
    return count


EXPERIMENTS = (
    Experiment(
        "T10",
        "two approve at once, with two replicas on PostgreSQL",
        "notes",
        _run,
        seconds=90,
        company=Company.WAITS,
    ),
    Experiment(
        "T10",
        "two approve or edit at once, decide on what they did not see, decide twice",
        "runs of the tests",
        runs("tests/features/test_notes_deciding.py", repeat=2),
        seconds=25,
    ),
)
