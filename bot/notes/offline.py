"""The offline drafter: a category and a sentence by rules, each with its reason."""

import re
from itertools import islice

from bot.models import Change, Note
from bot.notes.categories import Decision, decide
from bot.notes.fit import problem
from bot.notes.prose import points, sentences, told
from bot.notes.wording import sentence, stated_note, subject

# How many different words make a title long enough to stand alone, to need no list of points, and to need
# not even what the description says outright; and how many new words are worth a sentence of each kind.
_ENOUGH, _NO_POINTS, _PLENTY = 8, 7, 11
_NEW, _NEW_TOLD, _NEW_POINT = 7, 4, 3
_ADDED = 2
# A sentence with so much of the title says it better.
_COVERED = 0.8
_EMPTY_TITLE = 2
_REST = 300
_WORD = re.compile(r"\w+")
_LITTLE = frozenset(
    (
        "a",
        "an",
        "the",
        "to",
        "of",
        "in",
        "for",
        "on",
        "and",
        "or",
        "with",
        "by",
        "from",
        "is",
        "be",
        "as",
        "at",
    )
)


def draft(change: Change, decided: Decision | None = None) -> Note:
    """Return a category and one sentence for users, with the reason for each; `decided` if that was done."""
    pull = change.pull
    stated = stated_note(pull.body)
    decided = decided or decide(change)
    if stated:
        text, source = stated, "the release note in the description"
    else:
        text, source = _told(change)
    return Note(
        category=decided.category,
        text=_fit(text) or f"Change {pull.number}.",
        source="offline",
        reasons=(f"{decided.category.value}: {decided.reason}", f"text: from {source}"),
        commits=tuple(commit.sha for commit in change.commits[:20]),
    )


def _told(change: Change) -> tuple[str, str]:
    """Return the title as a sentence, with what the description adds to a short one, and where it is from."""
    pull = change.pull
    said = subject(_whole(pull.title, pull.body))
    if len(_WORD.findall(said)) < _EMPTY_TITLE:
        other = _instead(change)
        if other:
            return other
    added = _additions(said, pull.body)
    if not added:
        return sentence(said), "the title"
    head = [] if _covers(added[0], said) else [said]
    return " ".join(map(sentence, [*head, *added])), (
        "the title and the description" if head else "the description"
    )


def _additions(said: str, body: str) -> list[str]:
    """Return the sentences of the description that tell more than the title, if it is short."""
    known = _words(said)
    if len(known) >= _PLENTY:
        return []
    found = [one for one in told(body) if len(_words(one) - known) >= _NEW_TOLD][:1]
    if len(known) < _ENOUGH:
        more = (one for one in sentences(body) if one not in found and len(_words(one) - known) >= _NEW)
        found += islice(more, _ADDED - len(found))
    if not found and len(known) < _NO_POINTS:
        found = [one for one in points(body) if len(_words(one) - known) >= _NEW_POINT][:_ADDED]
    return found


def _instead(change: Change) -> tuple[str, str] | None:
    """Return what to say where the title says nothing: the issue, the description or a commit."""
    body = change.pull.body
    for source, texts in (
        ("the issue it closes", [subject(issue.title) for issue in change.issues]),
        ("the description", [*told(body), *sentences(body)]),
        ("a commit", [subject(commit.message.partition("\n")[0]) for commit in change.commits[:20]]),
    ):
        text = next((one for one in texts if len(_WORD.findall(one)) >= _EMPTY_TITLE), None)
        if text:
            return sentence(text), source
    return None


def _whole(title: str, body: str) -> str:
    """Return a title that GitHub cut with the rest of it, which it puts first into the description."""
    rest = body.lstrip()[:_REST].partition("\n")[0]
    cut = title.endswith("…") and rest.startswith("…")
    return f"{title[:-1]}{rest[1:].strip()}" if cut else title


def _covers(text: str, title: str) -> bool:
    words, said = ({word.removesuffix("s") for word in _words(one) - _LITTLE} for one in (title, text))
    return bool(words) and len(words & said) >= _COVERED * len(words)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _fit(text: str) -> str | None:
    """Return the text if it is fit to be a note, else what is left without its special characters, if any."""
    bare = sentence(re.sub(r"[^\w\s.,;:!?'()+-]", " ", text).strip())
    return next((one for one in (text, bare) if re.search(r"\w", one) and problem(one) is None), None)
