"""A pull request is told what is wrong with its file, line by line, within what GitHub takes."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

from bot.configuration.check_run import CheckRun, check_run
from bot.configuration.load import read_configuration
from tests.configuration.hostile import GOOD, HOSTILE

HOME = "acme/.patchforge"


def checked(body: str | bytes) -> CheckRun:
    return check_run(read_configuration(body if isinstance(body, bytes) else body.encode(), HOME))


def annotations(run: CheckRun) -> list[dict[str, Any]]:
    return [one for output in run.outputs for one in output.get("annotations", ())]


def test_a_right_file_passes_and_says_what_is_in_it() -> None:
    run = checked(GOOD)
    assert run.conclusion == "success"
    (output,) = run.outputs
    assert output["title"] == "Right"
    assert "2 subscriptions, 2 filters, 1 team, 2 people, 1 reminder" in output["summary"]
    assert annotations(run) == []


def test_each_problem_is_an_annotation_on_its_line() -> None:
    run = checked("version: 1\nsla:\n  huors: 8\n")
    assert run.conclusion == "failure"
    assert run.outputs[0]["title"] == "A problem in line 3"
    assert annotations(run) == [
        {
            "path": ".patchforge.yml",
            "start_line": 3,
            "end_line": 3,
            "start_column": 3,
            "end_column": 3,
            "annotation_level": "failure",
            "title": "sla.huors",
            "message": "I don't know the key `huors`; did you mean `hours`?",
        }
    ]
    assert (
        "| 3 | `sla.huors` | I don't know the key `huors`; did you mean `hours`? |"
        in run.outputs[0]["summary"]
    )


def test_notes_do_not_fail_the_check() -> None:
    run = check_run(read_configuration(b"version: 1\nfilters: {a: 'draft:no'}", "acme/api"))
    assert run.conclusion == "success"
    assert run.outputs[0]["title"] == "Right, with 1 note"
    assert [one["annotation_level"] for one in annotations(run)] == ["warning"]


def test_more_than_fifty_annotations_take_further_requests() -> None:
    rows = "".join(f"  f{number}: 'draft:no'\n" for number in range(50))
    body = f"version: 1\nfilters:\n{rows}teams:\n" + "".join(f"  t{number}: {{}}\n" for number in range(48))
    run = check_run(read_configuration(body.encode(), "acme/api"))
    assert [len(output["annotations"]) for output in run.outputs] == [50, 48]
    assert {output["title"] for output in run.outputs} == {"48 problems, the first in line 54"}


def test_what_is_not_listed_is_mentioned() -> None:
    run = checked("version: 1\n" + "".join(f"k{number}: 1\n" for number in range(60)))
    assert run.outputs[0]["title"] == "More than 50 problems, the first in line 2"
    assert "And more." in run.outputs[0]["summary"]
    assert [len(output["annotations"]) for output in run.outputs] == [50]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_limits_of_github_hold_for(name: str) -> None:
    run = checked(HOSTILE[name])
    for output in run.outputs:
        assert output["title"]
        assert len(output["summary"]) <= 65_535
        assert len(output.get("annotations", ())) <= 50
    for one in annotations(run):
        assert one["start_line"] == one["end_line"] >= 1
        assert 0 < len(one["title"]) <= 255
        assert 0 < len(one["message"]) <= 64_000


def test_the_summary_stays_within_its_limit_with_long_keys_in_every_row() -> None:
    keys = "".join(f"{'ä' * 140}{number}: 1\n" for number in range(50))
    assert len(checked(keys).outputs[0]["summary"].encode()) <= 65_535


@pytest.mark.parametrize(
    "text",
    [
        "@octocat",
        "`@octocat`",
        "<img src=https://evil.example/p>",
        "![x](https://evil.example/p)",
        "[x](https://evil.example)",
        "|a|b|",
        "a|b\\|c",
        "</td><script>alert(1)</script>",
        "# heading",
    ],
)
def test_what_the_file_says_is_quoted_and_never_acts(text: str) -> None:
    quoted = text.replace("'", "''")
    body = f"version: 1\n'{quoted}': 1\nfilters: {{a: '{quoted}'}}\npeople: {{a: '{quoted}'}}\n"
    summary = checked(body).outputs[0]["summary"]
    html = MarkdownIt("commonmark").enable("table").render(summary)
    outside = html
    while "<code>" in outside:
        before, _, rest = outside.partition("<code>")
        outside = before + rest.partition("</code>")[2]
    assert "@octocat" not in outside
    for tag in ("<img", "<a ", "<script", "<h1"):
        assert tag not in html
    assert html.count("<tr>") == len(annotations(checked(body))) + 1
    assert html.count("<td") == 3 * len(annotations(checked(body)))
