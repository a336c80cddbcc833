"""How long pull requests wait: since when of whom, and the weekly figures."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, Table

from storage.tables.base import UtcDateTime, metadata

# When a review was asked of somebody last.
asked = Table(
    "asked",
    metadata,
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), primary_key=True),
    Column("name", String(200), primary_key=True),  # a login or a team's slug, in lower case
    Column("asked_at", UtcDateTime, nullable=False),
)

# How long first reviews and merges took, as they were counted last.
figures = Table(
    "figures",
    metadata,
    Column("repo", String(200), primary_key=True),  # lower case owner/name
    Column("weeks", JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)
