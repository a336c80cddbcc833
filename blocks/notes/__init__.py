"""What Slack shows of release notes: the draft, its approval, its e-mails, and the modals to change it."""

from blocks.notes.drafts import badge, buttons, draft, fits, quoted, recipients
from blocks.notes.modals import correct_modal, edit_modal, regenerate_modal
from blocks.notes.views import DraftView, FileCount, MailView

__all__ = [
    "DraftView",
    "FileCount",
    "MailView",
    "badge",
    "buttons",
    "correct_modal",
    "draft",
    "edit_modal",
    "fits",
    "quoted",
    "recipients",
    "regenerate_modal",
]
