"""Mail that came back stops mail to an address, if it names a text that went to that very address."""

import base64
import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.mails.bounces import MOST_BYTES, Bounce, read_notification, read_report
from tests.features.test_mails import second
from tests.mails.mail_kit import ADA, BOUNCES, JONAS, approved, mail_to, page_of, registered
from tests.people.people_kit import answered
from tests.world import World, open_world, shown

BEARER = {"Authorization": f"Bearer {BOUNCES}"}
NOTIFICATION = {**BEARER, "Content-Type": "message/rfc822"}


def notification(
    message_id: str,
    address: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    original: str = "",
    headers_only: bool = False,
) -> bytes:
    """Make what a mail server sends back (RFC 3464)."""
    recipient = f"Original-Recipient: rfc822; {original}\n" if original else ""
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""From: MAILER-DAEMON@mx.example
To: notes@acme.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

I am sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

{recipient}Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no
--x
Content-Type: {kind}

From: notes@acme.example
Message-ID: {message_id}
Subject: x

the text
--x--
""".encode()


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_notification_names_the_text_the_address_and_the_status(headers_only: bool) -> None:
    content = notification("<a@b.example>", "Ada@Home.example", headers_only=headers_only)
    (bounce,) = read_notification(content)
    assert bounce == Bounce("<a@b.example>", ADA, "5.1.1")
    assert bounce.is_of_address


def test_an_address_that_was_forwarded_is_named_as_it_was_written_to() -> None:
    content = notification("<a@b.example>", "other@elsewhere.example", original=ADA)
    assert [bounce.address for bounce in read_notification(content)] == [ADA, "other@elsewhere.example"]


@pytest.mark.parametrize(
    ("status", "final", "of_address"),
    [
        ("5.1.1", True, True),
        ("5.2.1", True, True),
        ("5.0.0", True, True),
        ("5.2.2", True, False),
        ("5.7.1", True, False),
        ("5.3.4", True, False),
        ("4.4.1", False, False),
    ],
)
def test_only_what_says_that_no_mail_arrives_there_is_of_the_address(
    status: str, final: bool, of_address: bool
) -> None:
    bounce = Bounce("<a@b.example>", ADA, status)
    assert (bounce.is_final, bounce.is_of_address) == (final, of_address)


def test_parts_within_parts_without_end_are_no_notification() -> None:
    nested = "".join(
        f"Content-Type: multipart/report; boundary=b{depth}\n\n--b{depth}\n" for depth in range(5_000)
    )
    assert read_notification(nested.encode()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 1000,
        b"From: ada@home.example\n\nI am on holiday.",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n--x--",
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed\n\n" * 5000,
        notification("no brackets", ADA),
        notification("<a@b.example>", ADA, action="delayed", status="4.4.1"),
        notification("<a@b.example>", "nobody"),
        notification("<a@b.example>", ADA, status="bad"),
    ],
)
def test_what_is_no_failure_is_passed_over(content: bytes) -> None:
    assert read_notification(content) == []


ID = "<a@b.example>"
REPORTS: list[tuple[Any, list[Bounce] | None]] = [
    (
        {"message_id": "a@b.example", "address": "Ada@Home.example", "status": "5.1.1"},
        [Bounce(ID, ADA, "5.1.1")],
    ),
    (
        [
            {"event": "bounce", "type": "bounce", "email": ADA, "smtp-id": ID, "status": "5.1.1"},
            {"event": "bounce", "type": "blocked", "email": ADA, "smtp-id": ID, "status": "5.7.1"},
            {"event": "delivered", "email": ADA, "smtp-id": ID},
        ],
        [Bounce(ID, ADA, "5.1.1")],
    ),
    (
        {
            "signature": {},
            "event-data": {
                "event": "failed",
                "severity": "permanent",
                "recipient": ADA,
                "message": {"headers": {"message-id": "a@b.example"}},
                "delivery-status": {"code": 605},
            },
        },
        [Bounce("<a@b.example>", ADA, "5.0.0")],
    ),
    ({"message_id": "a@b.example\r\nX: y", "address": ADA, "status": "5.1.1"}, []),
    ({"message_id": ["a"], "address": {}, "status": 5}, []),
    ({}, []),
    ([], []),
    ("x", None),
    ([1], None),
    (None, None),
]


@pytest.mark.parametrize(("said", "means"), REPORTS)
def test_a_report_of_a_relay_is_read(said: object, means: list[Bounce] | None) -> None:
    assert read_report(json.dumps(said).encode()) == means


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_no_report(content: bytes) -> None:
    assert read_report(content) is None


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/bounces.db"


async def sent(world: World) -> str:
    """Send a note and return its Message-ID."""
    await approved(world, "✓ Jonas Weber (acme.example) sent")
    return world.mail.accepted[-1].message_id


async def test_mail_that_came_back_shows_in_the_thread_and_the_next_note_skips_the_address(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world:
        message_id = await sent(world)
        async with page_of(world) as http:
            content = notification(message_id, JONAS.upper())
            for _ in range(2):
                answer = await http.post("/mail/bounces", content=content, headers=NOTIFICATION)
                assert answer.json() == {"taken": 1, "ignored": 0}
        await world.reply_says("✗ Jonas Weber (acme.example) failed: it came back: 5.1.1")
        draft = await second(world)
        await world.slack.click(world.maintainer.id, draft.channel, draft.ts, "pf.draft.approve")
        await world.slack.until(lambda: "skipped: bounced" in shown(draft))
        assert len(world.mail.accepted) == 1
        said = await world.command(world.maintainer, f"email allow {JONAS}")
        assert "may be written to again" in said


async def test_a_forged_notification_stops_nobody(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world:
        message_id = await sent(world)
        forged = [
            notification("<made-up@acme.example>", JONAS),  # of no text of ours
            notification(message_id, ADA),  # of a text that went to somebody else
            notification(message_id, JONAS, status="4.2.2", action="delayed"),
        ]
        async with page_of(world) as http:
            for content in forged:
                answer = await http.post("/mail/bounces", content=content, headers=NOTIFICATION)
                assert (answer.status_code, answer.json()["taken"]) == (200, 0)
        assert "I wrote to" in await world.command(world.reviewer, f"email {ADA}")
        assert "I wrote to" in await world.command(world.maintainer, f"email {JONAS}")
        assert "✓ Jonas Weber" in shown(world.replies()[0])


def job_states(url: str) -> list[str]:
    """Return how the ledger's jobs of e-mails stand."""
    with contextlib.closing(sqlite3.connect(url.partition("///")[2])) as database:
        return [state for (state,) in database.execute("SELECT state FROM jobs WHERE kind = 'mail.send'")]


