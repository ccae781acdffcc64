"""Read translations beside the German, and note by name which are right."""

from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.cases.queries.case_page import actor_names
from servicedesk.kernel.catalogues import Text, list_texts
from servicedesk.kernel.locales import GERMAN, LANGUAGES
from servicedesk.kernel.permissions import Permission
from servicedesk.offices.errors import TextsChanged
from servicedesk.offices.queries.reviews import Review, list_reviewed_digests, list_reviews
from servicedesk.offices.service.reviews import mark_reviewed, take_back_review
from servicedesk.staff import wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.web.access import access, staff
from servicedesk.web.dates import read_number
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.runtime import actor, now, office, reading

N_ = str
"""Mark a German text for the catalogues of translations."""

_PER_PAGE = 25
_STATES = {
    "open": N_("noch nicht geprüft"),
    "done": N_("geprüft"),
    "untranslated": N_("nicht übersetzt"),
    "all": N_("alle"),
}
_PLACES = {
    "pages": (
        N_("Seiten für die Menschen"),
        ("servicedesk/portal/", "servicedesk/web/", "servicedesk/booking/", "servicedesk/cases/"),
    ),
    "lists": (N_("Checklisten und Formulare"), ("servicedesk/checklists/",)),
    "letters": (N_("Schreiben und E-Mails"), ("servicedesk/notices/",)),
    "interim": (N_("Zwischenbestätigung"), ("servicedesk/interim/",)),
    "staff": (N_("Seiten für Beschäftigte"), ()),
}
"""Where a text stands, by the files it comes from; a text may stand in several places."""


@dataclass(frozen=True, slots=True)
class _Language:
    tag: str
    total: int
    reviewed: int
    is_marked: bool

    @property
    def left(self) -> int:
        return self.total - self.reviewed


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    text: Text
    review: Review | None
    who: str


@dataclass(frozen=True, slots=True)
class _Wish:
    state: str
    place: str
    words: str
    page: int

    def address(self, tag: str, **changes: object) -> str:
        """Return the address of the same list with something changed; another list begins on its first page."""
        wanted = {"state": self.state, "where": self.place, "q": self.words} | changes
        values: dict[str, Any] = {key: value for key, value in wanted.items() if value}
        return url_for("staff.texts_of", tag=tag, **values)


@blueprint.get("/texts")
@access(staff(Permission.review_texts))
def texts() -> str:
    """Show per language how many texts of residents people have read."""
    with reading() as session:
        reviewed = list_reviewed_digests(session, office().id)
    lines = []
    for tag in _languages():
        wanted = [text.digest for text in list_texts(tag) if not text.is_for_staff]
        count = sum(digest in reviewed.get(tag, ()) for digest in wanted)
        lines.append(_Language(tag, len(wanted), count, office().is_machine_translated(tag)))
    return render_template("staff/texts.html", lines=lines, languages_by_tag=LANGUAGES)


@blueprint.route("/texts/<tag>", methods=["GET", "POST"])
@access(staff(Permission.review_texts))
def texts_of(tag: str) -> str | Response:
    """Show texts of one language beside the German, and take what was read."""
    if tag not in _languages():
        abort(404)
    wish = _read_wish()
    if request.method == "GET":
        return _page(tag, wish)
    digests = set(request.form.getlist("digest")[:_PER_PAGE])
    change = take_back_review if request.form.get("way") == "back" else mark_reviewed

    def save(session: Session) -> Response:
        change(session, office_id=office().id, language=tag, digests=digests, actor=actor(), now=now())
        return redirect(wish.address(tag, page=wish.page if wish.page > 1 else ""), 303)

    try:
        return act(save)
    except TextsChanged as fault:
        return _page(tag, wish, sentence(fault))


def _languages() -> tuple[str, ...]:
    return tuple(tag for tag in office().languages if tag != GERMAN.tag and tag in LANGUAGES)


def _read_wish() -> _Wish:
    asked = request.args
    state, place = asked.get("state", "open"), asked.get("where", "")
    return _Wish(
        state=state if state in _STATES else "open",
        place=place if place in _PLACES else "",
        words=" ".join(asked.get("q", "")[:100].split()),
        page=max(read_number(asked.get("page", "1")[:6]) or 1, 1),
    )


def _page(tag: str, wish: _Wish, fault: str = "") -> str:
    with reading() as session:
        reviews = list_reviews(session, office().id, tag)
        found = [text for text in list_texts(tag) if _stands_in(text, wish.place) and _says(text, wish.words)]
        counts = {state: sum(_is_in(text, state, reviews) for text in found) for state in _STATES}
        chosen = [text for text in found if _is_in(text, wish.state, reviews)]
        if wish.state == "all":
            chosen.sort(key=lambda text: text.digest in reviews)
        # Whoever reads the last page to its end stays on what is the last one then.
        page = min(wish.page, max(1, -(-len(chosen) // _PER_PAGE)))
        first = (page - 1) * _PER_PAGE
        shown = chosen[first : first + _PER_PAGE]
        names = actor_names(session, {reviews[one.digest].by for one in shown if one.digest in reviews})
    rows = []
    for number, text in enumerate(shown, first + 1):
        review = reviews.get(text.digest)
        rows.append(_Row(number, text, review, names.get(review.by, "") if review else ""))
    residents = [text for text in list_texts(tag) if not text.is_for_staff]
    return render_template(
        "staff/texts_of.html",
        language=LANGUAGES[tag],
        name=wording.language_name(tag),
        line=_Language(
            tag,
            len(residents),
            sum(text.digest in reviews for text in residents),
            office().is_machine_translated(tag),
        ),
        rows=rows,
        wish=wish,
        here=wish.address(tag, page=page if page > 1 else ""),
        total=len(chosen),
        previous=wish.address(tag, page=page - 1) if page > 1 else None,
        following=wish.address(tag, page=page + 1) if first + len(shown) < len(chosen) else None,
        states=[
            (label, counts[state], wish.address(tag, state=state), state == wish.state)
            for state, label in _STATES.items()
        ],
        places=[(N_("überall"), "")] + [(label, place) for place, (label, _) in _PLACES.items()],
        # Texts that went with an upgrade may have been the last unread ones; then one act is left to do.
        any_digest=residents[0].digest if residents else "",
        fault=fault,
        has_errors=bool(fault),
    )


def _is_in(text: Text, state: str, reviews: dict[str, Review]) -> bool:
    if state == "all":
        return True
    if not text.translated:
        return state == "untranslated"
    return state == ("done" if text.digest in reviews else "open")


def _stands_in(text: Text, place: str) -> bool:
    if not place:
        return True
    if place == "staff" or text.is_for_staff:
        return place == "staff" and text.is_for_staff
    return any(path.startswith(_PLACES[place][1]) for path in text.places)


def _says(text: Text, words: str) -> bool:
    wanted = words.casefold()
    return not wanted or any(wanted in one.casefold() for one in (*text.german, *text.translated))
