"""A row of the battery tells what was tried; what did not end, or lacked something, is no success."""

from pathlib import Path

from battery import experiments, page
from battery.kit import Means
from battery.row import in_a_process, tried


def _number(test: str, words: str) -> int:
    return next(
        at for at, one in enumerate(experiments.ALL) if one.test == test and one.what.startswith(words)
    )


async def test_a_row_that_did_not_end_in_time_has_failed(tmp_path: Path) -> None:
    row = await tried(_number("T7", "the clock"), Means(tmp_path, 0.01), seconds=0.0)
    assert row.count.failures == ["not over after 0 s"]
    assert "1 of 1 ticks failed" in row.line()


async def test_a_row_that_lacks_postgresql_says_so_and_counts_nothing(tmp_path: Path) -> None:
    row = await tried(_number("T10", "two approve at once, with"), Means(tmp_path), seconds=9.0)
    assert (row.lacks, row.count.tries, row.count.failures) == ("no PostgreSQL", 0, [])
    assert row.line().endswith("not tried: no PostgreSQL")
    assert "| not tried | 0 | 90 | no PostgreSQL |" in page.table([row], 1.0)


async def test_a_row_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    row = await in_a_process(_number("T13", "canaries"), Means(tmp_path, 0.1), seconds=60.0)
    assert row.count.failures == []
    assert row.count.tries == 3
    assert "| 0 of " in page.table([row], 1.0)


async def test_a_process_that_goes_on_after_its_time_is_killed_and_has_failed(tmp_path: Path) -> None:
    row = await in_a_process(_number("T13", "canaries"), Means(tmp_path), seconds=-60.0)
    assert row.count.failures == ["it did not end"]
