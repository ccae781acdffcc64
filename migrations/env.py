"""Run migrations on the connection that `servicedesk db upgrade` hands over."""

from alembic import context

from servicedesk.db.all_models import load_models


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=load_models(),
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
        include_object=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    # The queue of procrastinate keeps its own tables; it upgrades them itself.
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


run()
