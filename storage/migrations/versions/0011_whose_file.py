"""From which repository a configuration file was read: a name may become another's."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("configurations", sa.Column("repo_id", sa.BigInteger(), nullable=True))
