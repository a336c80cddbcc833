"""When a review was asked of whom, and how long repositories take, by week."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "asked",
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pulls.id"], name=op.f("fk_asked_pull_id")),
        sa.PrimaryKeyConstraint("pull_id", "name", name=op.f("pk_asked")),
    )
    op.create_table(
        "figures",
        sa.Column("repo", sa.String(length=200), nullable=False),
        sa.Column("weeks", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("repo", name=op.f("pk_figures")),
    )
