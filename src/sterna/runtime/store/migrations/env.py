"""Runs the migrations on the connection that ``store.migrate`` hands over."""

from alembic import context

from sterna.runtime.store import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.own, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
