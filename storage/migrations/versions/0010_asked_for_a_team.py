"""Who of a team is asked for it, and who said no."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("attention", sa.Column("asked_for", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("attention", sa.Column("declined", sa.JSON(none_as_null=True), nullable=True))
