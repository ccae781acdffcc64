"""Put the application together: the only place where the rooms meet."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask
from sqlalchemy import Table, and_, bindparam, select
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from servicedesk.accounts import sessions
from servicedesk.accounts import views_staff as accounts_staff
from servicedesk.accounts.models import WebSession
from servicedesk.db.all_models import load_models
from servicedesk.db.prepared import Prepared, run
from servicedesk.db.session import Database, open_database
from servicedesk.files.desk import open_file_desk
from servicedesk.interim import views_public as interim_public
from servicedesk.interim import views_sheets as interim_sheets
from servicedesk.kernel.clock import Clock, local_day
from servicedesk.kernel.permissions import Actor, ActorKind, Role
from servicedesk.logs import configure_logs
from servicedesk.offices.models import Office, StaffMember
from servicedesk.offices.queries import OfficeView, get_office_by_id, list_deputised, list_public_hours
from servicedesk.portal import BLUEPRINTS as PORTAL
from servicedesk.settings import Settings, load_settings
from servicedesk.staff import BLUEPRINTS as STAFF
from servicedesk.web import edge
from servicedesk.web.access import require_rules
from servicedesk.web.runtime import FindVisit, Identity, Runtime, Visit, install

_MAX_REQUEST_BYTES = 12 * 1024 * 1024

_OFFICE = cast(Table, Office.__table__)
_SESSION = cast(Table, WebSession.__table__)
# The one statement in front of every page: whose host name it is, and who is signed in there.
_VISIT = Prepared(
    select(
        _OFFICE.c.id,
        _OFFICE.c.loaded_at,
        _OFFICE.c.reviewed_texts,
        _SESSION.c.id.label("session_id"),
        _SESSION.c.subject_id,
        _SESSION.c.data.is_not(None).label("has_answers"),
    )
    .select_from(
        _OFFICE.outerjoin(
            _SESSION,
            and_(
                _SESSION.c.token_hash == bindparam("token_hash"),
                _SESSION.c.kind == bindparam("kind"),
                _SESSION.c.expires_at > bindparam("now"),
                _SESSION.c.office_id == _OFFICE.c.id,
            ),
        )
    )
    .where(_OFFICE.c.host == bindparam("host"))
)
_HOSTS = Prepared(select(_OFFICE.c.host).limit(2))

BLUEPRINTS: tuple[Blueprint, ...] = (
    *PORTAL,
    interim_public.root,
    interim_public.blueprint,
    interim_sheets.blueprint,
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
            find_visit=_visit_finder(settings),
            files=open_file_desk(settings),
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


def _visit_finder(settings: Settings) -> FindVisit:
    pages: dict[UUID, tuple[tuple[datetime, dict[str, str]], OfficeView]] = {}

    def find(database: Database, host: str, kind: str, token: str | None, now: datetime) -> Visit | None:
        asked = {"kind": kind, "token_hash": sessions.hash_token(token) if token else b"", "now": now}
        with database.looking_up() as connection:
            row = run(connection, _VISIT, host=host.strip().rstrip("."), **asked).first
            if row is None and not settings.is_production:
                # Outside production one office answers under any name, so that the demo opens on 127.0.0.1.
                hosts = run(connection, _HOSTS).rows
                row = run(connection, _VISIT, host=hosts[0].host, **asked).first if len(hosts) == 1 else None
        if row is None:
            return None
        known = pages.get(row.id)
        version = (row.loaded_at, row.reviewed_texts)
        is_staff = row.session_id is not None and kind == "staff"
        if known is not None and known[0] == version and not is_staff:
            return Visit(known[1], _resident(row))
        with database.reading() as session:
            if known is None or known[0] != version:
                known = pages[row.id] = (version, _office_page(session, row.id))
            return Visit(known[1], _staff(session, row, now) if is_staff else _resident(row))

    return find


def _office_page(session: Session, office_id: UUID) -> OfficeView:
    view = get_office_by_id(session, office_id)
    # The hours that pages print are those of all desks together where the office file says none of its own.
    return replace(view, details=replace(view.details, hours=list_public_hours(session, view)))


def _resident(row: Any) -> Identity | None:
    """Return the holder of a case's code, None where nobody is signed in."""
    if row.session_id is None:
        return None
    resident = Actor(kind=ActorKind.resident, office_id=row.id, case_id=row.subject_id)
    return Identity(session_id=row.session_id, kind="resident", actor=resident, has_answers=row.has_answers)


def _staff(session: Session, row: Any, now: datetime) -> Identity | None:
    """Return a member of staff with teams and roles, None for an account that may no longer sign in."""
    account = sessions.find_account(session, row.subject_id)
    if account is None:
        return None
    member = session.get(StaffMember, account.member_id) if account.member_id else None
    who = Actor(
        kind=ActorKind.staff,
        office_id=account.office_id,
        account_id=account.id,
        member_id=account.member_id,
        deputised_ids=_deputised(session, member, now),
        team_ids=frozenset({member.team_id} if member else ()),
        roles=frozenset(Role(role) for role in account.roles),
        name=account.name,
    )
    return Identity(
        session_id=row.session_id,
        kind="staff",
        actor=who,
        language=account.language,
        single_keys=account.single_keys,
    )


def _deputised(session: Session, member: StaffMember | None, now: datetime) -> frozenset[UUID]:
    """Return for whom somebody is there today; asked anew with every request, so that the right ends by itself."""
    if member is None:
        return frozenset()
    zone = session.scalars(select(Office.time_zone).where(Office.id == member.office_id)).one()
    return list_deputised(session, member.office_id, member.id, local_day(now, ZoneInfo(zone)))
