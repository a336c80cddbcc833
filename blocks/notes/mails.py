"""What became of an approved note's e-mails, recipient by recipient."""

from collections.abc import Mapping

from blocks import ids, kit, pulls
from blocks.kit import Block, Markup
from blocks.notes.views import DraftView, MailView
from bot.models import MailState

_LISTED = 30
_ASKED = 10

_MARKS: Mapping[MailState, tuple[str, str]] = {
    MailState.QUEUED: ("…", "sending"),
    MailState.SENDING: ("…", "sending"),
    MailState.SENT: ("✓", "sent"),
    MailState.FAILED: ("✗", "failed"),
    MailState.AMBIGUOUS: ("?", "may or may not have arrived"),
    MailState.SKIPPED: ("–", "skipped"),  # noqa: RUF001 - a dash reads as "none"
}


def name(full_name: str, address: str, login: str | None = None) -> Markup:
    """Name a recipient with the domain of the address only, as a channel may be read by many."""
    domain = kit.cut(pulls.one_line(address.rpartition("@")[2]), 60)
    shown = kit.cut(pulls.one_line(full_name), 60) or login or "Someone"
    return kit.join(shown, f" ({domain})" if domain else "")


def results(view: DraftView) -> list[Block]:
    """List each recipient's result; where it is uncertain or failed, ask with buttons."""
    unsure = [mail for mail in view.mails if mail.state is MailState.AMBIGUOUS]
    failed = [mail for mail in view.mails if mail.state is MailState.FAILED]
    asked = [*unsure, *failed][:_ASKED]
    rows = [_row(mail) for mail in view.mails if mail not in asked]
    known = {mail.address for mail in view.mails}
    rows += [
        _result(MailState.SKIPPED, name(one.name, one.address, one.login), one.skipped)
        for one in view.recipients
        if one.skipped is not None and one.address not in known
    ]
    if len(rows) > _LISTED:
        rows = [*rows[:_LISTED], kit.esc(f"and {len(rows) - _LISTED} more")]
    blocks = [kit.section(kit.lines(rows))] if rows else []
    for mail in asked:
        value = ids.encode(ids.MailRef(mail.id))
        buttons = [kit.button("Send again", ids.MAIL_SEND_AGAIN, value)]
        if mail.state is MailState.AMBIGUOUS:
            buttons.insert(0, kit.button("They got it", ids.MAIL_GOT_IT, value))
        blocks += [kit.section(_row(mail)), kit.actions(*buttons)]
    return blocks


def _row(mail: MailView) -> Markup:
    return _result(mail.state, name(mail.name, mail.address), mail.reason)


def _result(state: MailState, who: Markup, reason: str | None) -> Markup:
    mark, word = _MARKS[state]
    if state is MailState.QUEUED and reason:
        word = "not sent yet, trying again"
    why = kit.cut(pulls.one_line(reason or ""), 150)
    return kit.join(f"{mark} ", who, f" {word}", f": {why}" if why else "")
