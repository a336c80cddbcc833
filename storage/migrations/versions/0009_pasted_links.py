"""The address under which a person pasted a pull request: Slack shows things below exactly that."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("pasted", sa.Column("url", sa.Text(), nullable=True))
