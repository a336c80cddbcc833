"""The drafter: the language model where there is one, else or in need the rules."""

from collections.abc import Mapping
from dataclasses import replace

from bot.clients.llm import Llm
from bot.errors import LlmUnusable
from bot.models import Change, Note
from bot.notes import offline
from bot.notes.categories import Rule, Rules
from bot.notes.evidence import READ, findings, unused
from bot.notes.manifest import entry
from bot.notes.plain import one_line
from bot.notes.prompt import INSTRUCTIONS, Drafted, build, ordered
from bot.notes.verify import verified

_SHOWN = 20


# What the repository or the author laid down; a model may only choose where these are silent.
_SETTLED = {Rule.EXCLUDED, Rule.BREAKING, Rule.LABEL}


async def draft(change: Change, llm: Llm, guidance: str | None = None, rules: Rules = ()) -> Note:
    """Return a note for the change; never fails for the model's sake. `rules` are its repository's own.

    `source` is the model's name or "offline". `extra` holds the evidence: `commits` ([sha, first line]),
    `files` ([path, added, deleted]), `findings` (sentences), and `cut`, what was left unread; then what the
    model took (`input_tokens`, `output_tokens`, `seconds`), or as `fallback` why its answer was not used.
    """
    cut = unused(change)
    body = change.pull.body
    if len(body) > READ:
        change = replace(change, pull=replace(change.pull, body=body[:READ]))
    change = replace(change, cut=cut)
    known = entry(change, rules)
    found = {"findings": list(findings(known, rules))}
    if not llm.enabled:
        return _shown(offline.draft(change, known.decision), change, found)
    try:
        answer = await llm.ask(Drafted, INSTRUCTIONS, build(change, guidance))
        note = verified(answer.output, change, answer.model)
    except LlmUnusable as error:
        return _shown(offline.draft(change, known.decision), change, {**found, "fallback": str(error)})
    if known.decision.rule in _SETTLED:
        category = known.decision.category
        note = replace(note, category=category, reasons=(f"{category.value}: {known.decision.reason}",))
    took = {
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "seconds": round(answer.seconds, 3),
    }
    return _shown(note, change, {**found, **took})


def _shown(note: Note, change: Change, extra: Mapping[str, object]) -> Note:
    """Add what is shown beside the text, so that nobody has to ask GitHub again."""
    paths = note.paths or tuple(file.path for file in ordered(change.files)[:_SHOWN])
    evidence = {
        "commits": [
            [commit.sha, one_line(commit.message.partition("\n")[0], 100)]
            for commit in change.commits
            if commit.sha in note.commits
        ],
        "files": [[f.path, f.additions, f.deletions] for f in ordered(change.files) if f.path in paths],
        "cut": change.cut,
    }
    return replace(note, paths=paths, extra={**evidence, **extra})
