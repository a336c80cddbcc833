"""CODEOWNERS files and pull requests, as many as the rules must bear."""

from datetime import UTC, datetime, timedelta

from bot.models import Check, CheckState, Comment, Pull, PullFacts, PullState, Review, Verdict
from bot.owners.waiting import Need
from bot.reviews.standing import Around

_FOLDERS = 1_500


def codeowners_file(rules: int) -> str:
    """Return a file as large repositories have them: mostly folders, some files, some wildcards."""
    lines = ["* @acme/everybody"]
    for number in range(1, rules):
        folder, team = _folder(number * 7), f"@acme/team-{number % 40}"
        lines.append(
            (
                f"/{folder}/part{number % 50}/ {team} @dev-{number % 200}",
                f"/{folder}/part{number % 50}/ {team}",
                f"/{folder}/ {team}",
                f"/{folder}/file{number}.ts {team}",
                f"/{folder}/**/*.{('ts', 'py', 'md', 'go')[number % 4]} {team}",
                f"{folder}/* {team}",
                f"name{number}/ {team}",
                f"*.ext{number} {team}",
                f"**/query{number}/*.sql {team}",
                f"/{folder}/generated/",
            )[number % 10]
        )
    return "\n".join(lines)


def codeowners_paths(files: int) -> list[str]:
    """Return the paths of a change that touches many of those folders."""
    return [
        f"{_folder(number * 13)}/part{number % 60}/{number}.{('ts', 'py', 'md', 'ext17')[number % 4]}"
        for number in range(files)
    ]


def pulls(count: int) -> list[tuple[PullFacts, Around]]:
    """Return open pull requests, each at another point of its life, with all that may be known of them."""
    return [(_facts(number), _around(number)) for number in range(count)]


_NOW = datetime(2026, 1, 5, tzinfo=UTC)


def _facts(number: int) -> PullFacts:
    asked = tuple(f"dev-{number + at}" for at in range(number % 3))
    pull = Pull(
        id=number, repo_id=1, repo="acme/web", number=number, title="A change", body="",
        author=f"dev-{number % 50}", author_is_bot=False, state=PullState.OPEN, draft=number % 11 == 0,
        base="main", head="topic", head_sha="a", from_fork=False, additions=9, deletions=3,
        changed_files=2, labels=(), reviewers=asked,
        teams=("team-1",) if number % 4 == 0 else (), assignees=(), created_at=_NOW, updated_at=_NOW,
        closed_at=None, merged_at=None, merged_by=None, merge_sha=None,
    )  # fmt: skip
    verdicts = (Verdict.COMMENTED, Verdict.APPROVED, Verdict.CHANGES_REQUESTED)
    reviews = tuple(
        Review(
            at, number, f"dev-{at * 5}", verdicts[(number + at) % 3], "fine", "", _NOW + timedelta(hours=at)
        )
        for at in range(number % 6)
    )
    states = (CheckState.PASSED, CheckState.PASSED, CheckState.RUNNING, CheckState.FAILED)
    checks = tuple(Check("run", f"job-{at}", states[number % (at + 1) % 4], None) for at in range(4))
    return PullFacts(pull, reviews, checks)


def _around(number: int) -> Around:
    return Around(
        comments=tuple(
            Comment(
                at,
                number,
                f"dev-{at * 5}",
                False,
                "Does it hold?",
                None,
                None,
                "",
                _NOW + timedelta(hours=at),
            )
            for at in range(number % 8)
        ),
        pushed_at=_NOW + timedelta(hours=number % 7),
        needs=(Need(("@acme/team-1",), ("/src/",), 3, ()),) if number % 5 == 0 else (),
        members={"acme/team-1": [f"dev-{at}" for at in range(9)]},
    )


def _folder(number: int) -> str:
    number %= _FOLDERS
    return f"packages/area{number % 40}/module{number % 700}/src"
