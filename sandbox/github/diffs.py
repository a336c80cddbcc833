"""Unified diffs between two trees, in the form GitHub serves them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache

from sandbox.github.model import Tree

NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True)
class FileDiff:
    """The change of one file; `patch` holds the hunks without the file header, empty for a bare rename."""

    path: str
    status: str  # added, modified, removed or renamed
    sha: str
    patch: str
    additions: int
    deletions: int
    previous: str | None = None

    def __str__(self) -> str:
        """Give the whole `diff --git` section."""
        old = self.previous or self.path
        lines = [f"diff --git a/{old} b/{self.path}\n"]
        if self.status == "added":
            lines.append("new file mode 100644\n")
        if self.status == "removed":
            lines.append("deleted file mode 100644\n")
        if self.status == "renamed":
            lines.append(f"similarity index 100%\nrename from {old}\nrename to {self.path}\n")
        if self.patch:
            before = "/dev/null" if self.status == "added" else f"a/{old}"
            after = "/dev/null" if self.status == "removed" else f"b/{self.path}"
            lines.append(f"--- {before}\n+++ {after}\n{self.patch}")
            if not self.patch.endswith("\n"):
                lines.append("\n")
        return "".join(lines)


def compare(before: Tree, after: Tree) -> list[FileDiff]:
    """List what changed between two trees, by path; a file moved unchanged counts as renamed."""
    gone = {text: path for path, text in before.items() if path not in after}
    found: list[FileDiff] = []
    renamed: set[str] = set()
    for path, text in after.items():
        if path not in before and text in gone and gone[text] not in renamed:
            renamed.add(gone[text])
            found.append(FileDiff(path, "renamed", blob_sha(text), "", 0, 0, gone[text]))
        elif before.get(path) != text:
            found.append(_file(path, before.get(path), text))
    found += [
        _file(path, text, None) for path, text in before.items() if path not in after and path not in renamed
    ]
    return sorted(found, key=lambda file: file.path)


@lru_cache(maxsize=4096)
def _file(path: str, before: str | None, after: str | None) -> FileDiff:
    hunks = "".join(_hunks(before or "", after or ""))
    lines = hunks.splitlines()
    status = "added" if before is None else "removed" if after is None else "modified"
    text = before or "" if after is None else after
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return FileDiff(path, status, blob_sha(text), hunks.removesuffix("\n"), added, removed)


def _hunks(before: str, after: str) -> Iterator[str]:
    diff = unified_diff(_lines(before), _lines(after))
    for position, line in enumerate(diff):
        if position < 2:  # the file header is written elsewhere
            continue
        yield line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}"


def _lines(text: str) -> list[str]:
    # Not str.splitlines: git breaks lines at \n only.
    *whole, rest = text.split("\n")
    return [line + "\n" for line in whole] + ([rest] if rest else [])


def hunk_at(patch: str, line: int) -> str:
    """Give the part of a patch up to a line of the new file, as review comments quote it."""
    shown: list[str] = []
    position = 0
    for text in patch.split("\n"):
        if text.startswith("@@"):
            if position > line:
                break
            shown = [text]
            position = int(text.split("+")[1].split(" ")[0].split(",")[0]) - 1
            continue
        shown.append(text)
        position += not text.startswith(("-", "\\"))
        if position == line and not text.startswith("-"):
            break
    return "\n".join(shown)


def blob_sha(text: str) -> str:
    """Give the object id git would give a file of this text."""
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
