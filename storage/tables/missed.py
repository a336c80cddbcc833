"""How GitHub was asked for what it did not tell."""

from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table

from storage.tables.base import UtcDateTime, metadata

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
