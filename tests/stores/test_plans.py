"""The hot path's statements find their rows by an index, however many rows there are."""

import pytest
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite

from storage import deliveries, leases
from storage.database import Database

# What they look among is private to the stores; how they look is theirs to keep.
_STATEMENTS: list[Executable] = [
    deliveries._SETTLE,
    deliveries._DUE,
    leases._LEASE,
    leases._FINISH,
    leases._DUE,
    leases._NEXT,
]


@pytest.mark.parametrize(
    "statement", _STATEMENTS, ids=["settle", "due", "lease", "finish", "jobs due", "next"]
)
async def test_no_statement_reads_a_whole_table(database: Database, statement: Executable) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL plans by what is in its tables")
    sql = str(statement.compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]

    def plan(connection: Connection) -> list[str]:
        explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
        return [row.detail for row in explained]

    found = await database.read(plan)
    whole = {f"SCAN {table}" for table in ("deliveries", "jobs", "ahead")}
    assert not whole & set(found), found
