"""How the tables of an index came to be: one revision for each change, for Alembic (see `dedup.migrating`)."""
