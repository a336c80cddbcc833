"""Release notes: drafted on merge, decided by a person, mailed to the contributors."""

from blocks import ids
from bot.ledger.policy import MAIL, PERSON, USUAL
from handlers.feature import Feature
from handlers.notes import correcting, deciding, drafting, mailing, showing

FEATURE = Feature(
    name="notes",
    actions={
        ids.DRAFT_APPROVE: deciding.approve,
        ids.DRAFT_DISCARD: deciding.discard,
        ids.DRAFT_RESTORE: deciding.restore,
        ids.DRAFT_EDIT: deciding.open_edit,
        ids.DRAFT_CORRECT: correcting.open_form,
        ids.DRAFT_REGENERATE: deciding.open_regenerate,
        ids.MAIL_GOT_IT: mailing.got_it,
        ids.MAIL_SEND_AGAIN: mailing.send_again,
    },
    views={
        ids.DRAFT_SAVE_VIEW: deciding.save,
        ids.DRAFT_REDRAFT_VIEW: deciding.regenerate,
        ids.DRAFT_CORRECT_VIEW: correcting.send,
    },
    on_change=drafting.on_change,
    messages={"draft": showing.render},
    jobs={"notes.draft": drafting.draft, "notes.redraft": drafting.redraft, "mail.send": mailing.send},
    policies={"notes.draft": USUAL, "notes.redraft": PERSON, "mail.send": MAIL},
)
