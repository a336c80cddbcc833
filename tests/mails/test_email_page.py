"""docs/email.md says what the code does."""

import re
from pathlib import Path

import pytest

from bot.clients import mail as client
from bot.config import Settings
from bot.mails import links, templates
from bot.mails.bounces import Bounce
from bot.mails.request import parse_email
from storage import addresses

PAGE = (Path(__file__).parents[2] / "docs" / "email.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


def test_the_page_lists_every_placeholder_and_says_which_are_needed() -> None:
    rows = re.findall(r"^\| `\{\{ (\w+) \}\}` \| (.+) \|$", PAGE, re.MULTILINE)
    assert tuple(name for name, _ in rows) == templates.PLACES
    assert tuple(name for name, says in rows if says.endswith("; needed")) == templates.NEEDED
    assert f"At most {templates.MOST_BYTES:,} bytes" in WORDS


def test_every_command_on_the_page_can_be_typed() -> None:
    typed = re.findall(r"`/patchforge email ?([^`]*)`", PAGE)
    assert {parse_email(text).act for text in typed} == {
        "show", "address", "on", "off", "forget", "allow", "team",
    }  # fmt: skip


def test_the_page_knows_the_limits() -> None:
    assert links.LIFETIME.total_seconds() == 24 * 3600
    assert f"works for {links.LIFETIME_WORDS}" in WORDS
    assert f"At most {addresses.QUESTIONS} questions a day" in WORDS
    assert f"at most {addresses.STRANGERS} people" in WORDS
    assert f"at most {client.CONNECTIONS} connections" in WORDS
    assert f"up to {client.MESSAGES} e-mails" in WORDS
    assert f"after {client.IDLE_SECONDS:.0f} idle seconds" in WORDS


@pytest.mark.parametrize("status", ["5.1.1", "5.2.1", "5.0.0", "5.4.4"])
def test_what_stops_an_address_is_none_of_the_exceptions(status: str) -> None:
    assert Bounce("<a@b.example>", "a@b.example", status).is_of_address


@pytest.mark.parametrize(
    "status", re.findall(r"5\.[\dx]\.[\dx]", PAGE.split("not so a full")[1].split("##")[0])
)
def test_the_exceptions_stop_no_address(status: str) -> None:
    assert not Bounce("<a@b.example>", "a@b.example", status.replace("x", "1")).is_of_address


def test_the_settings_on_the_page_exist() -> None:
    named = set(re.findall(r"`((?:SMTP|MAIL)_[A-Z_]+)`", PAGE))
    assert named <= {name.upper() for name in Settings.model_fields}
    assert {"SMTP_PER_SECOND", "MAIL_TEMPLATES", "MAIL_BOUNCE_SECRET", "MAIL_FROM"} <= named
