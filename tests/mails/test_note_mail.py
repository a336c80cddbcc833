"""The e-mail of an approved note."""

import re
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.message import EmailMessage
from typing import Any

import pytest

from bot.mails.compose import compose, compose_question, note_html
from bot.models import Category, Recipient, Why
from tests.notes.note_samples import NOW, pull

UNSUBSCRIBE = f"https://hooks.a-long-name-of-a-company.example/mail/unsubscribe/{'t' * 43}"


def mail(text: str = "Refunds take a `key`.", **more: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "category": Category.FEATURE,
        "pull": pull(),
        "recipient": Recipient("Jonas Weber", "jweber", "jonas@acme.example"),
        "sender": "PatchForge <notes@acme.example>",
        "unsubscribe_url": UNSUBSCRIBE,
        "message_id": "<abc@acme.example>",
        "web_url": "https://github.com",
        "now": NOW,
    }
    return compose(text=text, **{**values, **more})


def parsed(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_mail_says_what_was_approved_in_text_and_html() -> None:
    message = parsed(mail())
    assert message.get_content_type() == "multipart/alternative"
    assert "New: Refunds take a `key`." in body(message, "plain")
    assert "<p>Refunds take a <code>key</code>.</p>" in body(message, "html")
    for kind in ("plain", "html"):
        assert "https://github.com/acme/payments-api/pull/42" in body(message, kind)
        assert UNSUBSCRIBE in body(message, kind)
        assert "Hello Jonas Weber," in body(message, kind)


def test_the_headers_are_those_of_a_polite_robot() -> None:
    raw = mail().as_bytes()
    message = parsed(mail())
    assert message["From"] == "PatchForge <notes@acme.example>"
    assert message["To"] == "Jonas Weber <jonas@acme.example>"
    assert message["Subject"] == "[acme/payments-api] Add idempotency keys to refunds (#42)"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<abc@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Long as it is, the address stands unencoded on one line: mail programs read it as it is.
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in raw
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "title",
    [
        "x\r\nBcc: evil@x.example",
        "x\nContent-Type: text/html\n\n<script>",
        "\u202egnp.exe \x00 \x1b[31m",
        "💥" * 500,
        "=?utf-8?q?=0D=0ABcc:_evil@x.example?=",
        "",
        "x" * 10_000,
    ],
)
def test_a_hostile_title_stays_one_header_line(title: str) -> None:
    message = parsed(mail(pull=pull(title)))
    assert message["Bcc"] is None
    subject = str(message["Subject"])
    assert subject.startswith("[acme/payments-api] ")
    assert subject.endswith(" (#42)")
    assert len(subject) < 250
    assert not any(char in subject for char in "\r\n\x00\x1b\u202e")
    assert sorted(message.keys()).count("Subject") == 1


def test_a_hostile_name_stays_a_name() -> None:
    hostile = Recipient('Eve" <evil@x.example>,\r\nBcc: a@x.example', None, "eve@acme.example")
    message = parsed(mail(recipient=hostile))
    assert [address.addr_spec for address in message["To"].addresses] == ["eve@acme.example"]
    assert message["Bcc"] is None
    assert "<evil@x.example>" not in body(message, "html")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("![x](https://evil.example/p.png)", None),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[docs](https://acme.example)", None),
        ("a `b<c>`", "<p>a <code>b&lt;c&gt;</code></p>\n"),
    ],
)
def test_the_html_holds_no_images_scripts_or_raw_html(text: str, html: str | None) -> None:
    rendered = note_html(text)
    assert html is None or rendered == html
    assert "<img" not in rendered
    assert "<script" not in rendered
    assert 'href="javascript' not in rendered


def test_the_template_escapes_everything_else() -> None:
    message = parsed(mail(pull=pull("<img src=x> & <b>bold</b>")))
    assert "&lt;img src=x&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in body(message, "html")
    assert "<img src=x> & <b>bold</b>" in body(message, "plain")


@pytest.mark.parametrize(
    ("why", "says", "greets"),
    [
        (Why.CONTRIBUTOR, "because you are an author of this change", "Hello Jonas Weber,"),
        (Why.SUBSCRIBER, "because you asked for the release notes", "Hello,"),
        (Why.TEAM, "This list gets the release notes", "Hello,"),
    ],
)
def test_the_mail_says_why_it_came(why: Why, says: str, greets: str) -> None:
    message = parsed(mail(recipient=Recipient("Jonas Weber", None, "jonas@acme.example", why=why)))
    for kind in ("plain", "html"):
        assert says in body(message, kind)
        assert greets in body(message, kind)
    assert ("Jonas Weber" in str(message["To"])) is (why is Why.CONTRIBUTOR)


def test_a_correction_names_all_that_came_before_on_one_line_each() -> None:
    before = tuple(f"<{number:032x}@acme.example>" for number in range(30))
    raw = mail(corrects=before).as_bytes()
    message = parsed(mail(corrects=before))
    assert message["In-Reply-To"] == before[-1]
    named = str(message["References"]).split()
    assert (named[0], named[-1]) == (before[0], before[-1])
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert b"\r\nReferences: <" in raw
    assert str(message["Subject"]).startswith("Re: [acme/payments-api] ")


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: e@x.example", "a@b.example\n", "a b@c.example"])
def test_an_address_that_would_break_a_header_makes_no_mail(address: str) -> None:
    with pytest.raises((ValueError, HeaderParseError)):
        mail(recipient=Recipient("Ada", None, address))


@pytest.mark.parametrize(
    "name", ['Ada "the one" Lovelace', "Ада", "a, b <c@d.example>", "=?utf-8?q?x?=", "\\"]
)
def test_whatever_a_name_holds_one_address_is_written_to(name: str) -> None:
    message = parsed(mail(recipient=Recipient(name, None, "ada@acme.example")))
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@acme.example"]
    assert sorted(message.keys()).count("To") == 1


def test_the_question_holds_one_link_and_no_name() -> None:
    message = parsed(
        compose_question(
            address="ada@acme.example",
            url="https://bot.example/mail/verify/x.y",
            workspace="<b>acme</b>.slack.com",
            lifetime="24 hours",
            sender="PatchForge <notes@acme.example>",
            message_id="<q@acme.example>",
            now=NOW,
        )
    )
    assert message["To"] == "ada@acme.example"
    assert re.findall(r"https?://[^\s\"<]+", body(message, "html")) == ["https://bot.example/mail/verify/x.y"]
    assert "&lt;b&gt;acme&lt;/b&gt;" in body(message, "html")
    assert body(message, "plain").count("https://") == 1
