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
DRAFT_CORRECT = "pf.draft.correct"
MAIL_GOT_IT = "pf.mail.got_it"
MAIL_SEND_AGAIN = "pf.mail.send_again"

SUBSCRIPTION_EDIT = "pf.subscription.edit"
SUBSCRIPTION_REMOVE = "pf.subscription.remove"
SUBSCRIPTION_UNDO = "pf.subscription.undo"
SUBSCRIPTION_NEW = "pf.subscription.new"
SUBSCRIPTION_CHANGED = "pf.subscription.changed"
FIND_REPOSITORY = "pf.subscription.find.repository"
FIND_LABELS = "pf.subscription.find.labels"
FIND_WITHOUT = "pf.subscription.find.without"
FIND_AUTHORS = "pf.subscription.find.authors"
FIND_TEAMS = "pf.subscription.find.teams"
FIND_REVIEWERS = "pf.subscription.find.reviewers"
FIND_BASE = "pf.subscription.find.base"
FIND_PATHS = "pf.subscription.find.paths"

DIRECT_OPEN = "pf.direct.open"
DIRECT_ON_IT = "pf.direct.on_it"
DIRECT_SNOOZE = "pf.direct.snooze"
DIRECT_MUTE = "pf.direct.mute"
DIRECT_UNMUTE = "pf.direct.unmute"
DIRECT_WHY = "pf.direct.why"
DIRECT_NOT_ME = "pf.direct.not_me"

PERSON_CONFIRM = "pf.person.confirm"
PERSON_DECLINE = "pf.person.decline"
PERSON_DEVICE = "pf.person.device"
PEOPLE_CHECK = "pf.people.check"
PRIVACY_FORGET = "pf.privacy.forget"

REMINDER_UNDO = "pf.reminder.undo"

# These only open a page; nothing of ours answers them.
LINKS = frozenset({CARD_REVIEW, DIRECT_OPEN, PERSON_DEVICE})

DIRECT_SNOOZE_VIEW = "pf.direct.snooze_until"
NOTICE_VIEW = "pf.notice.show"
DRAFT_SAVE_VIEW = "pf.draft.save"
DRAFT_REDRAFT_VIEW = "pf.draft.redraft"
DRAFT_CORRECT_VIEW = "pf.draft.send_correction"
SUBSCRIPTION_SAVE_VIEW = "pf.subscription.save"
PEOPLE_IMPORT_VIEW = "pf.people.import"

# Block ids of modal fields: a submission's values are keyed by them.
FIELD_CATEGORY = "category"
FIELD_DATE = "date"
FIELD_TEXT = "text"
FIELD_CHANGE = "change"
FIELD_REPOSITORY = "repository"
FIELD_FEATURES = "features"
FIELD_FILTER = "filter"
FIELD_OPTIONS = "options"
FIELD_CHANNEL = "channel"
FIELD_BROADCAST = "broadcast"
FIELD_EXCLUDED = "excluded"
FIELD_LABELS = "labels"
FIELD_WITHOUT = "without"
FIELD_AUTHORS = "authors"
FIELD_AUTHOR_USERS = "author_users"
FIELD_TEAMS = "teams"
FIELD_REVIEWERS = "reviewers"
FIELD_BASE = "base"
FIELD_PATHS = "paths"
FIELD_EVENTS = "events"
FIELD_LIST = "list"
FIELD_INPUT = "pf.field"

# Values of the option checkboxes: the filter words that they stand for.
OPTION_DRAFTS = "draft:no"
OPTION_BOTS = "bot:no"
OPTION_FORKS = "fork:no"

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


class DirectRef(Ref, frozen=True, tag="direct.1"):
    """A direct message, by the id of its row."""

    message_id: Id


class SnoozeRef(Ref, frozen=True, tag="snooze.1"):
    """Until when what a direct message asks is put off; without a day, the person is asked."""

    message_id: Id
    until: Annotated[str, msgspec.Meta(max_length=20)] = ""


class DraftRef(Ref, frozen=True, tag="draft.1"):
    """A draft, and the digest of the text that the person saw."""

    draft_id: Id
    digest: Digest


class CorrectionRef(Ref, frozen=True, tag="correction.1"):
    """A note that went out, the digest of its text, and the channel where somebody would correct it."""

    draft_id: Id
    digest: Digest
    channel: Annotated[str, msgspec.Meta(max_length=64)] = ""


class MailRef(Ref, frozen=True, tag="mail.1"):
    """One e-mail to one recipient."""

    mail_id: Id


class SubscriptionRef(Ref, frozen=True, tag="subscription.1"):
    """One subscription."""

    id: Id


class UserRef(Ref, frozen=True, tag="user.1"):
    """A Slack user, for whom alone the button is."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


class PersonRef(Ref, frozen=True, tag="person.1"):
    """A Slack user, and the GitHub login that may be theirs."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    login: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class RemovedRef(Ref, frozen=True, tag="removed.1"):
    """A removed subscription, with all that it takes to bring it back."""

    channel: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    repo: str
    features: tuple[str, ...]
    filter: str
    created_by: str
    created_at: datetime
    broadcast: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class EndedRef(Ref, frozen=True, tag="ended.1"):
    """A reminder that was ended, with all that it takes to bring it back; `words` as one would type them."""

    place: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    words: str
    zone: str
    created_by: str
    created_at: datetime


class ChannelRef(Ref, frozen=True, tag="channel.1"):
    """The channel a modal was opened for, and the subscription it edits (0: a new one).

    Without a channel the modal asks for one.
    """

    channel: Annotated[str, msgspec.Meta(max_length=64)]
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
