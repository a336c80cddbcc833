"""What the blocks of release notes are given."""

from dataclasses import dataclass
from datetime import datetime

from bot.models import Category, DraftState, MailState, Pull, Recipient


@dataclass(frozen=True, slots=True)
class FileCount:
    """One changed file with its added and deleted lines."""

    path: str
    additions: int
    deletions: int


@dataclass(frozen=True, slots=True)
class MailView:
    """One e-mail of an approved note; `reason` says why it failed or was skipped."""

    id: int
    name: str
    address: str
    state: MailState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A release-note draft and all that a person needs in order to decide about it.

    `source` names the model, or `offline` with `fallback` saying why it stood in; `unheeded` tells that it
    could not follow a person's wish. `commits` are (sha, subject). `findings` are sentences on what is
    known of the change, `cut` says in words what was left unread. `changed_by` and `decided_by` are Slack
    ids.
    """

    id: int
    digest: str
    state: DraftState
    category: Category
    text: str
    source: str
    pull: Pull
    web_url: str
    fallback: str = ""
    unheeded: bool = False
    commits: tuple[tuple[str, str], ...] = ()
    files: tuple[FileCount, ...] = ()
    findings: tuple[str, ...] = ()
    cut: str | None = None
    recipients: tuple[Recipient, ...] = ()
    mails: tuple[MailView, ...] = ()
    changed_by: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    mail_enabled: bool = True

    @property
    def reached(self) -> tuple[Recipient, ...]:
        """Return those who would get the e-mail."""
        return tuple(recipient for recipient in self.recipients if recipient.skipped is None)
