"""The e-mail that carries an approved note: plain text and HTML, safe whatever the title says."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from urllib.parse import quote

import jinja2
import nh3
from markdown_it import MarkdownIt

from bot.models import Category, Pull, Recipient
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

_UNFOLDED = "list-unsubscribe"
_ALLOWED = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a"}


class MailPolicy(EmailPolicy):
    """SMTP's rules, with the unsubscribe address on one line: folded, it would be encoded and lost."""

    def fold(self, name: str, value: str) -> str:
        """Return the header as it is sent."""
        if name.lower() == _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header's bytes as they are sent."""
        if name.lower() == _UNFOLDED:
            return self.fold(name, value).encode("ascii", "surrogateescape")
        return super().fold_binary(name, value)


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
) -> EmailMessage:
    """Return the message to one recipient.

    `sender` is MAIL_FROM, `Name <address>` or an address; `message_id` has its angle brackets; `web_url` is
    GitHub's, and `unsubscribe_url` takes a POST (RFC 8058) and shows a page to a GET.
    """
    title = one_line(pull.title, 100) or f"Pull request {pull.number}"
    values = {
        "heading": TITLES[Category(category)],
        "text": visible(text).strip(),
        "html": note_html(text),
        "title": title,
        "name": one_line(recipient.name, 100),
        "place": f"{pull.repo}#{pull.number}",
        "url": f"{web_url}/{quote(pull.repo)}/pull/{pull.number}",
        "unsubscribe_url": unsubscribe_url,
    }
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.notes"),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    message = EmailMessage(policy=MailPolicy(linesep="\r\n"))
    message["From"] = one_line(sender, 320)
    message["To"] = _mailbox(recipient)
    message["Subject"] = f"[{pull.repo}] {_header(title)} (#{pull.number})"
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(templates.get_template("note.txt.j2").render(values), cte="quoted-printable")
    page = templates.get_template("note.html.j2").render(values)
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    return message


def note_html(text: str) -> str:
    """Return the note as safe HTML: simple marks and web links, no images, no raw HTML."""
    rendered = MarkdownIt("commonmark", {"html": False}).disable("image").render(visible(text))
    return nh3.clean(rendered, tags=_ALLOWED, attributes={"a": {"href"}}, url_schemes={"https", "http"})


def _mailbox(recipient: Recipient) -> Address:
    return Address(display_name=_header(one_line(recipient.name, 100)), addr_spec=recipient.address)


def _header(text: str) -> str:
    """Break up what would be decoded as an encoded word, and could then hold line breaks."""
    return text.replace("=?", "= ?")
