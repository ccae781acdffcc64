"""Let anyone check a confirmation: the seal in their own browser, the status by its code.

No page here knows who asks: no cookie is set, nothing is logged, and what a seal says never reaches us.
"""

import hashlib
import json
import math
from datetime import UTC, timedelta
from functools import lru_cache
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from servicedesk.accounts.floods import FloodLimit, admit
from servicedesk.interim.forms import StatusForm
from servicedesk.interim.keys import open_keyring, published
from servicedesk.interim.queries.status import find_status
from servicedesk.interim.rules.status import Status, parse_status_code
from servicedesk.interim.waiting import time_left, write_waiting
from servicedesk.kernel.clock import local_day
from servicedesk.web.access import PUBLIC, access
from servicedesk.web.edge import csrf
from servicedesk.web.locale import last_language
from servicedesk.web.runtime import language, now, office, runtime

FLOOD = FloodLimit(
    door="status",
    at_once=30,
    window=timedelta(minutes=15),
    step=timedelta(seconds=20),
    longest=timedelta(hours=1),
)
"""A personnel department with a stack of papers passes at once; a program that guesses waits longer each time.

Whoever would have to wait the longest time has to ask anew then: otherwise a program could put any number of questions
at once, wait for all of them together, and guess as fast as it likes.
"""

_KEYS_SECONDS = 300
_READER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
_CAMERA_POLICY = "camera=(self), geolocation=(), microphone=()"
_SHEETS = ("app.css", "check/check.css")
_SCRIPTS = ("page.js", "check/page.js", "check/seal.js", "check/reader.js")
_READER = ("zxing/zxing_reader.js", "zxing/zxing_reader.wasm")

root = Blueprint("interim_check_root", __name__, url_prefix="/pruefen")
blueprint = Blueprint("interim_check", __name__, url_prefix="/<lang>/pruefen", template_folder="templates")


@root.get("")
@access(PUBLIC)
def choose() -> BaseResponse:
    """Lead from the address that the letter prints to the page in the reader's language."""
    response = redirect(url_for("interim_check.page", lang=last_language()), 303)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@root.get("/keys.json")
@access(PUBLIC)
def keys() -> Response:
    """Publish every key that ever sealed a letter, and our clock's instant."""
    settings = runtime().settings
    keyring = open_keyring(settings.data_dir, now(), is_production=settings.is_production)
    instant = now().astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    document = {"format": "SD1", "as_of": f"{instant}Z", "keys": published(keyring)}
    response = Response(json.dumps(document), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={_KEYS_SECONDS}"
    return response


@blueprint.get("")
@access(PUBLIC)
def page() -> Response:
    """Show the page that reads a seal from camera or picture; the only one that may ask for the camera."""
    response = make_response(_page())
    response.headers["Permissions-Policy"] = _CAMERA_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/reader.js")
@access(PUBLIC)
def reader() -> Response:
    """Serve the worker that finds QR codes: it alone may compile WebAssembly, its page may not."""
    script = Path(current_app.static_folder or "", "check/reader.js").read_bytes()
    response = Response(script, mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = _READER_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/sw.js")
@access(PUBLIC)
def service_worker() -> Response:
    """Serve the worker that keeps this page for later; its text changes with every file and every sentence."""
    names = (*_sheets(), *_SCRIPTS, *_READER)
    digest = hashlib.sha256(_page().encode() + _digest(current_app.static_folder or "", names))
    reader_address = url_for("interim_check.reader")
    files = [url_for("static", filename=name) for name in names if name != "check/reader.js"]
    script = render_template(
        "interim/sw.js",
        page=url_for("interim_check.page"),
        version=digest.hexdigest()[:16],
        files=[*files, url_for("static", filename="icon.svg"), reader_address],
        keys=url_for("interim_check_root.keys"),
    )
    response = Response(script, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for("interim_check.page")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/employers")
@access(PUBLIC)
def employers() -> str:
    """Say what the confirmation means for those to whom it is shown, and what they have to do."""
    return render_template("interim/employers.html")


@blueprint.route("/status", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # flask-wtf publishes no types
@access(PUBLIC)
def status() -> Response:
    """Answer a status code with one word, as long and as laborious for every word."""
    form = StatusForm()
    if not form.validate_on_submit():
        if _wants_json():
            return _answered(json.dumps({"fault": form.first_fault()}), 400)
        return _answered(render_template("interim/ask.html", form=form, minutes=None, waited=""))
    code = parse_status_code(form.code.data or "") or ""
    found, wait, waited = _ask(code, request.form.get("waited", "")[:200])
    if wait:
        return _come_back(form, wait, waited)
    # Every word's answer is written, one is sent, filled up to the longest: neither time nor size tells them apart.
    answers = {word: _in_words(word) for word in Status}
    longest = max(len(text.encode()) for text in answers.values())
    return _answered(answers[found] + " " * (longest - len(answers[found].encode())))


def _ask(code: str, waited: str) -> tuple[Status, timedelta, str]:
    """Return the word, how long its reader has to wait for it, and the proof of having waited."""
    vault, source = runtime().vault, request.remote_addr or ""

    def count_and_find(session: Session) -> tuple[Status, timedelta, str]:
        left = time_left(vault, waited, code=code, now=now())
        wait = admit(session, vault, FLOOD, source=source, now=now()) if left is None else left
        proof = waited if left is not None else write_waiting(vault, code=code, until=now() + wait)
        today = local_day(now(), office().zone)
        found = find_status(session, office_id=office().id, code=code, today=today)
        return found, wait, proof if wait < FLOOD.longest else ""

    return runtime().database.run(count_and_find)


def _in_words(word: Status) -> str:
    if _wants_json():
        return json.dumps({"status": word})
    return render_template("interim/status.html", status=word)


def _come_back(form: StatusForm, wait: timedelta, waited: str) -> Response:
    seconds = math.ceil(wait.total_seconds())
    if _wants_json():
        text = json.dumps({"wait_seconds": seconds, "waited": waited})
    else:
        minutes = math.ceil(seconds / 60)
        text = render_template("interim/ask.html", form=form, minutes=minutes, waited=waited)
    response = _answered(text, 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _answered(text: str, status_code: int = 200) -> Response:
    kind = "application/json" if _wants_json() else "text/html"
    response = Response(text, status_code, mimetype=kind)
    response.headers["Vary"] = "Accept"
    return response


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _page() -> str:
    return render_template("interim/check.html", zone=office().time_zone, sheets=_sheets())


def _sheets() -> tuple[str, ...]:
    mirrored = "kern/kern.rtl.css" if language().dir == "rtl" else "kern/kern.css"
    return (mirrored, *_SHEETS)


@lru_cache(maxsize=8)
def _digest(folder: str, names: tuple[str, ...]) -> bytes:
    """Return the digest of static files; they change with the program only, that is with a new process."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(hashlib.sha256((Path(folder) / name).read_bytes()).digest())
    return digest.digest()
