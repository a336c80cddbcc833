"""What strangers write into titles, names, branches, labels, checks and comments does no harm in Slack."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from sandbox.github import CommitSpec
from tests.features.card_kit import calm, cards, rest
from tests.world import World, shown

_TEXTS = (
    "<!channel> <!here> <http://evil.example|click> <@U012345678> & `x` *b* _i_ ~s~",
    "\u202egnp.exe \u2066hidden\u2069 \u200bzero",
    "A" * 10_000,
    "🎉👩‍👩‍👧‍👦" * 200,
    "``` ```suggestion\n> quote\n<!subteam^S1|x> <https://evil.example>",
    "   ",
)
_NEVER = ("<!channel", "<!here", "<!subteam", "<http://evil", "<https://evil", "<@U012345678")


async def _write_everywhere(world: World, text: str) -> None:
    """Open a pull request whose every part says this, and let a stranger of that name speak and review."""
    github, repo, demo = world.github, world.repo, world.demo
    stranger, name = text[:100], text[:200]
    github.add_account(stranger, "Mallory")
    commit = CommitSpec(text, {"src/a.py": "a = 1\n"})
    spec = replace(demo.feature, title=text, body=text, branch=f"x{text[:150]}", commits=(commit,))
    pull = await github.open_pull(repo, spec)
    await github.label(repo, pull.number, name, demo.author)
    await github.start_checks(repo, pull.number, [name])
    await github.finish_check(repo, pull.number, name, "failure")
    await github.comment(repo, pull.number, text, stranger)
    await github.submit_review(repo, pull.number, stranger, "changes_requested", text)
    await rest(world)


async def test_hostile_texts_are_shown_harmlessly_everywhere(tmp_path: Path) -> None:
    starting = asyncio.Lock()

    async def attempt(number: int, text: str) -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with starting:  # the migration tool holds its state in globals
                world = await stack.enter_async_context(calm(f"sqlite+aiosqlite:///{tmp_path}/{number}.db"))
            await world.subscribe("reviews,ci,comments")
            await _write_everywhere(world, text)
            everything = [*cards(world), *world.replies()]
            assert len(everything) == 4
            for words in [words for message in everything for words in (shown(message), message.text)]:
                assert not [bad for bad in _NEVER if bad in words]
                assert not set(words) & set("\u202e\u2066\u2069\u200b")
                assert len(words) < 6_000

    await asyncio.gather(*(attempt(number, text) for number, text in enumerate(_TEXTS)))
