"""Run migrations on the connection that `servicedesk db upgrade` hands over."""

from typing import Any

from alembic import context
from sqlalchemy import JSON, DateTime

from servicedesk.db.all_models import load_models
from servicedesk.db.types import UtcDateTime


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=load_models(),
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
        include_object=_is_ours,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    # The queue of procrastinate keeps its own tables; it upgrades them itself.
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def _render(kind: str, item: Any, _context: object) -> str | bool:
    # A migration is history: it names plain types and never the program's own, which may change.
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    if isinstance(item, DateTime):
        return "sa.DateTime(timezone=False)"
    return False


run()
