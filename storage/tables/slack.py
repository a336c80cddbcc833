"""What channels and people in Slack want, and what was shown to them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from storage.tables.base import Id, UtcDateTime, id_column, metadata

subscriptions = Table(
    "subscriptions",
    metadata,
    id_column(),
    Column("channel", String(32), nullable=False),
    Column("repo", String(200), nullable=False),  # lower case owner/name
    Column("features", JSON, nullable=False),
    Column("filter", Text, nullable=False),
    Column("broadcast", JSON(none_as_null=True)),  # the events that are also told outside the thread
    Column("excluded", JSON(none_as_null=True)),  # repositories that owner/* leaves out
    Column("source", Text),  # the file that asks for it; none for a person's own
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
    Column("zone", String(64)),
    Column("country", String(2)),
    Column("changed_by", String(32)),
    Column("changed_at", UtcDateTime),
)

people = Table(
    "people",
    metadata,
    Column("slack_user", String(32), primary_key=True),
    Column("login", String(100), nullable=False, unique=True),
    Column("proof", String(12), nullable=False, server_default="said"),  # said, github, email, admin, file
    Column("linked_by", String(32)),
    Column("github_id", BigInteger),  # stays when the account is renamed
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

messages = Table(
    "messages",
    metadata,
    id_column(),
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

# One line for each time that a message was shown: what `/patchforge why` tells. Only ever added to.
showings = Table(
    "showings",
    metadata,
    id_column(),
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
