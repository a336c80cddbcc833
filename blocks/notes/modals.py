"""The modals that change a draft; each carries which draft, and the text it was opened on."""

from collections.abc import Sequence

from blocks import ids, kit, pulls
from blocks.kit import Block, Option, View
from blocks.notes.drafts import label
from blocks.notes.views import DraftView
from bot.models import Category, MailState


def edit_modal(view: DraftView) -> View:
    """Ask for another category or text."""
    ref = ids.DraftRef(view.id, view.digest)
    return _text_modal(ids.DRAFT_SAVE_VIEW, "Edit release note", "Save", view, ref=ref)


def correct_modal(view: DraftView, channel: str) -> View:
    """Ask for the right text of a note that went out; `channel` is where the person asked."""
    ref = ids.CorrectionRef(view.id, view.digest, channel)
    reached = sum(mail.state in {MailState.SENT, MailState.AMBIGUOUS} for mail in view.mails)
    who = pulls.count(reached, "person", "people")
    says = kit.context(f"It goes at once, as a reply, to the {who} who got the note.")
    return _text_modal(
        ids.DRAFT_CORRECT_VIEW, "Correct the note", "Send correction", view, ref=ref, more=[says]
    )


def regenerate_modal(view: DraftView) -> View:
    """Ask what the next draft should do differently."""
    field = kit.text_input(
        ids.FIELD_INPUT,
        multiline=True,
        max_length=500,
        placeholder="Shorter, and say that old links still work",
    )
    return kit.modal(
        ids.DRAFT_REDRAFT_VIEW,
        "Regenerate note",
        [
            kit.section(kit.quote(view.text, 1500)),
            kit.input_block(ids.FIELD_CHANGE, "What should change", field, optional=True),
        ],
        submit="Regenerate",
        metadata=ids.encode(ids.DraftRef(view.id, view.digest)),
    )


def _text_modal(
    callback: str, title: str, submit: str, view: DraftView, *, ref: ids.Ref, more: Sequence[Block] = ()
) -> View:
    options = [Option(category.value, label(category)) for category in Category]
    return kit.modal(
        callback,
        title,
        [
            kit.input_block(
                ids.FIELD_CATEGORY,
                "Category",
                kit.select(ids.FIELD_INPUT, options, initial=view.category.value),
            ),
            kit.input_block(
                ids.FIELD_TEXT,
                "Text",
                kit.text_input(ids.FIELD_INPUT, view.text, multiline=True),
                hint="Say what changes for the people who use it.",
            ),
            *more,
        ],
        submit=submit,
        metadata=ids.encode(ref),
    )
