"""A line for each time that a message was shown."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "showings",
        sa.Column("id", whole, autoincrement=True, nullable=False),
        sa.Column("message_id", whole, nullable=False),
        sa.Column("delivery_id", whole, nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=False),
        sa.Column("did", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showings")),
    )
    op.create_index("ix_showings_message_id", "showings", ["message_id", "id"], unique=False)
