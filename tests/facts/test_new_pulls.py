"""A pull request that nobody told of before comes with its first event, as it is stored."""

from storage.database import Database
from tests.facts.fact_samples import apply, at, known, pull, repo


async def test_the_first_event_brings_the_pull_request_as_it_is_stored(database: Database) -> None:
    made = pull(
        1,
        title="A title with a \0 and a 🚀",
        draft=True,
        labels=[{"name": "bug"}],
        requested_reviewers=[{"login": "omar"}, {"slug": "ops"}],
        requested_teams=[{"slug": "core"}],
        assignees=[{"login": "maya"}],
        mergeable_state="clean",
        updated_at="2026-05-04T11:01:00+02:00",
    )
    change = await apply(database, "pull_request", "synchronize", pull_request=made)
    assert change.new == (await known(database)).pull
    assert change.new is not None
    assert change.new.pushed_at is not None
    assert change.known == ()


async def test_a_merged_one_comes_as_it_is_stored_too(database: Database) -> None:
    moments = {"closed_at": at(2), "merged_at": at(2), "merge_commit_sha": "c" * 40}
    made = pull(2, state="closed", merged_by={"login": "mara"}, **moments)
    change = await apply(database, "pull_request", "closed", pull_request=made)
    assert change.new == (await known(database)).pull


async def test_it_bears_the_repositorys_present_name(database: Database) -> None:
    await apply(database, "repository", "renamed", repository=repo("acme/new", minute=5))
    late = repo("acme/old", minute=1)
    change = await apply(database, "pull_request", "opened", repository=late, pull_request=pull(6))
    assert change.new is not None
    assert change.new.repo == "acme/new"
    assert change.new == (await known(database)).pull


async def test_the_next_event_brings_none(database: Database) -> None:
    await apply(database, "pull_request", "opened", pull_request=pull(1))
    change = await apply(database, "pull_request", "edited", pull_request=pull(2, title="Another"))
    assert change.new is None
    assert change.known == change.pulls == (100,)
