"""`patchforge demo --once`: the whole story without a browser, whatever is set here for a real bot."""

import pytest

from bot.config import Settings
from sandbox.demo import run_demo


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
