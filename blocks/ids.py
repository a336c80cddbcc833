"""Names of buttons, views and fields, and the small typed values that buttons carry."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from bot.errors import UserError

CARD_REVIEW = "pf.card.review"
CARD_MUTE = "pf.card.mute"
CARD_UNMUTE = "pf.card.unmute"

DRAFT_APPROVE = "pf.draft.approve"
DRAFT_EDIT = "pf.draft.edit"
DRAFT_REGENERATE = "pf.draft.regenerate"
DRAFT_DISCARD = "pf.draft.discard"
DRAFT_RESTORE = "pf.draft.restore"
MAIL_GOT_IT = "pf.mail.got_it"
MAIL_SEND_AGAIN = "pf.mail.send_again"

SUBSCRIPTION_EDIT = "pf.subscription.edit"
SUBSCRIPTION_REMOVE = "pf.subscription.remove"
SUBSCRIPTION_UNDO = "pf.subscription.undo"

# These only open a page; nothing of ours answers them.
LINKS = frozenset({CARD_REVIEW})

NOTICE_VIEW = "pf.notice.show"
DRAFT_SAVE_VIEW = "pf.draft.save"
DRAFT_REDRAFT_VIEW = "pf.draft.redraft"
SUBSCRIPTION_SAVE_VIEW = "pf.subscription.save"

# Block ids of modal fields: a submission's values are keyed by them.
FIELD_CATEGORY = "category"
FIELD_TEXT = "text"
FIELD_CHANGE = "change"
FIELD_REPOSITORY = "repository"
FIELD_FEATURES = "features"
FIELD_FILTER = "filter"
FIELD_OPTIONS = "options"
FIELD_INPUT = "pf.field"

# Values of the option checkboxes: the filter words that they stand for.
OPTION_DRAFTS = "draft:no"
OPTION_BOTS = "bots:no"

_MOST = 2000
_STALE = (
    "This button is too old to use; please look for a newer message, or ask for one with /patchforge help."
)

Id = Annotated[int, msgspec.Meta(ge=1)]
Digest = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Ref(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of what a button points at; the tag names the kind and its version."""


class CardRef(Ref, frozen=True, tag="card.1"):
    """A card, by the id of its message row."""

    message_id: Id


class DraftRef(Ref, frozen=True, tag="draft.1"):
    """A draft, and the digest of the text that the person saw."""

    draft_id: Id
    digest: Digest


class MailRef(Ref, frozen=True, tag="mail.1"):
    """One e-mail to one recipient."""

    mail_id: Id


class SubscriptionRef(Ref, frozen=True, tag="subscription.1"):
    """One subscription."""

    id: Id


class RemovedRef(Ref, frozen=True, tag="removed.1"):
    """A removed subscription, with all that it takes to bring it back."""

    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    repo: str
    features: tuple[str, ...]
    filter: str
    created_by: str
    created_at: datetime


class ChannelRef(Ref, frozen=True, tag="channel.1"):
    """The channel a modal was opened for, and the subscription it edits (0: a new one)."""

    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    subscription: Annotated[int, msgspec.Meta(ge=0)] = 0


R = TypeVar("R", bound=Ref)


def encode(value: Ref) -> str:
    """Write a reference as a short text for a button's value or a view's metadata."""
    return msgspec.json.encode(value).decode()


def decode(kind: type[R], text: str) -> R:
    """Read a reference of the given kind; UserError when the text is stale, unknown or malformed."""
    if len(text) > _MOST:
        raise UserError(_STALE)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise UserError(_STALE) from None
