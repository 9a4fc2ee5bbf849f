"""Runs migrations on the connection that `betaops.kernel.migrations` hands over."""

from alembic import context

from betaops import wiring
from betaops.kernel.db import Base

wiring.load_models()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
