"""Landing files that need not be read again. The table begins empty: each file is read once more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of files."""
    op.create_table(
        "files", sa.Column("path", sa.Text, primary_key=True), sa.Column("version", sa.Text, nullable=False)
    )
