"""What is remembered of missed deliveries, and of repositories that are asked for changes."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "hook_sweeps",
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("newest", UtcDateTime(), nullable=True),
        sa.Column("cursor", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_hook_sweeps")),
    )
    op.create_table(
        "redeliveries",
        sa.Column("guid", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("guid", name=op.f("pk_redeliveries")),
    )
    op.create_index("ix_redeliveries_source", "redeliveries", ["source"], unique=False)
    op.create_table(
        "watches",
        sa.Column("repo", sa.String(length=200), nullable=False),
        sa.Column("hooks", sa.JSON(), nullable=False),
        sa.Column("denied_at", UtcDateTime(), nullable=True),
        sa.Column("closed_until", UtcDateTime(), nullable=True),
        sa.Column("polled_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("repo", name=op.f("pk_watches")),
    )
    op.create_table(
        "etags",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_etags")),
    )
