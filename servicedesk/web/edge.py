"""Put the Flask machinery onto an application: order of hooks, headers, errors, health."""

import math
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, Response, abort, g, jsonify, render_template, request
from flask.globals import app_ctx, request_ctx
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from jinja2 import StrictUndefined
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from servicedesk.kernel.clock import local_wall, monotonic
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.ids import new_crockford
from servicedesk.kernel.locales import GERMAN, get_language
from servicedesk.web import access, cookies, formatting, idempotency, locale, uploads
from servicedesk.web.access import PUBLIC
from servicedesk.web.runtime import reading, runtime, runtime_of

log = structlog.get_logger("servicedesk.web")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STATIC_SECONDS = 3600
_HEALTH = {"healthz", "readyz"}
_UNLOGGED = _HEALTH | {"static"}
_RETRY_SECONDS = 30

csrf = CSRFProtect()


def install(app: Flask) -> None:
    """Attach hooks, error pages, template helpers and health checks; called once by the composition root."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    locale.install(app)
    _add_formatting(app)
    app.before_request(_note_arrival)
    app.before_request(_find_office)
    app.before_request(uploads.open_for_files)
    app.before_request(_choose_language)
    app.before_request(_close_for_maintenance)
    app.before_request(access.check_access)
    app.before_request(_choose_language_of_account)
    app.before_request(_refuse_foreign_origin)
    csrf.init_app(app)
    app.after_request(cookies.write_cookies)
    app.after_request(_add_headers)
    app.after_request(_log_answer)
    _add_health(app)
    _add_errors(app)
    uploads.install(app, runtime_of(app).settings.pool_size)


def _note_arrival() -> None:
    # Each look through a proxy costs as much as what is done with it, so hooks of every request take the object behind.
    held = app_ctx.g
    # Before anything that could wait: this instant may decide whether a title continues (§ 81 Abs. 4 AufenthG).
    held.received_at = runtime().clock.now()
    held.started = monotonic()
    held.request_id = new_crockford(8)
    held.language = GERMAN
    held.office = None


def _find_office() -> None:
    asked = request_ctx.request
    if asked.endpoint in _HEALTH or asked.endpoint == "static":
        return
    host = asked.host
    access.load_visit((host.rsplit(":", 1)[0] if not host.endswith("]") else host).lower())
    if g.office is None:
        abort(404)


def _choose_language() -> None:
    if request.endpoint != "static":
        locale.choose_language()


def _choose_language_of_account() -> None:
    identity = g.get("identity")
    if identity is not None and identity.kind == "staff":
        g.language = get_language(identity.language)


def _close_for_maintenance() -> Response | None:
    until = runtime().settings.maintenance_until
    if until is None or until <= g.received_at or request.endpoint in _UNLOGGED:
        return None
    g.identity = None
    page = render_template("maintenance.html", returns_at=local_wall(until, g.office.zone))
    seconds = max(60, math.ceil((until - g.received_at).total_seconds()))
    return Response(page, status=503, headers={"Retry-After": str(seconds)})


def _refuse_foreign_origin() -> None:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin.split("://", 1)[-1] != request.host:
        abort(403)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    if request.endpoint == "static":
        headers["Cache-Control"] = f"public, max-age={_STATIC_SECONDS}"
        wanted = _HEADERS
    else:
        wanted = {**_HEADERS, "Cache-Control": "no-store", "Content-Language": g.language.lang}
        if runtime().settings.is_production:
            wanted["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    # One look at what a view has set, instead of a search through all headers for each of ours.
    present = {name.lower() for name, _ in headers}
    headers.extend((name, value) for name, value in wanted.items() if name.lower() not in present)
    return response


def _log_answer(response: Response) -> Response:
    asked, held = request_ctx.request, app_ctx.g
    if asked.endpoint not in _UNLOGGED:
        log.info(
            "request",
            id=held.request_id,
            method=asked.method,
            # The rule, never the address: a path or a query could name a person.
            rule=asked.url_rule.rule if asked.url_rule else "-",
            status=response.status_code,
            ms=round((monotonic() - held.started) * 1000, 1),
            office=held.office.ref if held.office else None,
        )
    return response


def _add_formatting(app: Flask) -> None:
    def format_datetime(instant: datetime) -> str:
        return formatting.local_datetime(instant, g.office.zone, g.language)

    app.jinja_env.globals.update(
        format_date=lambda day: formatting.short_date(day, g.language),
        format_weekday_date=lambda day: formatting.weekday_date(day, g.language),
        format_time=lambda moment: formatting.wall_time(moment, g.language),
        format_money=lambda cents: formatting.money(cents, g.language),
        format_datetime=format_datetime,
        full_name=formatting.full_name,
        sorted_name=formatting.sorted_name,
        birth_date=formatting.birth_date,
        idempotency_key=idempotency.new_key,
        # An anonymous visitor's token lives in a signed cookie; nothing is stored for a page that is only read.
        csrf_token=generate_csrf,
    )

    @app.context_processor
    def page_context() -> dict[str, Any]:
        identity = g.get("identity")
        return {
            "locale": g.language,
            "languages": locale.list_languages() if g.office else [],
            "office": g.office,
            "actor": identity.actor if identity and identity.kind == "staff" else None,
            "single_keys": identity.single_keys if identity else True,
            "is_signed_in": identity is not None,
            "is_machine_translated": g.office.is_machine_translated(g.language.tag)
            if g.office
            else bool(g.language.catalogue),
        }


def _add_health(app: Flask) -> None:
    @app.get("/healthz")
    @access.access(PUBLIC)
    def healthz() -> Response:
        """Say that the process answers."""
        return jsonify(status="ok")

    @app.get("/readyz")
    @access.access(PUBLIC)
    def readyz() -> tuple[Response, int]:
        """Say whether the database answers too."""
        try:
            with reading() as session:
                session.execute(text("SELECT 1")).scalar_one()
        except (DBAPIError, PoolTimeout):
            return jsonify(status="database does not answer"), 503
        return jsonify(status="ok"), 200


def _add_errors(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _crashed)


def _refused(fault: Refusal) -> tuple[str, int]:
    reason = None if fault.status in {403, 404} else sentence(fault)
    return _page(fault.status, reason=reason)


def sentence(fault: Refusal) -> str:
    """Return a refusal's sentence in the reader's language."""
    return locale.gettext(fault.message, **fault.params)


def _csrf_failed(_: CSRFError) -> tuple[str, int]:
    return _page(400)


def _http_error(fault: HTTPException) -> tuple[str, int] | HTTPException:
    if fault.code is None or fault.code < 400:
        return fault
    uploads.drain()
    return _page(fault.code)


def _busy(_: Exception) -> tuple[str, int, dict[str, str]]:
    log.warning("busy", id=g.request_id)
    page, status = _page(503)
    return page, status, {"Retry-After": str(_RETRY_SECONDS)}


def _crashed(fault: Exception) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or _is_unavailable(fault)):
        return _busy(fault)
    log.error("crash", id=g.request_id, exception=type(fault).__name__, exc_info=_safe_trace())
    return _page(500, reference=g.request_id)


def _safe_trace() -> bool:
    # A trace may carry what somebody typed; production logs keep the type and the number only.
    return not runtime().settings.is_production


def _is_unavailable(fault: DBAPIError) -> bool:
    message = str(fault.orig).lower()
    return any(
        sign in message
        for sign in ("locked", "disk is full", "disk full", "read-only", "connection", "readonly")
    )


def _page(status: int, *, reason: str | None = None, reference: str | None = None) -> tuple[str, int]:
    g.setdefault("identity", None)
    minutes = math.ceil(timedelta(seconds=_RETRY_SECONDS).total_seconds() / 60) if status == 503 else None
    return (
        render_template(
            "error.html", status=status, reason=reason, reference=reference, retry_minutes=minutes
        ),
        status,
    )
