"""Release notes and their e-mails."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, Table, Text, UniqueConstraint

from storage.tables.base import Id, UtcDateTime, id_column, metadata

drafts = Table(
    "drafts",
    metadata,
    id_column(),
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
    id_column(),
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
