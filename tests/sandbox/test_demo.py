"""`patchforge demo --once`: the whole story without a browser, whatever is set here for a real bot."""

import pytest

from bot.config import Settings
from handlers import FEATURES
from sandbox.demo import RULES, run_demo
from sandbox.page import COMMANDS
from tests.world import manifest_rules


async def test_the_story_comes_true_whatever_is_set_for_a_real_bot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), "malformed")
    code = await run_demo(once=True, port=0, browser=False)
    told = capsys.readouterr().out
    assert code == 0, told
    assert "✓ 14" in told
    assert "The whole story came true" in told


def test_the_app_is_installed_in_the_demo_as_its_manifest_says() -> None:
    wanted = manifest_rules()
    assert (RULES.events, RULES.scopes, RULES.escaped) == (wanted.events, wanted.scopes, wanted.escaped)


def test_the_composer_offers_every_command_as_the_bot_answers_to_it() -> None:
    offered = {one.insert.removeprefix("/patchforge").strip() for one in COMMANDS}
    assert offered == {command.name for feature in FEATURES for command in feature.commands}
