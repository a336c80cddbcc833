"""The check that stands between a model's answer and a draft."""

from bot.errors import LlmUnusable
from bot.models import Category, Change, Note
from bot.notes.fit import problem
from bot.notes.plain import visible
from bot.notes.prompt import Drafted


def verified(drafted: Drafted, change: Change, source: str) -> Note:
    """Return the model's answer as a note whose evidence exists; raise LlmUnusable if it is unfit."""
    text = "\n".join(" ".join(line.split()) for line in visible(drafted.text).splitlines()).strip()
    wrong = problem(text)
    if wrong:
        raise LlmUnusable(f"gave no usable answer: {wrong}")
    shas = [
        commit.sha
        for commit in change.commits
        if any(len(named) >= 7 and commit.sha.startswith(named) for named in drafted.commits)
    ]
    named = set(drafted.paths)
    category = Category(drafted.category)
    reason = " ".join(visible(drafted.reason).split())
    return Note(
        category=category,
        text=text,
        source=source,
        reasons=(f"{category.value}: {reason}",) if reason and not problem(reason) else (),
        commits=tuple(shas or (commit.sha for commit in change.commits[:20])),
        paths=tuple(file.path for file in change.files if file.path in named),
    )