async def test_what_nobody_knew_of_is_settled_when_it_comes_back(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world:
        world.mail.disconnect("after_data", times=1)
        await approved(world, "may or may not have arrived")
        assert job_states(url) == ["ambiguous"]
        said = {"message_id": world.mail.accepted[0].message_id, "address": JONAS, "status": "5.1.1"}
        async with page_of(world) as http:
            assert (await http.post("/mail/bounces", json=said, headers=BEARER)).json()["taken"] == 1
        await world.reply_says("✗ Jonas Weber (acme.example) failed: it came back: 5.1.1")
        assert job_states(url) == ["done"]


async def test_a_full_mailbox_is_shown_and_written_to_again(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world:
        said = {"message_id": await sent(world), "address": JONAS, "status": "5.2.2"}
        async with page_of(world) as http:
            answer = await http.post("/mail/bounces", json=said, headers=BEARER)
            assert answer.json() == {"taken": 1, "ignored": 0}
        await world.reply_says("failed: it came back: 5.2.2", "Send again")
        draft = await second(world)
        await world.slack.click(world.maintainer.id, draft.channel, draft.ts, "pf.draft.approve")
        await world.slack.until(lambda: "✓ Jonas Weber (acme.example) sent" in shown(draft))


async def test_a_question_that_came_back_stops_the_address_too(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world:
        await registered(world, world.reviewer)
        message_id = (await mail_to(world, ADA)).header("Message-ID")
        async with page_of(world) as http:
            said = {"message_id": message_id, "address": ADA, "status": "5.1.1"}
            basic = base64.b64encode(f"relay:{BOUNCES}".encode()).decode()
            headers = {"Authorization": f"Basic {basic}"}
            assert (await http.post("/mail/bounces", json=said, headers=headers)).json()["taken"] == 1
        await answered(world, world.reviewer, "email", "Nothing is sent to it: *bounced*")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong", f"Token {BOUNCES}", f"Bearer {BOUNCES}x", "Basic !!!", "Basic OnJvbmc="],
)
async def test_who_does_not_know_the_secret_is_turned_away(url: str, authorization: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world, page_of(world) as http:
        headers = {"Authorization": authorization} if authorization else {}
        assert (await http.post("/mail/bounces", json={}, headers=headers)).status_code == 401


async def test_what_is_no_report_is_refused_with_the_reason(url: str) -> None:
    async with open_world(url, mail_bounce_secret=BOUNCES) as world, page_of(world) as http:
        cases: list[tuple[bytes, str, int]] = [
            (b"{", "application/json", 400),
            (b"{}", "text/plain", 415),
            (b" " * (MOST_BYTES + 1), "application/json", 413),
        ]
        for content, kind, status in cases:
            headers = {**BEARER, "Content-Type": kind}
            answer: httpx.Response = await http.post("/mail/bounces", content=content, headers=headers)
            assert (answer.status_code, bool(answer.json()["error"])) == (status, True)
