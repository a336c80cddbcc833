"""What an envelope was answered, and when reviews and comments were edited last."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("envelopes", sa.Column("answer", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("reviews", sa.Column("updated_at", UtcDateTime(), nullable=True))
    op.add_column("comments", sa.Column("updated_at", UtcDateTime(), nullable=True))
