"""Alembic's entry point; shared/migrate.py opens the connection and the transaction."""

from alembic import context

from shared.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
