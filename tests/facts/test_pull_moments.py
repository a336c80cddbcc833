"""When a pull request was pushed to, made ready or queued, and how it stands to its base branch."""

import itertools
from datetime import timedelta

import pytest

from storage.database import Database
from tests.facts.fact_samples import START, apply, known, pull, repo


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_push_and_readiness_are_known_whatever_came_last(
    sqlite: Database, order: tuple[int, ...]
) -> None:
    told = [
        ("opened", pull(0, draft=True)),
        ("ready_for_review", pull(2)),
        ("synchronize", pull(3, head={"ref": "topic", "sha": "c" * 40, "repo": repo()})),
    ]
    for number in order:
        action, one = told[number]
        await apply(sqlite, "pull_request", action, pull_request=one)
    now = (await known(sqlite)).pull
    assert (now.ready_at, now.pushed_at) == (START + timedelta(minutes=2), START + timedelta(minutes=3))


async def test_a_pull_request_stands_in_the_queue_until_it_leaves(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "enqueued", pull_request=pull(1))
    assert (await known(sqlite)).pull.queued_at == START + timedelta(minutes=1)
    await apply(sqlite, "pull_request", "dequeued", pull_request=pull(2))
    assert (await known(sqlite)).pull.queued_at is None


async def test_a_conflict_is_remembered_until_either_branch_moves(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1, mergeable_state="dirty"))
    await apply(sqlite, "pull_request", "labeled", pull_request=pull(2, mergeable_state="unknown"))
    assert (await known(sqlite)).pull.mergeable_state == "dirty"
    push = {"ref": "refs/heads/main", "before": "b" * 40, "after": "d" * 40}
    await apply(sqlite, "push", None, **push)
    assert (await known(sqlite)).pull.mergeable_state is None
    await apply(sqlite, "pull_request", "refreshed", pull_request=pull(2, mergeable_state="clean"))
    moved = {"ref": "topic", "sha": "c" * 40, "repo": repo()}
    await apply(sqlite, "pull_request", "synchronize", pull_request=pull(3, head=moved))
    assert (await known(sqlite)).pull.mergeable_state is None
