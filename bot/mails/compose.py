"""The e-mails: plain text and HTML, safe whatever a title, a name or an address says."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from types import MappingProxyType
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt

from bot.mails.templates import Templates, built_in
from bot.models import Category, Pull, Recipient, Why
from bot.notes.plain import one_line, visible

TITLES = {
    Category.FEATURE: "New",
    Category.FIX: "Fixed",
    Category.BREAKING: "Breaking change",
    Category.PERFORMANCE: "Faster",
    Category.DOCS: "Documentation",
    Category.INTERNAL: "Under the hood",
    Category.SKIP: "Changed",
}

# Folded these would be encoded and lost, or cut.
_UNFOLDED = {"list-unsubscribe", "in-reply-to", "references"}
# A header's line holds 998 characters; the first Message-ID and the last ones are those that matter.
_REFERENCES = 8
_ALLOWED = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a"}


class MailPolicy(EmailPolicy):
    """SMTP's rules, with addresses and Message-IDs on one line."""

    def fold(self, name: str, value: str) -> str:
        """Return the header as it is sent."""
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header's bytes as they are sent."""
        if name.lower() in _UNFOLDED:
            return self.fold(name, value).encode("ascii", "surrogateescape")
        return super().fold_binary(name, value)


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said to those who get a note for one reason."""

    lead: str
    closing: str
    reason: str


_WORDS: Mapping[Why, _Words] = MappingProxyType(
    {
        Why.CONTRIBUTOR: _Words(
            "a change you worked on was merged, and this is its release note:",
            "Thank you for your work.",
            "You get this e-mail because you are an author of this change.",
        ),
        Why.SUBSCRIBER: _Words(
            "a change was merged, and this is its release note:",
            "",
            "You get this e-mail because you asked for the release notes of this repository.",
        ),
        Why.TEAM: _Words(
            "a change was merged, and this is its release note:",
            "",
            "This list gets the release notes of this repository.",
        ),
    }
)
_CORRECTED = "the release note that we sent about this change was wrong. This is the right one:"


def compose(
    *,
    text: str,
    category: Category,
    pull: Pull,
    recipient: Recipient,
    sender: str,
    unsubscribe_url: str,
    message_id: str,
    web_url: str,
    now: datetime,
    templates: Templates | None = None,
    corrects: tuple[str, ...] = (),
) -> EmailMessage:
    """Return the message to one recipient.

    `sender` is MAIL_FROM, `Name <address>` or an address; `message_id` has its angle brackets; `web_url` is
    GitHub's, and `unsubscribe_url` takes a POST (RFC 8058) and shows a page to a GET. `corrects` are the
    Message-IDs of what this recipient got about the change before, oldest first.
    """
    title = one_line(pull.title, 100) or f"Pull request {pull.number}"
    words = _WORDS[recipient.why]
    name = one_line(recipient.name, 100) if recipient.why is Why.CONTRIBUTOR else ""
    heading = TITLES[Category(category)]
    values = {
        "greeting": f"Hello {name}," if name else "Hello,",
        "lead": _CORRECTED if corrects else words.lead,
        "heading": f"Correction \u00b7 {heading}" if corrects else heading,
        "note": visible(text).strip(),
        "title": title,
        "place": f"{pull.repo}#{pull.number}",
        "url": f"{web_url}/{quote(pull.repo)}/pull/{pull.number}",
        "closing": words.closing,
        "reason": words.reason,
        "unsubscribe_url": unsubscribe_url,
    }
    message = _message(sender, recipient.address, name, message_id, now)
    subject = f"[{pull.repo}] {_header(title)} (#{pull.number})"
    # Mail programs keep together what refers to each other and bears the same subject behind `Re:`.
    message["Subject"] = f"Re: {subject}" if corrects else subject
    if corrects:
        message["In-Reply-To"] = corrects[-1]
        message["References"] = " ".join(corrects[:1] + corrects[1:][-_REFERENCES:])
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    template = (templates or Templates()).of(pull.repo)
    return _with_parts(message, *template.fill(values, note_html(text)))


def compose_question(
    *, address: str, url: str, workspace: str, lifetime: str, sender: str, message_id: str, now: datetime
) -> EmailMessage:
    """Return the message that asks whether an address is right; `url` is the page that takes the answer.

    It tells nothing that a stranger could have written: whoever asks may name any address.
    """
    message = _message(sender, address, "", message_id, now)
    message["Subject"] = "Is this your address?"
    values = {"address": address, "url": url, "workspace": workspace, "lifetime": lifetime}
    return _with_parts(message, *built_in("question").fill(values, ""))


def new_message_id(sender: str) -> str:
    """Return a fresh Message-ID in the domain of MAIL_FROM."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "patchforge"
    return f"<{secrets.token_hex(16)}@{domain}>"


def note_html(text: str) -> str:
    """Return the note as safe HTML: simple marks and web links, no images, no raw HTML."""
    rendered = MarkdownIt("commonmark", {"html": False}).disable("image").render(visible(text))
    return nh3.clean(rendered, tags=_ALLOWED, attributes={"a": {"href"}}, url_schemes={"https", "http"})


def _message(sender: str, address: str, name: str, message_id: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=MailPolicy(linesep="\r\n"))
    message["From"] = one_line(sender, 320)
    message["To"] = Address(display_name=_header(name), addr_spec=address)
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def _with_parts(message: EmailMessage, html: str, text: str) -> EmailMessage:
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _header(text: str) -> str:
    """Break up what would be decoded as an encoded word, and could then hold line breaks."""
    return text.replace("=?", "= ?")
