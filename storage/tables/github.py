"""What is true on GitHub, as the deliveries told it."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from storage.tables.base import UtcDateTime, metadata

repositories = Table(
    "repositories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("full_name", String(200), nullable=False),
    Column("default_branch", String(255), nullable=False),
    Column("updated_at", UtcDateTime),
)
Index("ix_repositories_full_name", repositories.c.full_name)

pulls = Table(
    "pulls",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("repo_id", BigInteger, ForeignKey("repositories.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", String(100)),
    Column("author_is_bot", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("base", String(255), nullable=False),
    Column("head", String(255), nullable=False),
    Column("head_sha", String(40), nullable=False),
    Column("from_fork", Boolean, nullable=False),
    Column("additions", Integer, nullable=False),
    Column("deletions", Integer, nullable=False),
    Column("changed_files", Integer, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("reviewers", JSON, nullable=False),
    Column("teams", JSON, nullable=False),
    Column("assignees", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("merged_at", UtcDateTime),
    Column("merged_by", String(100)),
    Column("merge_sha", String(40)),
    Column("base_sha", String(40)),
    Column("mergeable_state", String(20)),  # as GitHub calls it: clean, dirty, behind, blocked, unstable …
    Column("pushed_at", UtcDateTime),
    Column("ready_at", UtcDateTime),
    Column("queued_at", UtcDateTime),  # while it stands in the merge queue
    UniqueConstraint("repo_id", "number"),
)
Index("ix_pulls_head", pulls.c.repo_id, pulls.c.head_sha)
Index("ix_pulls_author", pulls.c.author, pulls.c.state)

reviews = Table(
    "reviews",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False, index=True),
    Column("login", String(100)),
    Column("verdict", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
)

comments = Table(
    "comments",
    metadata,
    # Review comments and issue comments are numbered apart by GitHub.
    Column("kind", String(8), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), nullable=False, index=True),
    Column("login", String(100)),
    Column("is_bot", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("path", Text),
    Column("review_id", BigInteger),
    Column("url", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Column("updated_at", UtcDateTime),
)

checks = Table(
    "checks",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sha", String(40), primary_key=True),
    Column("source", String(10), primary_key=True),  # run, status, workflow, suite
    Column("name", String(255), primary_key=True),
    Column("external_id", BigInteger, nullable=False),  # a re-run has a higher one
    Column("state", String(10), nullable=False),
    Column("url", Text),
    Column("updated_at", UtcDateTime, nullable=False),
)

# The files that a pull request changes, as of one head; `complete` is false beyond what GitHub lists.
pull_files = Table(
    "pull_files",
    metadata,
    Column("pull_id", BigInteger, ForeignKey("pulls.id"), primary_key=True, autoincrement=False),
    Column("sha", String(40), nullable=False),
    Column("base", String(255), nullable=False),
    Column("paths", JSON, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("error", Text),
    Column("read_at", UtcDateTime, nullable=False),
)

# The CODEOWNERS file that holds for a branch; without `path` there is none.
codeowners = Table(
    "codeowners",
    metadata,
    Column("repo_id", BigInteger, ForeignKey("repositories.id"), primary_key=True, autoincrement=False),
    Column("branch", String(255), primary_key=True),
    Column("commit", String(40), nullable=False),
    Column("path", Text),
    Column("text", Text, nullable=False),
    Column("error", Text),
    Column("read_at", UtcDateTime, nullable=False),
)

# Who is in a team; `error` says why nobody knows.
teams = Table(
    "teams",
    metadata,
    Column("name", String(200), primary_key=True),  # lower case owner/slug
    Column("members", JSON, nullable=False),
    Column("error", Text),
    Column("read_at", UtcDateTime, nullable=False),
)
