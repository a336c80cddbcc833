"""Since when somebody is away, and the number by which GitHub knows an account under every name."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("profiles", sa.Column("away_since", UtcDateTime(), nullable=True))
    op.add_column("people", sa.Column("github_id", sa.BigInteger(), nullable=True))
