"""The figures that texts and categories are judged by."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.quality.porter import stem
from bench.quality.rouge import rouge_1, rouge_l, tokens

ROOT = Path(__file__).parents[2]


def run(path: Path) -> str:
    command = [sys.executable, "-m", "bench.quality", str(path)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own


@pytest.mark.parametrize(
    ("words", "root"),
    [
        ("connect connected connecting connection connections", "connect"),
        ("relate related relating", "relat"),
        ("hopping hopped hops", "hop"),
        ("happy happiness", "happi"),
        ("generalization generalizations", "gener"),
        ("sky", "sky"),
        ("agreed", "agre"),
        ("is", "is"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(words: str, root: str) -> None:
    assert {stem(word) for word in words.split()} == {root}


def test_common_words_count_once_each_and_their_order_only_where_it_should() -> None:
    ours, theirs = tokens("Retries now stop."), tokens("now the retries stop")
    assert rouge_1(ours, theirs) == pytest.approx(2 * 3 / 7)
    assert rouge_l(ours, theirs) == pytest.approx(2 * 2 / 7)
    assert rouge_1(tokens("a a a"), tokens("a")) == pytest.approx(0.5)
    assert rouge_1([], tokens("a")) == 0
    assert rouge_1(tokens("stopped"), tokens("stopping")) == 0
    assert rouge_1(tokens("stopped", stemmed=True), tokens("stopping", stemmed=True)) == 1


def test_records_are_judged_from_a_file(tmp_path: Path) -> None:
    files = [{"path": "app/x.py", "add": 3, "del": None}]
    record = {"repo": "acme/app", "body": "", "sha": "0" * 40, "files": files, "n_files": 1, "patch_head": ""}
    record |= {"additions": 3, "deletions": 0, "label_strength": "explicit"}
    records = [
        {**record, "subject": "Add a dark mode", "category": "feature", "note": "Add a dark mode"},
        {**record, "subject": "Fix a crash", "category": "breaking", "note": None},
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    said = run(path)
    assert "2 changes of 1 repositories" in said
    assert "all                     0.500      0.500" in said
    assert "draft                          1.000    1.000" in said
    assert "Draft of a 300-file change: " in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"There is no file {tmp_path / 'none'}" in run(tmp_path / "none")
