"""The draft's message, through its life: open, redrafting, discarded, approved and mailed."""

from collections.abc import Mapping, Sequence

from blocks import ids, kit, pulls
from blocks.kit import Block, Element, Markup
from blocks.notes.mails import name, results
from blocks.notes.views import DraftView
from bot.models import Category, DraftState, MailState, SlackMessage

_COMMITS = 5
_FILES = 6
_FINDINGS = 8
_NAMES = 15
# How much of a text one section holds beside its heading, in characters as Slack counts them.
_SHOWN = 2600
_LINES = 40

_BADGES: Mapping[Category, tuple[str, str]] = {
    Category.FEATURE: ("✨", "Feature"),
    Category.FIX: ("🐛", "Fix"),
    Category.BREAKING: ("💥", "Breaking change"),
    Category.PERFORMANCE: ("⚡", "Performance"),
    Category.DOCS: ("📖", "Documentation"),
    Category.INTERNAL: ("🧹", "Internal"),
    Category.SKIP: ("💤", "Left out of the notes"),
}


def badge(category: Category) -> Markup:
    """Return a category's emoji and bold name."""
    emoji, label = _BADGES[category]
    return kit.join(f"{emoji} ", kit.bold(label))


def label(category: Category) -> str:
    """Return a category's name as people read it."""
    return _BADGES[category][1]


def draft(view: DraftView) -> SlackMessage:
    """Render the draft as it stands."""
    renderers = {
        DraftState.OPEN: _open,
        DraftState.REDRAFTING: _redrafting,
        DraftState.APPROVED: _approved,
        DraftState.DISCARDED: _discarded,
    }
    return renderers[view.state](view)


def buttons(view: DraftView) -> list[Element]:
    """Return the two buttons that decide at once: approve, after a question, and edit."""
    value = ids.encode(ids.DraftRef(view.id, view.digest))
    number = len(view.reached)
    if view.mail_enabled and number:
        who = pulls.count(number, "person", "people")
        question = kit.confirm("Send this note?", f"It goes to {who} by e-mail, as it is shown.", "Send")
        approve = "Approve & send"
    else:
        why = "Nobody can get it by e-mail" if view.mail_enabled else "E-mail is off"
        question = kit.confirm("Approve this note?", f"{why}, so nothing is sent.", "Approve")
        approve = "Approve"
    return [
        kit.button(approve, ids.DRAFT_APPROVE, value, style="primary", confirm=question),
        kit.button("Edit", ids.DRAFT_EDIT, value),
    ]


def quoted(text: str) -> Markup:
    """Quote the whole of a text that `fits`: whoever approves it has seen all of it."""
    return kit.quote(text, _SHOWN, most_lines=_LINES) or Markup(">(no text yet)")


def fits(text: str) -> bool:
    """Tell whether Slack can show the whole text in one piece."""
    return quoted(text) == kit.quote(text, 10 * _SHOWN, most_lines=10 * _LINES)


def _open(view: DraftView) -> SlackMessage:
    value = ids.encode(ids.DraftRef(view.id, view.digest))
    blocks = [
        _note(view),
        *_evidence(view),
        kit.context(*recipients(view)),
        kit.context(_origin(view)),
    ]
    decide = kit.actions(
        *buttons(view),
        kit.button("Regenerate", ids.DRAFT_REGENERATE, value),
        kit.button("Discard", ids.DRAFT_DISCARD, value),
    )
    return kit.message(_fallback("Release note to approve", view), blocks, [decide])


def _redrafting(view: DraftView) -> SlackMessage:
    line = kit.join("✍️ ", kit.bold("Release note"), " · Drafting again…")
    value = ids.encode(ids.DraftRef(view.id, view.digest))
    keep = kit.button("Keep the old text", ids.DRAFT_RESTORE, value)
    return kit.message(
        f"Drafting the release note for {_reference(view)} again…", [kit.section(line, accessory=keep)]
    )


def _discarded(view: DraftView) -> SlackMessage:
    line = kit.join("🗑️ Release note discarded", *_decision(view))
    value = ids.encode(ids.DraftRef(view.id, view.digest))
    restore = kit.button("Restore", ids.DRAFT_RESTORE, value)
    return kit.message(
        f"Release note for {_reference(view)} discarded", [kit.section(line, accessory=restore)]
    )


