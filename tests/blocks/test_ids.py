"""Button values survive the way to Slack and back, and old ones are answered kindly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import ids
from bot.errors import UserError
from tests.blocks.block_samples import HOSTILE


@pytest.mark.parametrize(
    "value",
    [
        ids.CardRef(1),
        ids.DraftRef(2**60, "a" * 64),
        ids.MailRef(3),
        ids.SubscriptionRef(4),
        ids.ChannelRef("C01", 5),
        ids.UserRef("U012AB3CD"),
        ids.PersonRef("U012AB3CD", "x" * 100),
    ],
)
def test_values_are_small_and_come_back_as_they_were(value: ids.Ref) -> None:
    text = ids.encode(value)
    assert len(text) <= 150
    assert ids.decode(type(value), text) == value


@pytest.mark.parametrize(
    "text",
    [
        *HOSTILE,
        '["draft.1",0,"a"]',
        '["draft.1",1,""]',
        '["draft.1",1]',
        '["draft.1",1,"a",2]',
        '["draft.0",1,"a"]',
        '["card.1",1]',
        '["draft.1","1","a"]',
        "null",
        "[" * 1999,
    ],
)
def test_a_stale_or_malformed_value_is_answered_in_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"too old to use.*\.$"):
        ids.decode(ids.DraftRef, text)


@given(st.text(st.characters()))
def test_no_text_breaks_decoding(text: str) -> None:
    with pytest.raises(UserError):
        ids.decode(ids.CardRef, text)


def test_names_are_unique_and_say_their_feature() -> None:
    names = [value for value in vars(ids).values() if isinstance(value, str) and value.startswith("pf.")]
    assert len(names) == len(set(names))
