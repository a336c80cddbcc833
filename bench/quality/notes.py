"""Judge the offline drafter on changes whose note a human wrote."""

import gc
import json
import re
import subprocess
import sys
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.processes import ROOT
from bench.quality.rouge import rouge_1, rouge_l, tokens
from bot.models import Change, ChangedFile, Commit, Pull, PullState
from bot.notes import offline
from bot.notes.evidence import findings
from bot.notes.manifest import entry
from bot.notes.wording import subject

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Judged:
    """One change, what a human said of it, and what the drafter says; `note` may be empty."""

    repo: str
    explicit: bool
    category: str
    note: str
    ours: str
    text: str
    subject: str


def read(path: Path) -> list[Judged]:
    """Draft every record of a file of JSON lines, and keep what was said beside it."""
    with path.open(encoding="utf-8") as lines:
        return [_judged(json.loads(line)) for line in lines if line.strip()]


def change_of(record: dict[str, Any]) -> Change:
    """Return a record as the change that GitHub would have described."""
    patches = _patches(record["patch_head"])
    pull = Pull(
        id=1,
        repo_id=1,
        repo=record["repo"],
        number=int(record.get("pr") or 0),
        title=record["subject"],
        body=record["body"] or "",
        author=_AUTHOR,
        author_is_bot=False,
        state=PullState.MERGED,
        draft=False,
        base="main",
        head="work",
        head_sha=record["sha"],
        from_fork=False,
        additions=record["additions"] or 0,
        deletions=record["deletions"] or 0,
        changed_files=record["n_files"],
        labels=(),
        reviewers=(),
        teams=(),
        assignees=(),
        created_at=_EPOCH,
        updated_at=_EPOCH,
        closed_at=_EPOCH,
        merged_at=_EPOCH,
        merged_by=None,
        merge_sha=record["sha"],
    )
    files = []
    for file in record["files"]:
        head, patch = patches.get(file["path"], ("", ""))
        status = "added" if "\nnew file mode" in head else "modified"
        files.append(ChangedFile(file["path"], status, file["add"] or 0, file["del"] or 0, patch))
    message = f"{record['subject']}\n\n{record['body']}"
    return Change(pull, (Commit(record["sha"], message, _AUTHOR, "", _AUTHOR),), tuple(files), ())


def report(judged: Sequence[Judged]) -> str:
    """Return all figures as text."""
    explicit = [one for one in judged if one.explicit]
    return "\n".join(
        [
            f"{len(judged):,} changes of {len({one.repo for one in judged})} repositories",
            "",
            "Category             accuracy   macro-F1",
            _category_row("all", judged),
            _category_row("explicit labels", explicit),
            "",
            _confusion(judged),
            "",
            "Text                         ROUGE-1  ROUGE-L  ROUGE-1 stemmed  ROUGE-L stemmed",
            _text_row("cleaned subject", [(one.subject, one.note) for one in judged if one.note]),
            _text_row("draft", [(one.text, one.note) for one in judged if one.note]),
            _text_row("draft, explicit", [(one.text, one.note) for one in explicit if one.note]),
            "",
            "By repository                  changes  accuracy  ROUGE-1",
            *(_repo_row(repo, of_it) for repo, of_it in sorted(_by_repo(judged).items())),
        ]
    )


def cost(files: int = 300) -> str:
    """Return what a big change's draft and its evidence take in time and memory, and what loading takes."""
    patch = "".join(
        f"+def handler_{n}(request):\n-def handler_{n}(query):\n+    return load(request, {n})\n"
        for n in range(60)
    )
    record = dict.fromkeys(("repo", "sha", "patch_head"), "") | {
        "subject": "Sync every handler",
        "body": "Handlers are now in sync.\n" * 50,
        "files": [],
        "additions": files * 120,
        "deletions": files * 30,
        "n_files": files,
    }
    changed = (ChangedFile(f"src/part{n}/module{n}.py", "modified", 120, 30, patch) for n in range(files))
    big = replace(change_of(record), files=tuple(changed))
    started, used = time.perf_counter(), time.thread_time()
    _draft(big)
    took, used = time.perf_counter() - started, time.thread_time() - used
    gc.collect()
    tracemalloc.start()
    _draft(big)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (
        f"Draft of a {files}-file change: {1000 * took:.0f} ms, {1000 * used:.0f} ms of them computing; "
        f"{peak / 1e6:.1f} MB more at its peak\n"
        f"Loading the rules: {1000 * _loading():.0f} ms of computing"
    )


def _draft(change: Change) -> None:
    known = entry(change)
    findings(known)
    offline.draft(change, known.decision)


def _loading() -> float:
    """Return how many seconds of computing a fresh process needs to load the rules."""
    code = "import time; a = time.process_time(); import bot.notes.manifest, bot.notes.offline; "
    command = [sys.executable, "-c", f"{code}print(time.process_time() - a)"]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(ran.stdout)


def _judged(record: dict[str, Any]) -> Judged:
    note = offline.draft(change_of(record))
    return Judged(
        repo=record["repo"],
        explicit=record["label_strength"] == "explicit",
        category=record["category"],
        note=record["note"] or "",
        ours=note.category.value,
        text=note.text,
        subject=subject(record["subject"]),
    )


def _patches(head: str) -> dict[str, tuple[str, str]]:
    """Return the heading and the hunks of each file by its path."""
    found = {}
    for part in re.split(r"^(?=diff --git )", head, flags=re.MULTILINE):
        named = re.match(r"diff --git a/.* b/(.*)\n", part)
        if named:
            heading, at, hunks = part.partition("\n@@")
            found[named[1]] = (heading, f"@@{hunks}" if at else "")
    return found


def _category_row(name: str, judged: Sequence[Judged]) -> str:
    right = sum(one.category == one.ours for one in judged)
    return f"{name:20} {right / max(1, len(judged)):8.3f}   {macro_f1(judged):8.3f}"


def macro_f1(judged: Sequence[Judged]) -> float:
    """Return the mean F-measure of the categories that humans gave."""
    wanted, given = Counter(one.category for one in judged), Counter(one.ours for one in judged)
    right = Counter(one.category for one in judged if one.category == one.ours)
    return sum(2 * right[name] / (count + given[name]) for name, count in wanted.items()) / max(
        1, len(wanted)
    )


def _confusion(judged: Sequence[Judged]) -> str:
    pairs = Counter((one.category, one.ours) for one in judged)
    names = sorted({name for pair in pairs for name in pair})
    rows = ["human \\ ours" + "".join(f"{name:>13}" for name in names)]
    rows += [f"{want:12}" + "".join(f"{pairs[want, got]:13}" for got in names) for want in names]
    return "\n".join(rows)


def _text_row(name: str, pairs: Sequence[tuple[str, str]]) -> str:
    cells = [
        _mean(score(tokens(a, stemmed=stemmed), tokens(b, stemmed=stemmed)) for a, b in pairs)
        for stemmed in (False, True)
        for score in (rouge_1, rouge_l)
    ]
    return f"{name:28} {cells[0]:7.3f}  {cells[1]:7.3f}  {cells[2]:15.3f}  {cells[3]:15.3f}"


def _repo_row(repo: str, judged: Sequence[Judged]) -> str:
    accuracy = _mean(one.category == one.ours for one in judged)
    text = _mean(rouge_1(tokens(one.text), tokens(one.note)) for one in judged if one.note)
    return f"{repo:30} {len(judged):7}  {accuracy:8.3f}  {text:7.3f}"


def _by_repo(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found = defaultdict(list)
    for one in judged:
        found[one.repo].append(one)
    return found


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return sum(kept) / max(1, len(kept))
