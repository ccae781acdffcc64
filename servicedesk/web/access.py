"""Let every endpoint declare who may use it, and hold every request to that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.globals import app_ctx, request_ctx
from werkzeug.wrappers import Response

from servicedesk.kernel.errors import NotAllowed
from servicedesk.kernel.permissions import Actor, ActorKind, Permission
from servicedesk.web import cookies
from servicedesk.web.runtime import runtime

F = TypeVar("F", bound=Callable[..., object])
_ATTRIBUTE = "__access_rule__"


@dataclass(frozen=True, slots=True)
class Rule:
    """Say who may use an endpoint.

    `kind`: public, resident (the holder of a code) or staff. Staff need one of `permissions`; with none given
    every member of staff may.
    """

    kind: str
    permissions: tuple[Permission, ...] = ()


PUBLIC = Rule("public")
RESIDENT = Rule("resident")
STAFF = Rule("staff")


def staff(*permissions: Permission) -> Rule:
    """Return the rule for staff who hold one of `permissions`."""
    return Rule("staff", permissions)


def access(rule: Rule) -> Callable[[F], F]:
    """Mark a view with its rule; nearest to the function, below the route."""

    def mark(view: F) -> F:
        setattr(view, _ATTRIBUTE, rule)
        return view

    return mark


def find_rule(app: Flask, endpoint: str) -> Rule | None:
    """Return the rule an endpoint declares, or None."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def require_rules(app: Flask) -> None:
    """Refuse to start an application with an endpoint that declares no rule."""
    missing = [endpoint for endpoint in app.view_functions if find_rule(app, endpoint) is None]
    if missing:
        raise RuntimeError(f"endpoints without an access rule: {', '.join(sorted(missing))}")


def load_visit(host: str) -> None:
    """Find the office of a host name and who the request's cookie stands for there; nobody is a visitor."""
    asked, held, parts = request_ctx.request, app_ctx.g, runtime()
    kind = "staff" if asked.path.startswith("/staff") else "resident"
    token = cookies.read_token(kind) if asked.endpoint is not None else None
    visit = parts.find_visit(parts.database, host, kind, token, held.received_at)
    held.office = visit.office if visit is not None else None
    held.identity = visit.identity if visit is not None else None
    if held.identity is not None:
        held.actor = held.identity.actor
    else:
        held.actor = Actor(kind=ActorKind.visitor, office_id=visit.office.id if visit is not None else None)


def check_access() -> Response | None:
    """Turn away who may not use the endpoint. Runs before every request, once the identity is known."""
    endpoint, held = request_ctx.request.endpoint, app_ctx.g
    held.setdefault("identity", None)
    if "actor" not in held:
        held.actor = Actor(kind=ActorKind.visitor)
    if endpoint is None:
        return None
    rule = find_rule(current_app, endpoint)
    if rule is None:
        abort(500)
    if rule.kind == "public":
        return None
    if held.identity is None or held.identity.kind != rule.kind:
        return _ask_to_sign_in(rule.kind)
    if rule.permissions and not any(held.actor.may(permission) for permission in rule.permissions):
        raise NotAllowed
    return None


def _ask_to_sign_in(kind: str) -> Response:
    if kind == "staff":
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("accounts_staff.sign_in", next=wanted), 303)
    return redirect(url_for("portal_code.code", lang=g.language.tag, ended=1), 303)
