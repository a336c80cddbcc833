"""Diffs are real: applied to the old text they give the new one."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sandbox.github import GitHub, seed_demo
from sandbox.github.diffs import blob_sha, compare, hunk_at

TEXTS = st.lists(st.sampled_from(["a", "b", "", "++x", "--y", "\x0c", "z\r"])).map("\n".join)


def patched(before: str, patch: str) -> str:
    """Apply the hunks of a patch to a text."""
    old = re.findall(r"[^\n]*\n|[^\n]+", before)
    new: list[str] = []
    at, last = 0, ""
    for line in patch.split("\n"):
        if header := re.match(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@", line):
            start = int(header[1]) - (header[2] != "0")
            new += old[at:start]
            at = start
        elif line.startswith("\\"):
            if last != "-":
                new[-1] = new[-1].removesuffix("\n")
        else:
            last = line[0]
            if last != "+":
                assert old[at].removesuffix("\n") == line[1:]
                at += 1
            if last != "-":
                new.append(line[1:] + "\n")
    return "".join(new + old[at:])


@given(before=TEXTS, after=TEXTS)
def test_a_patch_turns_the_old_text_into_the_new(before: str, after: str) -> None:
    for file in compare({"f": before}, {"f": after}):
        assert patched(before, file.patch) == after
        lines = file.patch.split("\n")
        assert file.additions == sum(line.startswith("+") for line in lines)
        assert file.deletions == sum(line.startswith("-") for line in lines)


async def test_every_seeded_diff_applies() -> None:
    github = GitHub()
    demo = await seed_demo(github)
    for spec in (demo.feature, demo.fix, demo.bump):
        pull = await github.open_pull(demo.repo, spec)
        repo = github.repo(demo.repo)
        old, new = repo.commits[pull.merge_base].tree, repo.commits[pull.head_sha].tree
        files = github.files_of(repo, pull)
        assert len(files) >= 2
        for file in files:
            assert patched(old.get(file.path, ""), file.patch) == new[file.path]


def test_files_can_appear_vanish_and_move() -> None:
    files = compare({"old.py": "x = 1\n", "gone.py": "y = 2\n"}, {"new.py": "x = 1\n", "born.py": "z = 3\n"})
    assert [(file.path, file.status, file.previous) for file in files] == [
        ("born.py", "added", None),
        ("gone.py", "removed", None),
        ("new.py", "renamed", "old.py"),
    ]
    text = "".join(map(str, files))
    assert "--- /dev/null\n+++ b/born.py\n@@ -0,0 +1 @@\n+z = 3\n" in text
    assert "--- a/gone.py\n+++ /dev/null\n" in text
    assert "rename from old.py\nrename to new.py\n" in text


def test_object_ids_are_gits() -> None:
    assert blob_sha("hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_comment_quotes_the_hunk_up_to_its_line() -> None:
    (file,) = compare({"f": "1\n2\n3\n"}, {"f": "1\ntwo\n3\n"})
    assert hunk_at(file.patch, 2) == "@@ -1,3 +1,3 @@\n 1\n-2\n+two"
