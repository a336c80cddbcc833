"""What is offered to choose from, out of what pull requests had."""

from typing import Any

from sqlalchemy import Connection

from bot.models import Pull
from storage import knowledge, people, suggestions
from storage.database import Database
from storage.knowledge import Files
from tests.facts.fact_samples import START, apply, at, pull, repo


async def known(database: Database) -> None:
    """Let two repositories of acme and one of beta have pull requests."""
    opened: list[tuple[int, str, dict[str, Any]]] = [
        (1, "acme/web", {"labels": [{"name": "bug"}], "user": {"login": "lin", "type": "User"}}),
        (2, "acme/web", {"labels": [{"name": "bug"}, {"name": "area/api"}]}),
        (3, "acme/api", {"requested_reviewers": [{"login": "omar", "type": "User"}]}),
        (4, "beta/web", {"labels": [{"name": "secret"}]}),
    ]
    for number, name, changes in opened:
        home = repo(name, number=sum(map(ord, name)))
        made = pull(number, id=number, number=number, created_at=at(number), **changes)
        places = {side: {**made[side], "repo": home} for side in ("base", "head")}
        await apply(database, "pull_request", "opened", pull_request=made | places, repository=home)

    def record(connection: Connection) -> None:
        people.link(connection, "U1", "kim", now=START)
        files = Files("a" * 40, "main", ("src/api/pay.py", "src/web.py", "README.md"), True, None)
        knowledge.put_files(connection, 2, files, now=START)

    await database.write(record)


async def test_labels_people_branches_and_folders_are_those_of_the_repository(database: Database) -> None:
    await known(database)
    web = await database.read(lambda connection: suggestions.seen_in(connection, "Acme/Web"))
    assert web.labels == ("bug", "area/api")
    assert set(web.people) == {"lin", "maya", "kim"}
    assert web.branches == ("main",)
    assert set(web.folders) == {"src/**", "src/api/**"}
    whole = await database.read(lambda connection: suggestions.seen_in(connection, "acme/*"))
    assert set(whole.people) == {"lin", "maya", "omar", "kim"}
    assert "secret" not in whole.labels
    nothing = await database.read(lambda connection: suggestions.seen_in(connection, ""))
    assert nothing.labels == ()


async def test_the_latest_pull_requests_come_first(database: Database) -> None:
    await known(database)

    def numbers(name: str) -> list[int]:
        return [one.number for one in found[name]]

    def look(connection: Connection) -> dict[str, list[Pull]]:
        names = ("acme/web", "acme/*", "acme/none")
        return {name: suggestions.latest_pulls(connection, name, 2) for name in names}

    found = await database.read(look)
    assert (numbers("acme/web"), numbers("acme/*"), numbers("acme/none")) == ([2, 1], [3, 2], [])


async def test_known_repositories_are_listed_by_name(database: Database) -> None:
    await known(database)
    assert await database.read(suggestions.repositories_seen) == ["acme/api", "acme/web", "beta/web"]
