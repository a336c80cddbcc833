"""How pull requests are worded wherever they are shown: links, states, verdicts, checks, people."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from blocks import kit
from blocks.kit import Markup
from bot.models import GHOST, Check, CheckState, Pull, PullFacts, PullState, Verdict, is_app

People = Mapping[str, str]
"""GitHub login to Slack user id, for those who are linked."""

_NAMED = 5
_CHECKS_NAMED = 3


class Turn(Protocol):
    """Who is waited for, by login or team, and why; without anyone, `why` stands alone."""

    @property
    def who(self) -> tuple[str, ...]:
        """Return logins and teams, the most wanted first."""

    @property
    def why(self) -> str:
        """Return the reason in a few words."""

    @property
    def owned(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the patterns of CODEOWNERS for those who are waited for as their owners."""

    @property
    def handed(self) -> tuple[tuple[str, str], ...]:
        """Return the team for those who are asked instead of all of it."""


class Stage(StrEnum):
    """What a pull request needs next, as the first thing a reader sees of it."""

    DRAFT = "draft"
    RUNNING = "checks running"
    BROKEN = "checks failed"
    WAITING = "waiting for review"
    CHANGES = "changes requested"
    APPROVED = "approved"
    MERGED = "merged"
    CLOSED = "closed"


EMOJI: Mapping[Stage, Markup] = {
    Stage.DRAFT: Markup("📝"),
    Stage.RUNNING: Markup("⏳"),
    Stage.BROKEN: Markup("🔴"),
    Stage.WAITING: Markup("👀"),
    Stage.CHANGES: Markup("🔧"),
    Stage.APPROVED: Markup("✅"),
    Stage.MERGED: Markup("🟣"),
    Stage.CLOSED: Markup("⚫"),
}
VERDICT_EMOJI: Mapping[Verdict, str] = {
    Verdict.APPROVED: "✅",
    Verdict.CHANGES_REQUESTED: "🔧",
    Verdict.COMMENTED: "💬",
    Verdict.DISMISSED: "💬",
    Verdict.PENDING: "👀",
}


def stage(facts: PullFacts) -> Stage:
    """Tell where a pull request stands; what the author must do comes before what others may do."""
    pull = facts.pull
    if pull.state is not PullState.OPEN:
        return Stage.MERGED if pull.state is PullState.MERGED else Stage.CLOSED
    states = {check.state for check in facts.checks}
    verdicts = facts.verdicts().items()
    said = {verdict for who, verdict in verdicts if verdict is not Verdict.PENDING or not is_app(who)}
    reasons = (
        (Stage.DRAFT, pull.draft),
        (Stage.BROKEN, CheckState.FAILED in states),
        (Stage.CHANGES, Verdict.CHANGES_REQUESTED in said),
        (Stage.RUNNING, CheckState.RUNNING in states),
        (Stage.APPROVED, Verdict.APPROVED in said and Verdict.PENDING not in said),
    )
    return next((reached for reached, holds in reasons if holds), Stage.WAITING)


def summary(checks: Sequence[Check]) -> Markup:
    """Sum up checks, naming and linking those that failed; nothing when there are none."""
    if not checks:
        return Markup()
    failed = [check for check in checks if check.state is CheckState.FAILED]
    running = sum(check.state is CheckState.RUNNING for check in checks)
    if failed:
        also = f", {running} running" if running else ""
        return kit.join(f"❌ {len(failed)} of {len(checks)} failed: ", named(failed), also)
    if running:
        return Markup(f"⏳ {running} of {len(checks)} running")
    return Markup(f"✅ {count(len(checks), 'check')}")


def named(checks: Sequence[Check], most: int = _CHECKS_NAMED) -> Markup:
    """Name checks, each linked to its page if it has one."""
    names = [kit.link(check.url or "", kit.cut(check.name, 60) or "unnamed") for check in checks[:most]]
    return listed(names, len(checks))


def listed(names: Iterable[str], total: int) -> Markup:
    """List names with commas, and say how many more there are in all."""
    shown = [name for name in names if name]
    rest = total - len(shown)
    return kit.join(*shown, *([f"{rest} more"] if rest > 0 else []), sep=", ")


def url(web_url: str, pull: Pull) -> str:
    """Return the address of a pull request's page."""
    return f"{web_url}/{pull.repo}/pull/{pull.number}"


def title(web_url: str, pull: Pull, limit: int = 150) -> Markup:
    """Link a pull request's title, cut to `limit`."""
    return kit.link(url(web_url, pull), kit.cut(one_line(pull.title), limit) or "(no title)")


def reference(pull: Pull) -> Markup:
    """Return `owner/name#number`."""
    return kit.join(kit.cut(pull.repo, 140), Markup(f"#{pull.number}"))


def one_line(text: str) -> str:
    """Return untrusted text as one clean line without space around it."""
    return kit.clean(text).strip()


def person(login: str | None, people: People) -> Markup:
    """Mention someone who is linked, else give the login; a deleted account is `ghost`."""
    user = people.get(login) if login else None
    return kit.mention(user) if user else kit.esc(kit.cut(one_line(login or ""), 60) or GHOST)


def waiting(turn: Turn | None, people: People) -> Markup:
    """Say who is waited for and why, in one line; nothing when nobody and nothing is."""
    if turn is None:
        return Markup()
    why = kit.cut(one_line(turn.why), 150)
    if not turn.who:
        return kit.esc(why[:1].upper() + why[1:])
    owned, handed = dict(turn.owned), dict(turn.handed)
    who = listed(
        [_waited_for(name, handed.get(name, ""), owned.get(name, ()), people) for name in turn.who[:_NAMED]],
        len(turn.who),
    )
    return kit.join("Waiting for ", who, f": {why}" if why else "")


def _waited_for(name: str, team: str, patterns: Sequence[str], people: People) -> Markup:
    """Name one who is waited for, of which team they were chosen, and the first pattern they own."""
    # Only a code owner's team comes with its organisation; a mention has its own @.
    shown = kit.join("@" if "/" in name and name not in people else "", person(name, people))
    if team:
        shown = kit.join(shown, " of ", kit.cut(team, 100))
    if not patterns:
        return shown
    rest = len(patterns) - 1
    return kit.join(shown, " for ", kit.code(patterns[0], 60), f" and {rest} more" if rest else "")


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, as in "1 file" and "2 files"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
