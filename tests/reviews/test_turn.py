"""Whose turn it is, by table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.models import Check, CheckState, Pull, PullFacts, PullState, Review, Verdict
from bot.reviews.turn import turn

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PULL = Pull(
    id=1, repo_id=1, repo="acme/web", number=1, title="", body="", author="maya", author_is_bot=False,
    state=PullState.OPEN, draft=False, base="main", head="topic", head_sha="a", from_fork=False,
    additions=0, deletions=0, changed_files=0, labels=(), reviewers=(), teams=(), assignees=(),
    created_at=NOW, updated_at=NOW, closed_at=None, merged_at=None, merged_by=None, merge_sha=None,
)  # fmt: skip
APPROVED, OBJECTED = Verdict.APPROVED, Verdict.CHANGES_REQUESTED
COMMENTED, DISMISSED = Verdict.COMMENTED, Verdict.DISMISSED
PASSED, FAILED, RUNNING = CheckState.PASSED, CheckState.FAILED, CheckState.RUNNING


@pytest.mark.parametrize(
    ("changes", "said", "ran", "who", "why"),
    [
        ({}, [], [], (), "nobody is asked to review yet"),
        ({}, [("omar", COMMENTED)], [], (), "nobody is asked to review yet"),
        ({}, [("maya", COMMENTED)], [], (), "nobody is asked to review yet"),
        ({"reviewers": ("omar",)}, [], [], ("omar",), "review requested"),
        ({"reviewers": ("omar", "zoe")}, [("omar", APPROVED)], [], ("omar", "zoe"), "review requested"),
        ({"reviewers": ("zoe",)}, [("omar", APPROVED)], [], ("zoe",), "review requested"),
        ({"teams": ("core",)}, [], [], ("core",), "review requested"),
        ({"reviewers": ("omar",), "teams": ("core",)}, [], [], ("omar", "core"), "review requested"),
        ({"reviewers": ("omar",), "draft": True}, [], [], ("maya",), "still a draft"),
        ({"reviewers": ("omar",)}, [], [FAILED], ("maya",), "check-0 failed"),
        ({"reviewers": ("omar",)}, [], [FAILED, FAILED, PASSED], ("maya",), "2 checks failed"),
        ({"reviewers": ("omar",)}, [], [RUNNING], ("omar",), "review requested"),
        ({}, [("omar", OBJECTED)], [], ("maya",), "omar asked for changes"),
        ({}, [("omar", OBJECTED), ("zoe", APPROVED)], [], ("maya",), "omar asked for changes"),
        ({}, [("omar", OBJECTED), ("omar", COMMENTED)], [], ("maya",), "omar asked for changes"),
        ({}, [("omar", OBJECTED), ("omar", APPROVED)], [], ("maya",), "approved, ready to merge"),
        ({"reviewers": ("omar",)}, [("omar", OBJECTED)], [], ("omar",), "review requested"),
        ({"reviewers": ("zoe",)}, [("omar", OBJECTED)], [], ("maya",), "omar asked for changes"),
        ({}, [("omar", OBJECTED), ("zoe", OBJECTED)], [], ("maya",), "omar and zoe asked for changes"),
        ({}, [(None, OBJECTED)], [], ("maya",), "ghost asked for changes"),
        ({}, [("omar", DISMISSED)], [], (), "nobody is asked to review yet"),
        ({}, [("omar", APPROVED)], [PASSED], ("maya",), "approved, ready to merge"),
        ({}, [("omar", APPROVED)], [PASSED, RUNNING], ("maya",), "approved, checks are running"),
        ({"author": None}, [("omar", APPROVED)], [], ("ghost",), "approved, ready to merge"),
    ],
)
def test_whoever_must_act_next_is_waited_for(
    changes: dict[str, object],
    said: list[tuple[str | None, Verdict]],
    ran: list[CheckState],
    who: tuple[str, ...],
    why: str,
) -> None:
    found = turn(
        PullFacts(
            replace(PULL, **changes),  # type: ignore[arg-type]  # the table names fields
            tuple(
                Review(number, 1, login, verdict, "", "", NOW + timedelta(minutes=number))
                for number, (login, verdict) in enumerate(said)
            ),
            tuple(Check("run", f"check-{number}", state, None) for number, state in enumerate(ran)),
        )
    )
    assert found is not None
    assert (found.who, found.why) == (who, why)


@pytest.mark.parametrize("state", [PullState.CLOSED, PullState.MERGED])
def test_nobody_is_waited_for_in_the_end(state: PullState) -> None:
    assert turn(PullFacts(replace(PULL, state=state, reviewers=("omar",)), (), ())) is None
