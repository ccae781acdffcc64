"""Carry session tokens in cookies of their own, signed with the time they were last seen.

The signature's age is the idle time, so that a GET need not write to the database to keep a session alive. It is
renewed once a minute, not with every answer.
"""

from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, g, request
from itsdangerous import BadData, TimestampSigner
from werkzeug.wrappers import Response

IDLE = {"staff": timedelta(hours=1), "resident": timedelta(hours=20)}
"""How long a browser may be silent (ASVS 5.0 7.3.1; residents keep a draft for 20 hours, WCAG 2.2 SC 2.2.6)."""
RENEWED_AFTER = timedelta(minutes=1)
"""How old a signature may grow before an answer renews it; by so much a silence may be measured too long."""
_SAME_SITE = {"staff": "Strict", "resident": "Lax"}


def _name(app: Flask, kind: str) -> str:
    prefix = "__Host-" if app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}sd_{kind}"


def _signer(kind: str) -> TimestampSigner:
    return TimestampSigner(current_app.secret_key or b"", salt=f"servicedesk.{kind}")


def read_token(kind: str) -> str | None:
    """Return the token of the cookie, or None when there is none, it was altered, or it idled too long."""
    raw = request.cookies.get(_name(current_app, kind))
    if not raw:
        return None
    longest = int(IDLE[kind].total_seconds())
    try:
        token, signed_at = _signer(kind).unsign(raw, max_age=longest, return_timestamp=True)
    except BadData:
        return None
    g.cookie_read = (kind, token.decode(), signed_at)
    return token.decode()


def give_token(kind: str, token: str) -> None:
    """Have this request's answer set the token."""
    g.setdefault("cookie_tokens", {})[kind] = token


def drop_token(kind: str) -> None:
    """Have this request's answer delete the cookie."""
    g.setdefault("cookie_tokens", {})[kind] = None


def write_cookies(response: Response) -> Response:
    """Set, renew or delete token cookies; runs after every request."""
    wanted: dict[str, str | None] = dict(g.get("cookie_tokens", {}))
    if g.get("identity") is not None:
        kind, known, signed_at = g.cookie_read
        if (
            kind not in wanted
            and datetime.fromtimestamp(_signer(kind).get_timestamp(), UTC) - signed_at >= RENEWED_AFTER
        ):
            wanted[kind] = known
    for kind, token in wanted.items():
        name = _name(current_app, kind)
        if token is None:
            response.delete_cookie(name, path="/", secure=current_app.config["SESSION_COOKIE_SECURE"])
            continue
        response.set_cookie(
            name,
            _signer(kind).sign(token.encode()).decode(),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite=_SAME_SITE[kind],
            path="/",
        )
    return response
