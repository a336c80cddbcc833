"""The drafter: the language model where there is one, else or in need the rules."""

from dataclasses import replace

from bot.clients.llm import Llm
from bot.errors import LlmUnusable
from bot.models import Change, Note
from bot.notes import offline
from bot.notes.prompt import INSTRUCTIONS, Drafted, build, ordered
from bot.notes.verify import verified


async def draft(change: Change, llm: Llm, guidance: str | None = None) -> Note:
    """Return a note for the change; never fails for the model's sake.

    `source` is the model's name or "offline". `extra` tells what it took (`input_tokens`, `output_tokens`,
    `seconds`), or as `fallback` why the model's answer was not used; `cut` is what was left unread.
    """
    extra: dict[str, object] = {"cut": change.cut} if change.cut else {}
    if not llm.enabled:
        return replace(offline.draft(change), extra=extra)
    try:
        answer = await llm.ask(Drafted, INSTRUCTIONS, build(change, guidance))
        note = verified(answer.output, change, answer.model)
    except LlmUnusable as error:
        return replace(offline.draft(change), extra={**extra, "fallback": str(error)})
    took = {
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "seconds": round(answer.seconds, 3),
    }
    paths = note.paths or tuple(file.path for file in ordered(change.files)[:20])
    return replace(note, paths=paths, extra={**extra, **took})
