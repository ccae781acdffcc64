"""Put the application together: the only place where the rooms meet."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from servicedesk.accounts import sessions
from servicedesk.accounts import views_staff as accounts_staff
from servicedesk.db.all_models import load_models
from servicedesk.db.session import Database, open_database
from servicedesk.kernel.clock import Clock
from servicedesk.kernel.permissions import Actor, ActorKind, Role
from servicedesk.logs import configure_logs
from servicedesk.offices.models import Office, StaffMember
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_public_hours
from servicedesk.portal import BLUEPRINTS as PORTAL
from servicedesk.settings import Settings, load_settings
from servicedesk.staff import BLUEPRINTS as STAFF
from servicedesk.web import edge
from servicedesk.web.access import require_rules
from servicedesk.web.runtime import FindOffice, Identity, Runtime, install

_MAX_REQUEST_BYTES = 12 * 1024 * 1024

BLUEPRINTS: tuple[Blueprint, ...] = (
    *PORTAL,
    accounts_staff.blueprint,
    *STAFF,
)
"""Every page of the product, in the order in which addresses are matched."""


def create_app(
    settings: Settings | None = None, *, clock: Clock | None = None, database: Database | None = None
) -> Flask:
    """Return the web application.

    Raises ConfigurationError for faulty settings and RuntimeError for an endpoint without an access rule.
    """
    settings = settings or load_settings()
    load_models()
    configure_logs(settings.log_level)
    app = Flask("servicedesk", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        SESSION_COOKIE_NAME="__Host-sd" if settings.is_production else "sd",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=24 * 3600,
        WTF_CSRF_SSL_STRICT=False,  # the page sends no Referer at all; origin is checked by our own hook
    )
    install(
        app,
        Runtime(
            settings=settings,
            database=database or open_database(settings.database_url, settings.pool_size),
            clock=clock or settings.clock(),
            find_office=_office_finder(settings),
            find_identity=find_identity,
        ),
    )
    edge.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    require_rules(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _office_finder(settings: Settings) -> FindOffice:
    pages: dict[UUID, tuple[datetime, OfficeView]] = {}

    def find(session: Session, host: str) -> OfficeView | None:
        name = host.strip().rstrip(".")
        row = session.execute(select(Office.id, Office.loaded_at).where(Office.host == name)).first()
        if row is None and not settings.is_production:
            # Outside production one office answers under any name, so that the demo opens on 127.0.0.1.
            rows = session.execute(select(Office.id, Office.loaded_at).limit(2)).all()
            row = rows[0] if len(rows) == 1 else None
        if row is None:
            return None
        known = pages.get(row.id)
        if known is None or known[0] != row.loaded_at:
            known = (row.loaded_at, _office_page(session, row.id))
            pages[row.id] = known
        return known[1]

    return find


def _office_page(session: Session, office_id: UUID) -> OfficeView:
    view = get_office_by_id(session, office_id)
    # The hours that pages print are those of all desks together where the office file says none of its own.
    return replace(view, details=replace(view.details, hours=list_public_hours(session, view)))


def find_identity(session: Session, kind: str, token: str, now: datetime) -> Identity | None:
    """Return who holds a token: a member of staff with teams and roles, or a resident with one case."""
    row = sessions.find_session(session, kind=kind, token=token, now=now)
    if row is None:
        return None
    if kind == "resident":
        resident = Actor(kind=ActorKind.resident, office_id=row.office_id, case_id=row.subject_id)
        return Identity(session_id=row.id, kind=kind, actor=resident)
    account = sessions.find_account(session, row.subject_id)
    if account is None:
        return None
    member = session.get(StaffMember, account.member_id) if account.member_id else None
    who = Actor(
        kind=ActorKind.staff,
        office_id=account.office_id,
        account_id=account.id,
        member_id=account.member_id,
        team_ids=frozenset({member.team_id} if member else ()),
        roles=frozenset(Role(role) for role in account.roles),
        name=account.name,
    )
    return Identity(
        session_id=row.id, kind=kind, actor=who, language=account.language, single_keys=account.single_keys
    )
