"""Direct messages take whatever people write, within Slack's limits."""

from dataclasses import replace

import pytest

from blocks import direct
from bot.models import PullFacts, PullState, Verdict
from tests.blocks.block_samples import HOSTILE, WEB, pull, refused
from tests.world import shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    facts = PullFacts(pull(title=text, author=text, repo="acme/web"), (), ())
    view = direct.DirectView(
        facts, 1, WEB, "needs work", text, team=text[:100], snoozes=(("tomorrow", "Tomorrow"),)
    )
    assert not refused(direct.direct(view))
    assert not refused(direct.direct(replace(view, asked="", other=(text, Verdict.APPROVED))))
    assert not refused(direct.again("needs work", text))
    assert not refused(direct.on_it(text))
    reasons = direct.Reasons(text, "needs work", text, text, ("C1",), (text,), text)
    assert not refused(direct.reasons(reasons))
    assert "<!channel>" not in shown(direct.direct(view)).replace("&lt;!channel&gt;", "")


def test_what_is_over_has_one_button() -> None:
    facts = PullFacts(pull(state=PullState.MERGED, merged_by="mara"), (), ())
    message = direct.direct(direct.DirectView(facts, 1, WEB))
    assert "Merged by mara" in shown(message)
    assert shown(message).count("🟣") == 1
    assert [one["text"]["text"] for one in message.blocks[-1]["elements"]] == ["Open"]
