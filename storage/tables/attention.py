"""What people and teams want to hear of, when, and what was done about it."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    false,
    true,
)

from storage.tables.base import UtcDateTime, id_column, metadata

# What Slack tells of a person, and what they chose; hours are minutes after midnight.
profiles = Table(
    "profiles",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("zone", String(64)),
    Column("country", String(2)),
    Column("days", JSON(none_as_null=True)),
    Column("starts", Integer),
    Column("ends", Integer),
    Column("dms", Boolean, nullable=False, server_default=true()),
    Column("dm_channel", String(32)),
    Column("away_since", UtcDateTime),
    Column("away_until", UtcDateTime),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("read_at", UtcDateTime),
)

# A team on GitHub, the user group in Slack that stands for it, and who of it is asked.
groups = Table(
    "groups",
    metadata,
    Column("team", String(200), primary_key=True),  # lower case owner/slug
    Column("usergroup", String(32)),
    Column("routing", String(12), nullable=False, server_default="whole"),
    Column("last_given", String(100)),
    Column("set_by", String(32)),
    Column("set_at", UtcDateTime, nullable=False),
)

# What one person said about one pull request.
attention = Table(
    "attention",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), primary_key=True, index=True),
    Column("snoozed_until", UtcDateTime),
    Column("muted", Boolean, nullable=False, server_default=false()),
    Column("on_it_at", UtcDateTime),
    Column("asked_for", JSON(none_as_null=True)),  # the teams for which they were chosen
    Column("declined", JSON(none_as_null=True)),  # the teams for which they were, and said no
    Column("changed_at", UtcDateTime, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    id_column(),
    Column("place", String(32), nullable=False, index=True),  # a channel or a person
    Column("schedule", Text, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, index=True),
    Column("source", Text),  # the file that asks for it; none for a person's own
)

# How long a review may take, in working hours, and who is told then.
slas = Table(
    "slas",
    metadata,
    Column("repo", String(200), primary_key=True),  # lower case owner/name
    Column("hours", Double, nullable=False),
    Column("ladder", JSON, nullable=False),
    Column("calendar", JSON(none_as_null=True)),
    Column("set_by", String(32)),
    Column("set_at", UtcDateTime, nullable=False),
    Column("source", Text),
)

# Messages of people that link to a pull request.
pasted = Table(
    "pasted",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("ts", String(32), primary_key=True),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), primary_key=True, index=True),
    Column("url", Text),  # the link as it stands in the message
    Column("emoji", String(40)),  # the reaction that stands there now
    Column("unfurled", Boolean, nullable=False),
    Column("pasted_at", UtcDateTime, nullable=False, index=True),
)

# The configuration files: as they were read last, and the version in force. `owner/*` is the organisation's.
configurations = Table(
    "configurations",
    metadata,
    Column("repo", String(200), primary_key=True),
    Column("seen_commit", String(40)),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("commit", String(40)),
    Column("text", Text),
    Column("in_force_since", UtcDateTime),
    Column("repo_id", BigInteger),  # the repository it was read from
)

# Whose file may speak for a channel, or, where `people` stands for the channel, say who is who.
permissions = Table(
    "permissions",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("source", String(200), primary_key=True),  # lower case owner/name, or owner/*
    Column("allowed_by", String(32), nullable=False),
    Column("allowed_at", UtcDateTime, nullable=False),
)
