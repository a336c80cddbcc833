"""A release note can be judged, changed and approved where it is shown, and its e-mails followed."""

from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from blocks.kit import View
from blocks.notes import DraftView, FileCount, MailView, draft, edit_modal, regenerate_modal
from bot.models import Category, DraftState, MailState, Recipient, SlackMessage
from tests.blocks.block_samples import AGO, HOSTILE, NOW, draft_view, mail, pressed, pull, refused, texts


def test_a_draft_shows_its_text_evidence_and_recipients() -> None:
    shown = draft(draft_view())
    assert texts(shown)[:5] == [
        "🐛 *Fix* · Release note\n>Your cart is kept when you sign in again.",
        "From *1 commit*: `abc1234` Keep the cart\nFrom *1 file*: `src/cart.py` +12 −3",  # noqa: RUF001 - minus
        "✉️ To Maya (example.com)",
        "Skipped Bot (users.noreply.github.com): noreply address",
        "Drafted by groq:llama-3.3-70b-versatile",
    ]
    assert pressed(shown) == ["Approve & send", "Edit", "Regenerate", "Discard"]
    assert shown.text == (
        "Release note to approve (acme/web#12, fix): Your cart is kept when you sign in again."
    )
    assert refused(shown, lint=True) == []


def test_buttons_carry_the_digest_of_the_text_that_was_seen() -> None:
    elements = draft(draft_view(digest="seen")).blocks[-1]["elements"]
    assert {ids.decode(ids.DraftRef, element["value"]) for element in elements} == {ids.DraftRef(5, "seen")}


@pytest.mark.parametrize(
    ("changes", "label", "question"),
    [
        ({}, "Approve & send", "It goes to 1 person by e-mail, as it is shown."),
        (
            {"recipients": (Recipient("A", None, "a@b.c"), Recipient("B", None, "b@b.c"))},
            "Approve & send",
            "It goes to 2 people by e-mail, as it is shown.",
        ),
        ({"mail_enabled": False}, "Approve", "E-mail is off, so nothing is sent."),
        ({"recipients": ()}, "Approve", "Nobody can get it by e-mail, so nothing is sent."),
    ],
)
def test_approving_asks_first_and_says_how_many_get_it(
    changes: dict[str, Any], label: str, question: str
) -> None:
    approve = draft(draft_view(**changes)).blocks[-1]["elements"][0]
    assert approve["text"]["text"] == label
    assert approve["style"] == "primary"
    assert approve["confirm"]["text"]["text"] == question


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"source": "offline"}, "Drafted offline"),
        (
            {"source": "offline", "fallback": "Groq is busy"},
            "⚠️ Drafted offline, without the language model: Groq is busy",
        ),
        ({"changed_by": "U02"}, "Drafted by groq:llama-3.3-70b-versatile · last changed by <@U02>"),
        ({"mail_enabled": False}, "✉️ E-mail is off: approving keeps the note and sends nothing."),
        ({"recipients": ()}, "✉️ To nobody"),
    ],
)
def test_where_a_draft_comes_from_and_goes_is_said(changes: dict[str, Any], line: str) -> None:
    assert line in texts(draft(draft_view(**changes)))


def test_what_was_left_unread_is_said() -> None:
    assert "✂️ 20 files were left unread" in texts(draft(draft_view(cut="20 files were left unread")))[1]


def test_an_approved_note_shows_who_approved_and_each_result() -> None:
    mails = (
        mail(MailState.SENT),
        mail(MailState.QUEUED, number=2),
        mail(MailState.SENDING, number=3),
        mail(MailState.FAILED, "mailbox is full", 4),
        mail(MailState.AMBIGUOUS, "connection lost", 5),
    )
    view = draft_view(state=DraftState.APPROVED, decided_by="U02", decided_at=NOW, mails=mails)
    shown = draft(view)
    assert texts(shown)[1:] == [
        f"✅ Approved by <@U02> {AGO}",
        (
            "✓ Person 1 (example.com) sent\n… Person 2 (example.com) sending\n"
            "… Person 3 (example.com) sending\n"
            "– Bot (users.noreply.github.com) skipped: noreply address"  # noqa: RUF001 - a dash reads as "none"
        ),
        "? Person 5 (example.com) may or may not have arrived: connection lost",
        "✗ Person 4 (example.com) failed: mailbox is full",
    ]
    assert pressed(shown) == ["Correct…", "They got it", "Send again", "Send again"]
    about = [ids.decode(ids.MailRef, shown.blocks[at]["elements"][0]["value"]) for at in (-3, -1)]
    assert about == [ids.MailRef(5), ids.MailRef(4)]
    assert refused(shown, lint=True) == []


def test_an_approved_note_says_that_email_is_off() -> None:
    shown = draft(draft_view(state=DraftState.APPROVED, mail_enabled=False))
    assert texts(shown)[-1] == "E-mail is off, so nothing was sent."
    assert pressed(shown) == []


def test_a_discarded_draft_is_one_line_that_can_be_restored() -> None:
    shown = draft(draft_view(state=DraftState.DISCARDED, decided_by="U02", decided_at=NOW))
    assert texts(shown) == [f"🗑️ Release note discarded by <@U02> {AGO}"]
    assert len(shown.blocks) == 1
    assert pressed(shown) == ["Restore"]


def test_a_draft_being_redrafted_can_only_be_taken_back() -> None:
    shown = draft(draft_view(state=DraftState.REDRAFTING))
    assert texts(shown) == ["✍️ *Release note* · Drafting again…"]
    assert pressed(shown) == ["Keep the old text"]


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_badge_and_a_choice(category: Category) -> None:
    view = draft_view(category=category)
    assert refused(draft(view), lint=True) == []
    chosen = edit_modal(view)["blocks"][0]["element"]["initial_option"]
    assert chosen["value"] == category.value


def test_the_modals_carry_the_draft_and_its_text() -> None:
    view = draft_view(text="One line\nand another_one <b>")
    edit, regenerate = edit_modal(view), regenerate_modal(view)
    assert edit["blocks"][1]["element"]["initial_value"] == "One line\nand another_one <b>"
    for modal in (edit, regenerate):
        assert ids.decode(ids.DraftRef, modal["private_metadata"]) == ids.DraftRef(5, "d1")
        assert refused(modal, lint=True) == []


def hostile(text: str, **changes: Any) -> DraftView:
    view = draft_view(
        text=text,
        source=text,
        fallback=text,
        pull=pull(title=text, repo=text),
        commits=((text, text),) * 300,
        files=(FileCount(text, 1, 1),) * 300,
        cut=text,
        recipients=(Recipient(text, text, text), Recipient(text, None, f"a@{text}", text)) * 50,
        mails=tuple(MailView(n + 1, text, text, state, text) for n, state in enumerate([*MailState] * 20)),
        changed_by=text,
        decided_by=text,
        decided_at=NOW,
    )
    return replace(view, **changes)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_harmlessly_in_every_state(text: str) -> None:
    views = [hostile(text, state=state, mail_enabled=on) for state in DraftState for on in (True, False)]
    shown: list[SlackMessage | View] = [
        *map(draft, views),
        draft(hostile(text, mails=())),
        edit_modal(views[0]),
        regenerate_modal(views[0]),
    ]
    for one in shown:
        assert refused(one) == []
        assert not any("<!channel" in part or "<http://evil" in part for part in texts(one))


def test_however_much_evidence_there_is_the_buttons_stay() -> None:
    shown = draft(hostile("word & <b> " * 1000))
    assert pressed(shown) == ["Approve & send", "Edit", "Regenerate", "Discard"]
