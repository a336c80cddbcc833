"""The tables, as SQLAlchemy Core describes them; migrations/ must produce exactly these."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments on both engines; SQLite itself knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; hand SQLite the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts rows by itself only in a column typed exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[Any]:
    return Column("id", Id, primary_key=True, autoincrement=True)


deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("guid", String(64), nullable=False, unique=True),
    Column("event", String(64), nullable=False),
    Column("action", String(64)),
    Column("repo", String(200)),
    Column("body", LargeBinary, nullable=False),  # zlib
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
    _id(),
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

repositories = Table(
    "repositories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("full_name", String(200), nullable=False),
    Column("default_branch", String(255), nullable=False),
    Column("updated_at", UtcDateTime),
)
Index("ix_repositories_full_name", repositories.c.full_name)

pulls = Table(
    "pulls",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("repo_id", BigInteger, ForeignKey("repositories.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", String(100)),
    Column("author_is_bot", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("base", String(255), nullable=False),
    Column("head", String(255), nullable=False),
    Column("head_sha", String(40), nullable=False),
    Column("from_fork", Boolean, nullable=False),
    Column("additions", Integer, nullable=False),
    Column("deletions", Integer, nullable=False),
    Column("changed_files", Integer, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("reviewers", JSON, nullable=False),
    Column("teams", JSON, nullable=False),
    Column("assignees", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("merged_at", UtcDateTime),
    Column("merged_by", String(100)),
    Column("merge_sha", String(40)),
    UniqueConstraint("repo_id", "number"),
)
Index("ix_pulls_head", pulls.c.repo_id, pulls.c.head_sha)
Index("ix_pulls_author", pulls.c.author, pulls.c.state)

reviews = Table(
    "reviews",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False, index=True),
    Column("login", String(100)),
    Column("verdict", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
)

comments = Table(
    "comments",
    metadata,
    # Review comments and issue comments are numbered apart by GitHub.
    Column("kind", String(8), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False, index=True),
    Column("login", String(100)),
    Column("is_bot", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("path", Text),
    Column("review_id", BigInteger),
    Column("url", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
)

checks = Table(
    "checks",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sha", String(40), primary_key=True),
    Column("source", String(10), primary_key=True),  # run, status, workflow, suite
    Column("name", String(255), primary_key=True),
    Column("external_id", BigInteger, nullable=False),  # a re-run has a higher one
    Column("state", String(10), nullable=False),
    Column("url", Text),
    Column("updated_at", UtcDateTime, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    Column("channel", String(32), nullable=False),
    Column("repo", String(200), nullable=False),  # lower case owner/name
    Column("features", JSON, nullable=False),
    Column("filter", Text, nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "repo"),
)
Index("ix_subscriptions_repo", subscriptions.c.repo)

channels = Table(
    "channels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("self_approval", Boolean, nullable=False, server_default=false()),
    Column("changed_by", String(32)),
    Column("changed_at", UtcDateTime),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("parent_id", Id, ForeignKey("messages.id")),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False),
    Column("subject", String(100), nullable=False),  # what in the pull request it is about, by its kind
    Column("ts", String(32)),
    Column("shown", String(64)),  # hash of what Slack shows
    Column("gone", Boolean, nullable=False, server_default=false()),  # deleted in Slack by a person
    Column("muted_by", String(32)),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_messages_pull", messages.c.pull_id, messages.c.kind)
Index("ix_messages_parent", messages.c.parent_id)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("category", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("source", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("guidance", Text),
    Column("changed_by", String(32)),
    Column("decided_by", String(32)),
    Column("decided_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    _id(),
    Column("draft_id", Id, ForeignKey("drafts.id"), nullable=False),
    Column("address", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text),
    Column("message_id", String(200), nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("draft_id", "address"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("reason", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("login", String(100), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

homes = Table(
    "homes",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("channels", JSON, nullable=False),
    Column("shown", String(64)),
    Column("opened_at", UtcDateTime, nullable=False),
)

# One row: the least version of COMPATIBILITY in storage/migrate.py whose code can work with these tables.
compatibility = Table(
    "compatibility",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("needs", Integer, nullable=False),
)

# The pace that replicas keep together; see bot/ledger/pacing.py.
lanes = Table(
    "lanes",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("closed_until", UtcDateTime, nullable=False),
)

# Slack's envelopes that were taken in, so that a copy of one does nothing.
envelopes = Table(
    "envelopes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)

# How far something that goes through rows or pages has come.
cursors = Table(
    "cursors",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("position", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# How far each webhook's deliveries were looked through; while `newest` is set, a look goes on at `cursor`.
hook_sweeps = Table(
    "hook_sweeps",
    metadata,
    Column("source", String(250), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("newest", UtcDateTime),
    Column("cursor", String(200)),
)

# Deliveries that never succeeded; without `next_at` nothing more is tried.
redeliveries = Table(
    "redeliveries",
    metadata,
    Column("guid", String(64), primary_key=True),
    Column("source", String(250), nullable=False, index=True),
    Column("attempt_id", BigInteger, nullable=False),
    Column("delivered_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", UtcDateTime),
)

# What is known of the ways by which a followed repository (or `app`) tells us of itself.
watches = Table(
    "watches",
    metadata,
    Column("repo", String(200), primary_key=True),
    Column("hooks", JSON, nullable=False),  # the ids of its webhooks that lead here
    Column("denied_at", UtcDateTime),  # when GitHub refused to tell of its webhooks
    Column("closed_until", UtcDateTime),
    Column("polled_until", UtcDateTime),
)

# By what GitHub tells that a list has not changed.
etags = Table(
    "etags",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("etag", String(200), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# One line for each time that a message was shown: what `/patchforge why` tells. Only ever added to.
showings = Table(
    "showings",
    metadata,
    _id(),
    Column("message_id", Id, nullable=False),
    Column("delivery_id", Id),  # the latest of those that had asked for it
    Column("looked_at", UtcDateTime, nullable=False),  # when the facts were read: later ones are not in it
    Column("shown_at", UtcDateTime, nullable=False),
    Column("did", String(12), nullable=False),  # posted, edited, unchanged, skipped, gone
    Column("why", Text),
    Column("attempts", Integer, nullable=False),  # those before, that failed
    Column("error", Text),
)
Index("ix_showings_message_id", showings.c.message_id, showings.c.id)
