"""Articles, records, runs, and what the index says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table("meta", sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "articles",
        sa.Column("article_id", sa.Text, primary_key=True),
        sa.Column("content_hash", sa.Text, nullable=False, unique=True),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("fetched_at", sa.BigInteger),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("ingested_on", sa.Date, nullable=False),
        sa.Column("raw_path", sa.Text, nullable=False),
        sa.Column("raw_sha256", sa.Text, nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("record_key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text),
        sa.Column("article_id", sa.Text),
    )
    op.create_table(
        "runs", sa.Column("run_id", sa.Text, primary_key=True), sa.Column("run_date", sa.Date, nullable=False)
    )
