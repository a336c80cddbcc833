"""Whole stories: of one delivery, and of one pull request with everything that was sent about it."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from blocks.evidence import (
    DONE,
    NOT,
    WAITING,
    WRONG,
    Channel,
    Line,
    Link,
    Member,
    Part,
    Row,
    Section,
    Story,
)
from bot.evidence.masks import masked
from bot.evidence.reasons import decide
from bot.filters.language import stored_filter
from bot.models import DraftState, MailState, Pull, PullState, Subscription
from bot.subscriptions import listening
from bot.subscriptions.matching import look
from handlers.evidence.channels import NAMES
from handlers.evidence.opened import Opened
from handlers.evidence.outcomes import Eyes, address, job_outcome, outcome
from handlers.evidence.paths import follow, present_repo
from handlers.reviews.telling import CARD
from storage import evidence, facts, messages, notes

# What begins like this was fetched by PatchForge itself.
_OWN = {
    "refresh-": "Fetched from GitHub, as events had left a doubt, ",
    "poll-": "Found at GitHub by asking for what is new, ",
}
_MAILS = {
    MailState.QUEUED: (WAITING, "waits to be sent"),
    MailState.SENDING: (WAITING, "is being sent"),
    MailState.SENT: (DONE, "was sent"),
    MailState.FAILED: (WRONG, "could not be sent"),
    MailState.AMBIGUOUS: (WRONG, "may have been sent or not: a person must say"),
    MailState.SKIPPED: (NOT, "was not written to"),
}
_DRAFTS = {
    DraftState.OPEN: (WAITING, "waits for a person's decision"),
    DraftState.REDRAFTING: (WAITING, "is being written anew"),
    DraftState.APPROVED: (DONE, "was approved"),
    DraftState.DISCARDED: (NOT, "was discarded"),
}


def of_delivery(connection: Connection, opened: Opened, eyes: Eyes) -> Story:
    """Tell the path of one delivery."""
    path = follow(connection, opened, eyes)
    sections = [Section("How it came", _arrival(opened))]
    if path.channels:
        sections.append(Section("Who wanted it", path.channels))
    if path.shown:
        sections.append(Section("What came of it", path.shown))
    merge = opened.row["event"] == "pull_request" and opened.row["action"] in {"closed", "refreshed"}
    if merge and path.shown:
        for pull in path.pulls:
            sections += _release_note(connection, pull, eyes)
    title = (f"{opened.row['event']}{_action(opened)} · ", *about(connection, opened, eyes))
    return Story(title, path.fate, tuple(sections))


def of_pull(connection: Connection, pull: Pull, eyes: Eyes, deliveries: Sequence[Opened]) -> Story:
    """Tell what is shown of a pull request and to whom; `deliveries` are its latest, newest first."""
    known = messages.of_pull(connection, pull.id)
    cards = {row["id"]: row for row in known if row["kind"] == CARD and eyes.may_see(row["channel"])}
    shown = [_shown(connection, row, cards, eyes) for row in known if _is_among(row, cards)]
    followers = [one for one in listening.of_repo(connection, pull.repo) if eyes.may_see(one.channel)]
    wanting = [
        _wanting(connection, one, pull, {card["channel"] for card in cards.values()}) for one in followers
    ]
    sections = [Section("Who wants it, as it is now", tuple(wanting))] if wanting else []
    if shown:
        sections.append(Section("What Slack shows", tuple(shown)))
    sections += _release_note(connection, pull, eyes)
    if deliveries:
        came = tuple(_came(connection, one, eyes) for one in deliveries)
        sections.append(Section("Its latest deliveries", came))
    where = [part for card in cards.values() for part in _listed(card["channel"])][1:]
    fate = (
        Line(DONE, ("It has a card in ", *where))
        if cards
        else Line(NOT, ("No channel that you may see has its card.",))
    )
    if cards and any(line.mark == WRONG for line in shown):
        fate = next(line for line in shown if line.mark == WRONG)
    state = "draft" if pull.draft and pull.state is PullState.OPEN else pull.state.value
    return Story((*_link(pull, eyes), f" · {state}"), fate, tuple(sections))


def row_of(connection: Connection, opened: Opened, eyes: Eyes) -> Row:
    """Tell of a delivery in a list."""
    fate = follow(connection, opened, eyes).fate
    what = about(connection, opened, eyes)
    return Row(
        opened.row["received_at"], f"{opened.row['event']}{_action(opened)}", what, fate, opened.row["guid"]
    )


def about(connection: Connection, opened: Opened, eyes: Eyes) -> tuple[Part, ...]:
    """Say what a delivery is about, in a few words with a link."""
    subject = opened.subject
    repo = present_repo(connection, opened)
    if not repo:
        return ("no repository",)
    if subject.number:
        kind = "issues" if subject.is_issue else "pull"
        link = Link(f"{eyes.web_url}/{repo}/{kind}/{subject.number}", f"{repo}#{subject.number}")
        return (link, f" {subject.title[:100]}") if subject.title else (link,)
    if subject.ref:
        return (f"{repo}, `{subject.ref.removeprefix('refs/heads/').removeprefix('refs/')[:80]}`",)
    if subject.sha:
        return (f"{repo}, commit `{subject.sha[:7]}`",)
    return (repo,)


def _arrival(opened: Opened) -> tuple[Line, ...]:
    row = opened.row
    own = next((words for prefix, words in _OWN.items() if row["guid"].startswith(prefix)), None)
    by = f", by `{opened.subject.sender[:60]}`" if opened.subject.sender else ""
    check = f", of `{opened.subject.check[:60]}`" if opened.subject.check else ""
    lines = [
        Line(DONE, (own or "Received with a right signature ", row["received_at"], f", as `{row['guid']}`")),
        Line(DONE, (f"It says `{row['event']}`{_quoted_action(opened)}{by}{check}",)),
    ]
    if not own:
        lines.append(Line(DONE, ("Kept once; further copies are acknowledged and dropped",)))
    if row["processed_at"] and row["state"] == "done":
        attempt = f", at attempt {row['attempts'] + 1}" if row["attempts"] else ""
        lines.append(Line(DONE, ("Processed ", row["processed_at"], attempt)))
    return tuple(lines)


def _release_note(connection: Connection, pull: Pull, eyes: Eyes) -> list[Section]:
    """Tell of the draft and its e-mails, to those whose channel asks for them."""
    if pull.state is not PullState.MERGED:
        return []
    followers = listening.of_repo(connection, pull.repo)
    if not any("notes" in one.features and eyes.may_see(one.channel) for one in followers):
        return [Section("Its release note", (Line(NOT, ("No channel here asks for release notes.",)),))]
    draft = notes.of_pull(connection, pull.id)
    if draft is None:
        job = evidence.job_by_key(connection, f"notes:{pull.id}")
        if job is None:
            line = Line(
                NOT,
                ("There is no draft: at its merge, no channel that asks for notes had its card.",),
            )
        else:
            mark, parts = job_outcome(job)
            line = Line(mark, ("The draft ", *parts))
        return [Section("Its release note", (line,))]
    lines = [_draft(draft)]
    lines += [_mail(mail) for mail in notes.mails_of(connection, draft["id"])]
    return [Section("Its release note", tuple(lines))]


def _draft(draft: RowMapping) -> Line:
    mark, says = _DRAFTS[DraftState(draft["state"])]
    parts: tuple[Part, ...] = (f"The draft, by {draft['source']}, {says}",)
    if draft["decided_by"] and draft["decided_at"]:
        parts = (*parts, " by ", Member(draft["decided_by"]), " ", draft["decided_at"])
    return Line(mark, parts)


def _mail(mail: RowMapping) -> Line:
    mark, says = _MAILS[MailState(mail["state"])]
    reason = f": {masked(mail['reason'])}" if mail["reason"] else ""
    return Line(mark, (f"{masked(mail['address'])} {says} ", mail["changed_at"], reason))


def _wanting(connection: Connection, one: Subscription, pull: Pull, carded: set[str]) -> Line:
    wanted = stored_filter(one.filter).of_pulls()
    seen = look(connection, wanted, pull, me=one.created_by, late=True)
    decision = decide(one, seen, closing=False)
    reasons = "; ".join(decision.reasons)
    if decision.wanted:
        return Line(DONE, (Channel(one.channel), f" follows it with {', '.join(one.features)}; {reasons}."))
    if one.channel in carded:
        return Line(DONE, (Channel(one.channel), " has its card, and a card is kept up to date to the end."))
    return Line(NOT, (Channel(one.channel), f" has no card: {reasons}."))


def _listed(channel: str) -> tuple[Part, Part]:
    return ", ", Channel(channel)


def _is_among(row: RowMapping, cards: dict[int, RowMapping]) -> bool:
    return row["id"] in cards or row["parent_id"] in cards


def _shown(connection: Connection, row: RowMapping, cards: dict[int, RowMapping], eyes: Eyes) -> Line:
    mark, parts = outcome(connection, row)
    card = cards.get(row["parent_id"] or row["id"])
    muted: tuple[Part, ...] = ()
    if row["muted_by"]:
        muted = (", muted by ", Member(row["muted_by"]))
    name = NAMES.get(row["kind"], row["kind"])
    parts = (f"{name} in ", Channel(row["channel"]), " ", *parts, *muted)
    return Line(mark, parts, address(eyes, row, card))


def _came(connection: Connection, opened: Opened, eyes: Eyes) -> Line:
    fate = follow(connection, opened, eyes).fate
    row = opened.row
    return Line(
        fate.mark, (row["received_at"], f" `{row['event']}`{_quoted_action(opened)} as `{row['guid']}`")
    )


def _link(pull: Pull, eyes: Eyes) -> tuple[Part, ...]:
    link = Link(f"{eyes.web_url}/{pull.repo}/pull/{pull.number}", f"{pull.repo}#{pull.number}")
    return link, f" {pull.title[:150]}"


def _action(opened: Opened) -> str:
    return f" {opened.row['action']}" if opened.row["action"] else ""


def _quoted_action(opened: Opened) -> str:
    return f" `{opened.row['action']}`" if opened.row["action"] else ""


def known_pull(connection: Connection, repo: str, number: int) -> Pull | None:
    """Find a pull request by its repository's present name, in lower case, and its number."""
    found = evidence.pull_id(connection, repo, number)
    return facts.pull(connection, found) if found else None
