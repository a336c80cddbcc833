"""Release notes and their e-mails."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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
    Column("why", String(12)),  # contributor (or none), subscriber, team
    UniqueConstraint("draft_id", "address"),
)

# Every Message-ID that went out, and to whom: what a bounce must name, and what a correction replies to.
sendings = Table(
    "sendings",
    metadata,
    Column("message_id", String(200), primary_key=True),
    Column("address", String(320), nullable=False),  # lower case
    Column("mail_id", Id, index=True),  # none for what asks whether an address is right
    Column("sent_at", UtcDateTime, nullable=False),
)

# The address of a person, by their Slack id, or of a team list, by its lower-case owner/name or owner/*.
addresses = Table(
    "addresses",
    metadata,
    Column("owner", String(200), primary_key=True),
    Column("address", String(320), nullable=False),
    Column("set_by", String(32), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked", Integer, nullable=False),  # how often lately
    Column("mailed_at", UtcDateTime),  # when the question went out
    Column("verified_at", UtcDateTime),
)

# Whether a person wants a repository's notes; `*` stands for all.
mail_choices = Table(
    "mail_choices",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("repo", String(200), primary_key=True, index=True),  # lower case owner/name
    Column("wanted", Boolean, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("reason", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
