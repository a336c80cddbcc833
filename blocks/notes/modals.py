"""The modals that change a draft; each carries which draft, and the text it was opened on."""

from blocks import ids, kit
from blocks.kit import Option, View
from blocks.notes.drafts import label
from blocks.notes.views import DraftView
from bot.models import Category


def edit_modal(view: DraftView) -> View:
    """Ask for another category or text."""
    options = [Option(category.value, label(category)) for category in Category]
    return kit.modal(
        ids.DRAFT_SAVE_VIEW,
        "Edit release note",
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
        ],
        submit="Save",
        metadata=ids.encode(ids.DraftRef(view.id, view.digest)),
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
