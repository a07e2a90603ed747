"""What Alembic runs around the revisions: over the connection, and in the transaction, of who called it."""

from alembic import context

from newsmill.dedup.tables import STAMP, TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES, version_table=STAMP.name)
context.run_migrations()
