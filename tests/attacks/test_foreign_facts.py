"""Events of one repository that speak of another's things, as whoever knows a shared secret can sign them."""

import pytest

from storage.database import Database
from tests.facts.conftest import sqlite
from tests.facts.fact_samples import apply, follow, followed, known, pull, repo, review

__all__ = ["sqlite"]

OTHER = repo("evil/web", number=8)


async def test_no_repository_takes_over_anothers_pull_request(sqlite: Database) -> None:
    await apply(sqlite, "pull_request", "opened", pull_request=pull(1))
    with pytest.raises(ValueError, match="another repository's"):
        await apply(
            sqlite, "pull_request", "edited", pull_request=pull(2, title="Mine now"), repository=OTHER
        )
    found = await known(sqlite)
    assert (found.pull.repo, found.pull.title) == ("acme/web", pull()["title"])


async def test_no_pull_request_rewrites_anothers_reviews_and_comments(sqlite: Database) -> None:
    await apply(
        sqlite,
        "pull_request_review",
        "submitted",
        pull_request=pull(1),
        review=review(1, "changes_requested", body="No"),
    )
    await apply(
        sqlite,
        "pull_request_review",
        "edited",
        pull_request=pull(2, id=4711, number=99),
        review=review(2, "approved", body="Yes"),
    )
    (kept,) = (await known(sqlite)).reviews
    assert (kept.verdict, kept.body) == ("changes_requested", "No")


async def test_a_name_that_a_new_repository_bears_keeps_its_subscriptions(sqlite: Database) -> None:
    await apply(sqlite, "repository", "edited", repository=repo("acme/web", minute=1, number=8))
    await apply(sqlite, "repository", "created", repository=repo("acme/web", minute=2, number=7))
    await follow(sqlite, "acme/web")
    await apply(sqlite, "repository", "edited", repository=repo("evil/web", minute=3, number=8))
    assert await followed(sqlite) == ["acme/web"]
