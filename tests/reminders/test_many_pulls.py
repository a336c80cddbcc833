"""However many pull requests are open, what surrounds them is read with a handful of statements."""

from collections.abc import Mapping

from sqlalchemy import Connection, event

from bench.stored import AT, LOGIN, fill, repo_name
from bot.reminders.personal import turns_of
from bot.reviews.around import Surroundings, around_all
from bot.reviews.turn import Turn, my_turn
from storage.database import Database
from storage.open_pulls import Open, open_pulls


async def statements(database: Database, count: int) -> int:
    """Return how many statements App Home takes for so many open pull requests."""
    await database.write(lambda connection: fill(connection, count))
    seen: list[str] = []

    def work(connection: Connection) -> int:
        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        try:
            waiting, own = turns_of(connection, LOGIN, {repo_name(0)}, now=AT)
        finally:
            event.remove(connection, "before_cursor_execute", note)
        return len(waiting) + len(own)

    assert await database.read(work)
    return len(seen)


async def test_the_number_of_statements_does_not_grow_with_the_pull_requests(database: Database) -> None:
    assert await statements(database, 300) <= 18


async def test_what_waits_longest_comes_first(database: Database) -> None:
    await database.write(lambda connection: fill(connection, 60))

    def work(connection: Connection) -> None:
        waiting, own = turns_of(connection, LOGIN, {repo_name(0)}, now=AT)
        assert [line.since for line in waiting] == sorted(line.since for line in waiting)
        assert all(line.mine is not None and line.mine.who for line in waiting)
        assert {line.facts.pull.author for line in own} == {LOGIN}

    await database.read(work)


async def test_everybody_finds_what_reading_everything_would_find(database: Database) -> None:
    await database.write(lambda connection: fill(connection, 300, repos=2))
    repos = {repo_name(0), repo_name(1)}

    def work(connection: Connection) -> int:
        opened = open_pulls(connection, repos)
        comments = {one.facts.pull.id: one.comments for one in opened}
        seen = around_all(connection, [one.facts for one in opened], comments, now=AT)
        told = 0
        for login in ("dev-0", "DEV-1", "dev-3", "dev-17", "dev-49", "nobody"):
            mine = {one.facts.pull.id: _mine(one, login, seen) for one in opened}
            waiting, own = turns_of(connection, login, repos, now=AT)
            assert {line.facts.pull.id: line.mine for line in waiting} == {
                pull_id: turn for pull_id, turn in mine.items() if turn is not None and turn.who
            }
            assert all(line.facts.pull.author == login.lower() for line in own)
            told += len(waiting)
        return told

    assert await database.read(work) > 50


def _mine(one: Open, login: str, seen: Mapping[int, Surroundings]) -> Turn | None:
    return my_turn(one.facts, login, (), seen[one.facts.pull.id].around)
