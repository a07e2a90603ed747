"""Articles are counted by day and outlet without reading them."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Index articles by day and outlet. Before there were revisions some indexes got it by other ways."""
    op.create_index("articles_by_day", "articles", ["date", "outlet"], if_not_exists=True)
