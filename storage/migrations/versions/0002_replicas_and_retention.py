"""What several replicas share, what retention remembers, and what older code must know."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and let the index of stopped jobs hold ambiguous ones too."""
    op.create_table(
        "compatibility",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compatibility")),
    )
    op.execute("INSERT INTO compatibility (id, needs) VALUES (1, 1)")
    op.create_table(
        "lanes",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("closed_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lanes")),
    )
    op.create_table(
        "envelopes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelopes")),
    )
    op.create_index("ix_envelopes_seen_at", "envelopes", ["seen_at"], unique=False)
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    stopped = sa.text("state IN ('parked', 'failed', 'ambiguous')")
    op.drop_index("ix_jobs_stopped", table_name="jobs")
    op.create_index(
        "ix_jobs_stopped",
        "jobs",
        ["state"],
        unique=False,
        sqlite_where=stopped,
        postgresql_where=stopped,
    )
