"""What came in and what goes out: deliveries, jobs, and the pace they keep."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from storage.tables.base import Id, UtcDateTime, id_column, metadata

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    Column("guid", String(64), nullable=False, unique=True),
    Column("event", String(64), nullable=False),
    Column("action", String(64)),
    Column("repo", String(200)),
    Column("body", LargeBinary, nullable=False),  # as storage.bodies packs it
    Column("state", String(12), nullable=False),  # new, done, ignored, failed
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("received_at", UtcDateTime, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("processed_at", UtcDateTime),
)
Index(
    "ix_deliveries_new",
    deliveries.c.run_at,
    deliveries.c.id,
    sqlite_where=text("state = 'new'"),
    postgresql_where=text("state = 'new'"),
)
_FAILED = text("state = 'failed'")
Index("ix_deliveries_failed", deliveries.c.id, sqlite_where=_FAILED, postgresql_where=_FAILED)

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("ordering", String(200), nullable=False),
    Column("lane", String(32)),
    Column("payload", JSON, nullable=False),
    Column("state", String(12), nullable=False),  # ready, running, done, parked, failed, ambiguous
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("wanted", Integer, nullable=False, server_default="1"),
    Column("suspect", Boolean, nullable=False, server_default=false()),
    Column("lease", String(64)),
    Column("lease_until", UtcDateTime),
    Column("run_at", UtcDateTime, nullable=False),
    Column("error", Text),
    Column("outcome", JSON),
    Column("delivery_id", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
_LIVE, _STOPPED = text("finished_at IS NULL"), text("state IN ('parked', 'failed', 'ambiguous')")
Index("ix_jobs_due", jobs.c.priority, jobs.c.run_at, jobs.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)
Index("ix_jobs_stopped", jobs.c.state, sqlite_where=_STOPPED, postgresql_where=_STOPPED)
Index("ix_jobs_ordering", jobs.c.ordering, jobs.c.id, sqlite_where=_LIVE, postgresql_where=_LIVE)

# The pace that replicas keep together; see bot/ledger/pacing.py.
lanes = Table(
    "lanes",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("closed_until", UtcDateTime, nullable=False),
)

# Slack's envelopes that were taken in, so that a copy of one does nothing; `answer` is what it is to be told.
envelopes = Table(
    "envelopes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("answer", JSON(none_as_null=True)),
)

# How far something that goes through rows or pages has come.
cursors = Table(
    "cursors",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("position", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# One row: the least version of COMPATIBILITY in storage/migrate.py whose code can work with these tables.
compatibility = Table(
    "compatibility",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("needs", Integer, nullable=False),
)
