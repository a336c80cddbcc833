"""Registered addresses, what people want by e-mail, and the Message-IDs that went out."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Id, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "addresses",
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("set_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_addresses")),
    )
    op.create_table(
        "mail_choices",
        sa.Column("slack_user", sa.String(length=32), nullable=False),
        sa.Column("repo", sa.String(length=200), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slack_user", "repo", name=op.f("pk_mail_choices")),
    )
    op.create_index(op.f("ix_mail_choices_repo"), "mail_choices", ["repo"])
    op.create_table(
        "sendings",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("mail_id", Id, nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_sendings")),
    )
    op.create_index(op.f("ix_sendings_mail_id"), "sendings", ["mail_id"])
    op.add_column("mails", sa.Column("why", sa.String(length=12), nullable=True))
