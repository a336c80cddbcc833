"""Facts to render, plain and hostile, and the check that Slack would take the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from blocks.notes import DraftView, FileCount, MailView
from blocks.reviews import CardView
from blocks.subscriptions import SubscriptionView
from bot.models import (
    Category,
    Check,
    CheckState,
    Comment,
    DraftState,
    MailState,
    Pull,
    PullFacts,
    PullState,
    Recipient,
    Review,
    SlackMessage,
    Subscription,
    Verdict,
)
from sandbox.slack.limits import Surface, Violation, check

WEB = "https://github.com"
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
AGO = "<!date^1795179600^{ago}|2026-11-20 13:00 UTC>"

HOSTILE = (
    "<!channel>",
    "<!here|x>",
    "<http://evil|x>",
    "<@U123>",
    "x|y>z` w",
    "``` open",
    "*x* _y_ ~z~ `c` :boom:",
    "\u202egnp.exe\u2066\u2069\u200f",
    "a\u200bb\ufeff\u2060",
    "x" * 10_000,
    "&" * 10_000,
    "<!channel>" * 1_000,
    "😀" * 10_000,
    "👩\u200d💻 🏴 é",
    "",
    " \t\n ",
    "\x00",
    "a\x00b",
    "\ud800 lone \udfff",
    "&lt;!channel&gt;",
    "line\n\n> quoted\r\n```\ncode",
    "漢字" * 5_000,
    "\u3164",
)


@dataclass(frozen=True, slots=True)
class Waits:
    """Who is waited for."""

    who: tuple[str, ...] = ()
    why: str = ""
    owned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    handed: tuple[tuple[str, str], ...] = ()


def pull(**changes: Any) -> Pull:
    """Return a believable open pull request."""
    made = Pull(
        id=1,
        repo_id=1,
        repo="acme/web",
        number=12,
        title="Keep the cart when a session ends",
        body="",
        author="maya",
        author_is_bot=False,
        state=PullState.OPEN,
        draft=False,
        base="main",
        head="cart",
        head_sha="abc1234def5678abc1234def5678abc1234def56",
        from_fork=False,
        additions=1200,
        deletions=14,
        changed_files=3,
        labels=("bug", "cart"),
        reviewers=(),
        teams=(),
        assignees=(),
        created_at=NOW,
        updated_at=NOW,
        closed_at=None,
        merged_at=None,
        merged_by=None,
        merge_sha=None,
    )
    return replace(made, **changes)


def review(login: str | None, verdict: Verdict, *, number: int = 1, body: str = "") -> Review:
    """Return one review."""
    return Review(number, 1, login, verdict, body, f"{WEB}/acme/web/pull/12#r{number}", NOW)


def ran(name: str, state: CheckState, source: str = "run", url: str | None = None) -> Check:
    """Return one check."""
    return Check(source, name, state, url)


def comment(login: str | None, body: str, path: str | None = None) -> Comment:
    """Return one comment."""
    return Comment(1, 1, login, False, body, path, None, f"{WEB}/acme/web/pull/12#c1", NOW)


def view(
    opened: Pull | None = None,
    reviews: Sequence[Review] = (),
    checks: Sequence[Check] = (),
    waiting: Waits | None = None,
    *,
    muted_by: str | None = None,
    people: Mapping[str, str] | None = None,
) -> CardView:
    """Return what a card is given."""
    facts = PullFacts(opened or pull(), tuple(reviews), tuple(checks))
    return CardView(facts, waiting, 7, WEB, people or {}, muted_by)


def draft_view(**changes: Any) -> DraftView:
    """Return a draft that waits for approval."""
    made = DraftView(
        id=5,
        digest="d1",
        state=DraftState.OPEN,
        category=Category.FIX,
        text="Your cart is kept when you sign in again.",
        source="groq:llama-3.3-70b-versatile",
        pull=pull(state=PullState.MERGED, merged_at=NOW, merged_by="omar"),
        web_url=WEB,
        commits=(("abc1234def", "Keep the cart"),),
        files=(FileCount("src/cart.py", 12, 3),),
        recipients=(
            Recipient("Maya", "maya", "maya@example.com"),
            Recipient("Bot", "bot", "1+bot@users.noreply.github.com", "noreply address"),
        ),
    )
    return replace(made, **changes)


def mail(state: MailState, reason: str | None = None, number: int = 1) -> MailView:
    """Return one e-mail's fate."""
    return MailView(number, f"Person {number}", f"p{number}@example.com", state, reason)


def subscription(**changes: Any) -> SubscriptionView:
    """Return one subscription."""
    made = Subscription(3, "C01", "acme/web", ("reviews", "notes"), "draft:no", "U01", NOW)
    return SubscriptionView(
        replace(made, **{key: value for key, value in changes.items() if key != "filter_words"}),
        changes.get("filter_words", "pull requests that are not drafts"),
    )


def refused(shown: SlackMessage | Mapping[str, Any], *, lint: bool = False) -> list[Violation]:
    """Return what Slack would refuse or discourage, with `lint` also what would show badly."""
    if isinstance(shown, SlackMessage):
        found = check({"text": shown.text, "blocks": shown.blocks}, "message")
    else:
        surface: Surface = "home" if shown["type"] == "home" else "modal"
        found = check(shown, surface)
    return [one for one in found if lint or one.level != "LINT"]


def texts(shown: Any) -> list[str]:
    """Return every mrkdwn text, in the order shown."""
    if isinstance(shown, SlackMessage):
        return texts(shown.blocks)
    if isinstance(shown, Mapping):
        own = [shown["text"]] if shown.get("type") == "mrkdwn" else []
        return own + [text for value in shown.values() for text in texts(value)]
    return [text for value in shown for text in texts(value)] if isinstance(shown, list | tuple) else []


def pressed(shown: Any) -> list[str]:
    """Return the labels of all buttons, in the order shown."""
    if isinstance(shown, SlackMessage):
        return pressed(shown.blocks)
    if isinstance(shown, Mapping):
        own = [shown["text"]["text"]] if shown.get("type") == "button" else []
        return own + [label for value in shown.values() for label in pressed(value)]
    return [label for value in shown for label in pressed(value)] if isinstance(shown, list | tuple) else []