def _approved(view: DraftView) -> SlackMessage:
    blocks = [_note(view), kit.context(kit.join("✅ Approved", *_decision(view)))]
    if any(mail.state in {MailState.SENT, MailState.AMBIGUOUS} for mail in view.mails):
        value = ids.encode(ids.DraftRef(view.id, view.digest))
        blocks[0] = _note(view, kit.button("Correct…", ids.DRAFT_CORRECT, value))
    if view.mails:
        blocks += results(view)
    elif not view.mail_enabled:
        blocks.append(kit.context("E-mail is off, so nothing was sent."))
    else:
        blocks.append(kit.context(*recipients(view)))
    return kit.message(_fallback("Release note approved", view), blocks)


def _note(view: DraftView, accessory: Element | None = None) -> Block:
    return kit.section(
        kit.lines([kit.join(badge(view.category), kit.DOT, "Release note"), quoted(view.text)]),
        accessory=accessory,
    )


def _evidence(view: DraftView) -> list[Block]:
    rows: list[Markup] = []
    if view.commits:
        shown = [
            kit.join(kit.code(sha[:7]), " ", kit.cut(pulls.one_line(subject), 72))
            for sha, subject in view.commits[:_COMMITS]
        ]
        rows.append(_list(pulls.count(len(view.commits), "commit"), shown, len(view.commits)))
    if view.files:
        shown = [
            kit.join(kit.code(file.path, 80), Markup(f" +{file.additions:,} −{file.deletions:,}"))  # noqa: RUF001 - the minus sign as GitHub shows it
            for file in view.files[:_FILES]
        ]
        rows.append(_list(pulls.count(len(view.files), "file"), shown, len(view.files)))
    rows += [kit.esc(kit.cut(pulls.one_line(finding), 200)) for finding in view.findings[:_FINDINGS]]
    if view.cut:
        said = kit.cut(pulls.one_line(view.cut), 200)
        rows.append(kit.join("✂️ ", said[:1].upper() + said[1:]))
    return [kit.context(kit.lines(rows))] if rows else []


def _list(head: str, shown: Sequence[Markup], total: int) -> Markup:
    return kit.join("From ", kit.bold(head), ": ", pulls.listed(shown, total))


def recipients(view: DraftView) -> list[Markup]:
    """Say who gets the note by e-mail, and who does not and why."""
    if not view.mail_enabled:
        return [kit.esc("✉️ E-mail is off: approving keeps the note and sends nothing.")]
    reached = [name(one.name, one.address, one.login) for one in view.reached]
    skipped = [
        kit.join(name(one.name, one.address, one.login), f": {kit.cut(pulls.one_line(one.skipped), 80)}")
        for one in view.recipients
        if one.skipped is not None
    ]
    to = pulls.listed(reached[:_NAMES], len(reached)) if reached else kit.esc("nobody")
    rows = [kit.join("✉️ To ", to)]
    if skipped:
        rows.append(kit.join("Skipped ", pulls.listed(skipped[:_NAMES], len(skipped))))
    return rows


def _origin(view: DraftView) -> Markup:
    source = kit.cut(pulls.one_line(view.source), 80)
    if view.fallback:
        why = kit.cut(pulls.one_line(view.fallback), 200)
        drafted = kit.join("⚠️ Drafted offline, without the language model: ", why)
    elif source == "offline" and view.unheeded:
        drafted = kit.esc("Drafted offline by rules, which cannot follow a wish; press Edit to reword it")
    elif source == "offline":
        drafted = kit.esc("Drafted offline")
    else:
        drafted = kit.join("Drafted by ", source)
    edited = kit.join("last changed by ", kit.mention(view.changed_by)) if view.changed_by else ""
    return kit.join(drafted, edited, sep=kit.DOT)


def _decision(view: DraftView) -> list[Markup]:
    parts: list[Markup] = []
    if view.decided_by:
        parts.append(kit.join(" by ", kit.mention(view.decided_by)))
    if view.decided_at:
        parts.append(kit.join(" ", kit.ago(view.decided_at)))
    return parts


def _reference(view: DraftView) -> str:
    return f"{view.pull.repo}#{view.pull.number}"


def _fallback(head: str, view: DraftView) -> str:
    text = kit.cut(pulls.one_line(view.text), 300)
    return f"{head} ({_reference(view)}, {label(view.category).lower()}): {text}"
