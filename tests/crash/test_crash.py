"""Whenever the bot is killed, the story ends as if it had not been."""

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.crash.rig import Moment, crashing_world
from tests.crash.story import Ending, ending, play, quiet

# Copies of the story that run at once; more would only wait for each other.
_AT_ONCE = 3
_SEED = 20_261_120
# About as many calls as the story takes.
_CALLS = 80

Moments = Mapping[str, tuple[Moment, ...]]


def _at(what: str, phase: str, nth: int = 1, *, heard: bool = False) -> Moment:
    return Moment(what, phase, nth, heard)


def _some(chance: random.Random, number: int) -> list[tuple[int, float]]:
    """Draw moments: which call, and how many seconds after it."""
    return [(chance.randint(1, _CALLS), chance.uniform(0.0, 0.03)) for _ in range(number)]


DOORS: Moments = {
    "a command is on its way": (_at("slack slash_commands", "before"),),
    "a command's acknowledgement is lost": (_at("slack slash_commands", "after"),),
    "a delivery is about to come": (_at("github pull_request.opened", "before"),),
    "a delivery has just come": (_at("github pull_request.opened", "sent"),),
    "a delivery's 202 is lost": (_at("github pull_request.opened", "after"),),
    "a delivery has just come, and once more when it is sent again": (
        _at("github pull_request.opened", "sent"),
        _at("github pull_request.opened", "sent"),
    ),
    "a delivery's 202 is out": (_at("github pull_request.opened", "after", heard=True),),
    "the review's 202 is out": (_at("github pull_request_review.submitted", "after", heard=True),),
    "the merge's 202 is out": (_at("github pull_request.closed", "after", heard=True),),
}
CARD: Moments = {
    "the card is being posted": (_at("slack chat.postMessage card", "before"),),
    "the card is posted, unanswered": (_at("slack chat.postMessage card", "after"),),
    "the card is posted, and again while looking it up": (
        _at("slack chat.postMessage card", "after"),
        _at("slack conversations.history", "after"),
    ),
    "the card is being edited": (_at("slack chat.update card", "before"),),
    "the card is edited, unanswered": (_at("slack chat.update card", "after"),),
    "a reply is being posted": (_at("slack chat.postMessage review", "before"),),
    "a reply is posted, unanswered": (_at("slack chat.postMessage merged", "after"),),
}
DRAFT: Moments = {
    "the files are being asked for": (_at("github GET */files", "before"),),
    "the commits are read, unanswered": (_at("github GET */commits", "after"),),
    "the model is being asked": (_at("llm completions", "before"),),
    "the model has answered into the void": (_at("llm completions", "after"),),
    "the draft is being posted": (_at("slack chat.postMessage draft", "before"),),
    "the draft is posted, unanswered": (_at("slack chat.postMessage draft", "after"),),
}
APPROVAL: Moments = {
    "the approving click is on its way": (_at("slack interactive", "before"),),
    "the approver is being looked up": (_at("slack users.info", "before"),),
    "the approving click's acknowledgement is lost": (_at("slack interactive", "after"),),
    "the approved draft is being edited": (_at("slack chat.update draft", "before"),),
    "the approved draft is edited, unanswered": (_at("slack chat.update draft", "after"),),
}
MAIL: Moments = {
    "the mail server is told the first recipient": (_at("mail rcpt", "at"),),
    "the mail server is told the third recipient": (_at("mail rcpt", "at", 3),),
    "the first text is announced": (_at("mail before_data", "at"),),
    "the first text is over, not yet accepted": (_at("mail data", "at"),),
    "the first text is accepted, unanswered": (_at("mail after_data", "at"),),
    "the last text is accepted, unanswered": (_at("mail after_data", "at", 3),),
}
RANDOM: Moments = {
    f"{delay * 1000:.1f} ms have passed since call {nth}": (Moment("*", "*", nth, delay=delay),)
    for nth, delay in _some(random.Random(_SEED), 4)  # noqa: S311 - no secret
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """Play the story once without a crash."""
    return asyncio.run(_live_through(tmp_path_factory.mktemp("undisturbed"), ()))


async def test_undisturbed_there_is_one_card_and_one_mail_for_each(undisturbed: Ending) -> None:
    assert len(undisturbed.cards) == 1
    assert len(undisturbed.thread) == 3
    assert len(undisturbed.direct) == 1
    assert set(undisturbed.posted.values()) == {1}
    assert set(undisturbed.mails.values()) == {1}
    assert len(undisturbed.mails) == 3


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "moments",
    [DOORS, CARD, DRAFT, APPROVAL, MAIL, RANDOM],
    ids=["doors", "card", "draft", "approval", "mail", "random"],
)
async def test_killed_at_any_moment_the_story_ends_the_same(
    moments: Moments, undisturbed: Ending, tmp_path: Path
) -> None:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def check(number: int, name: str) -> Exception | None:
        async with turn:
            folder = tmp_path / str(number)
            folder.mkdir()
            try:
                assert await _live_through(folder, moments[name]) == undisturbed
            except Exception as error:  # noqa: BLE001 - all of them are raised together
                error.add_note(f"Killed when {name}.")
                return error
            return None

    found = await asyncio.gather(*(check(number, name) for number, name in enumerate(moments)))
    failed = [error for error in found if error]
    if failed:
        raise ExceptionGroup("the story ended otherwise", failed)


async def _live_through(folder: Path, moments: tuple[Moment, ...]) -> Ending:
    async with crashing_world(folder, *moments) as (world, crashes):
        try:
            await play(world)
            await crashes.over()
            await quiet(world)
        except Exception as error:
            error.add_note("\n".join([*crashes.seen, *crashes.bot.log]))
            raise
        assert crashes.bot.starts == 1 + len(moments)
        return ending(world)
