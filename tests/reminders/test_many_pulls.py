"""However many pull requests are open, what surrounds them is read with a handful of statements."""

from sqlalchemy import Connection, event

from bench.stored import AT, LOGIN, fill, repo_name
from bot.reminders.personal import turns_of
from storage.database import Database


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
    assert await statements(database, 300) <= 12


async def test_what_waits_longest_comes_first(database: Database) -> None:
    await database.write(lambda connection: fill(connection, 60))

    def work(connection: Connection) -> None:
        waiting, own = turns_of(connection, LOGIN, {repo_name(0)}, now=AT)
        assert [line.since for line in waiting] == sorted(line.since for line in waiting)
        assert all(line.mine is not None and line.mine.who for line in waiting)
        assert {line.facts.pull.author for line in own} == {LOGIN}

    await database.read(work)
