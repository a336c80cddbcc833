"""What people, teams and configuration files ask for, and what is known of teams, files and owners."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and add what the older ones need."""
    _known()
    _wanted()
    _asked()
    _columns()


def _known() -> None:
    op.create_table(
        "teams",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_teams")),
    )
    op.create_table(
        "codeowners",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch", sa.String(length=255), nullable=False),
        sa.Column("commit", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repositories.id"], name=op.f("fk_codeowners_repo_id")),
        sa.PrimaryKeyConstraint("repo_id", "branch", name=op.f("pk_codeowners")),
    )
    op.create_table(
        "pull_files",
        sa.Column("pull_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha", sa.String(length=40), nullable=False),
        sa.Column("base", sa.String(length=255), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pulls.id"], name=op.f("fk_pull_files_pull_id")),
        sa.PrimaryKeyConstraint("pull_id", name=op.f("pk_pull_files")),
    )


def _wanted() -> None:
    op.create_table(
        "configurations",
        sa.Column("repo", sa.String(length=200), nullable=False),
        sa.Column("seen_commit", sa.String(length=40), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("commit", sa.String(length=40), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("in_force_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("repo", name=op.f("pk_configurations")),
    )
    op.create_table(
        "groups",
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("usergroup", sa.String(length=32), nullable=True),
        sa.Column("routing", sa.String(length=12), server_default="whole", nullable=False),
        sa.Column("last_given", sa.String(length=100), nullable=True),
        sa.Column("set_by", sa.String(length=32), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_groups")),
    )
    op.create_table(
        "permissions",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("allowed_by", sa.String(length=32), nullable=False),
        sa.Column("allowed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "source", name=op.f("pk_permissions")),
    )
    op.create_table(
        "slas",
        sa.Column("repo", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("calendar", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("set_by", sa.String(length=32), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("repo", name=op.f("pk_slas")),
    )


def _asked() -> None:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "profiles",
        sa.Column("slack_user", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.Column("dms", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("dm_channel", sa.String(length=32), nullable=True),
        sa.Column("away_until", UtcDateTime(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("slack_user", name=op.f("pk_profiles")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", whole, autoincrement=True, nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    op.create_index(op.f("ix_reminders_next_at"), "reminders", ["next_at"], unique=False)
    op.create_index(op.f("ix_reminders_place"), "reminders", ["place"], unique=False)
    op.create_table(
        "attention",
        sa.Column("slack_user", sa.String(length=32), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("snoozed_until", UtcDateTime(), nullable=True),
        sa.Column("muted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("on_it_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pulls.id"], name=op.f("fk_attention_pull_id")),
        sa.PrimaryKeyConstraint("slack_user", "pull_id", name=op.f("pk_attention")),
    )
    op.create_index(op.f("ix_attention_pull_id"), "attention", ["pull_id"], unique=False)
    op.create_table(
        "pasted",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("pull_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", sa.String(length=40), nullable=True),
        sa.Column("unfurled", sa.Boolean(), nullable=False),
        sa.Column("pasted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pull_id"], ["pulls.id"], name=op.f("fk_pasted_pull_id")),
        sa.PrimaryKeyConstraint("channel", "ts", "pull_id", name=op.f("pk_pasted")),
    )
    op.create_index(op.f("ix_pasted_pasted_at"), "pasted", ["pasted_at"], unique=False)
    op.create_index(op.f("ix_pasted_pull_id"), "pasted", ["pull_id"], unique=False)


def _columns() -> None:
    op.add_column("channels", sa.Column("zone", sa.String(length=64), nullable=True))
    op.add_column("channels", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("people", sa.Column("proof", sa.String(length=12), server_default="said", nullable=False))
    op.add_column("people", sa.Column("linked_by", sa.String(length=32), nullable=True))
    op.add_column("pulls", sa.Column("base_sha", sa.String(length=40), nullable=True))
    op.add_column("pulls", sa.Column("mergeable_state", sa.String(length=20), nullable=True))
    op.add_column("pulls", sa.Column("pushed_at", UtcDateTime(), nullable=True))
    op.add_column("pulls", sa.Column("ready_at", UtcDateTime(), nullable=True))
    op.add_column("pulls", sa.Column("queued_at", UtcDateTime(), nullable=True))
    op.add_column("subscriptions", sa.Column("broadcast", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("subscriptions", sa.Column("excluded", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("subscriptions", sa.Column("source", sa.Text(), nullable=True))
