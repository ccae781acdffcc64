"""Edit single entries of a draft: one document, one concern, one line of its list."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from servicedesk.checklists.catalogue import builtin_content, load_catalogue
from servicedesk.checklists.catalogue.faults import find_faults
from servicedesk.checklists.catalogue.own import (
    CONCERN,
    DOCUMENT,
    KINDS,
    build_own,
    find_builtin,
    find_own,
    lines_of,
    merged,
    put_lines,
)
from servicedesk.checklists.errors import EntryChanged, NotADraft
from servicedesk.checklists.queries import VersionState, VersionView
from servicedesk.checklists.rules import TitleForm
from servicedesk.checklists.rules.conditions import (
    Demand,
    Group,
    list_condition_faults,
    list_values,
    read_demands,
    tidy,
    write_demands,
)
from servicedesk.checklists.service import change_entry
from servicedesk.checklists.service.editing import seen_of
from servicedesk.kernel.errors import NotFound
from servicedesk.kernel.ids import new_token
from servicedesk.staff import catalogue_wording
from servicedesk.staff.blueprint import blueprint
from servicedesk.staff.catalogue_forms import (
    MOST_CONDITIONS,
    MOST_GROUPS,
    MOST_PAPERS,
    SPARE_CONDITIONS,
    SPARE_PAPERS,
    DocumentForm,
    concern_form,
    document_values,
    read_demand,
)
from servicedesk.staff.common import today
from servicedesk.staff.views_catalogue import EDITS, load_view
from servicedesk.web.access import access
from servicedesk.web.edge import sentence
from servicedesk.web.idempotency import act
from servicedesk.web.locale import gettext, is_switching
from servicedesk.web.runtime import actor, now

NEW = "new"
_BLANK_CONCERN = {
    "title_form": TitleForm.residence_title.value,
    "lead": "P3M",
    "minutes": 15,
    "presence": "person",
    "has_continuation_effect": False,
    "is_at_contact_door": False,
    "papers": [],
    "validity": [],
}
"""What an own concern begins with; it is a list to read and print, so nothing of a case follows from it."""


def _draft(version_id: str) -> VersionView:
    view = load_view(version_id)
    if view.line.state is not VersionState.draft:
        raise NotADraft
    return view


def _save(view: VersionView, kind: str, entry: Mapping[str, Any], seen: str, address: str) -> Response:
    """Lay an entry into the draft and lead on; raises EntryChanged."""

    def save(session: Session) -> Response:
        change_entry(
            session,
            version_id=view.line.id,
            kind=kind,
            name=str(entry["id"]),
            entry=entry,
            seen=seen,
            actor=actor(),
            now=now(),
        )
        return redirect(address, 303)

    return act(save)


def _stand(view: VersionView, kind: str, name: str) -> dict[str, Any]:
    """Return what every page of an entry shows around its form."""
    return {
        "view": view,
        "line": view.line,
        "kind": kind,
        "entry_id": name,
        "builtin": find_builtin(kind, name),
        "mine": find_own(view.own, kind, name),
        "present": merged(view.own, kind, name),
        "fields": catalogue_wording.FIELDS,
        "form_words": catalogue_wording.FORMS,
        "span_text": catalogue_wording.span_text,
        "own_name": name.removeprefix("own_"),
        "seen": request.form.get("seen") or seen_of(view.own, kind, name),
    }


@blueprint.route("/catalogue/<version_id>/documents/<document_id>", methods=["GET", "POST"])
@access(EDITS)
def catalogue_document(version_id: str, document_id: str) -> str | Response:
    """Edit one document, beside what the built-in catalogue says; `new` adds one."""
    view = _draft(version_id)
    is_new = document_id == NEW
    present = {} if is_new else merged(view.own, DOCUMENT, document_id)
    if present is None:
        raise NotFound
    # A new one gets its identity once, with the first page that shows it.
    name = request.form.get("entry_id", "")[:60] if is_new else document_id
    if is_new and not name.startswith("own_"):
        name = f"own_{new_token(6).lower().replace('-', 'a')}"
    builtin = find_builtin(DOCUMENT, name)
    start = {"valid_from": today().isoformat(), "checked_on": today().isoformat()} if is_new else {}
    form = DocumentForm(data=document_values({**start, **present}))
    others: list[tuple[None, str]] = []
    changed_to: Mapping[str, Any] | None = None
    if form.validate_on_submit():
        address = url_for("staff.catalogue_document", version_id=version_id, document_id=name, saved=1)
        try:
            seen = request.form.get("seen", "")
            return _save(view, DOCUMENT, form.entry(name, builtin), seen, address)
        except EntryChanged as fault:
            changed_to, view = present, _draft(version_id)
            others = [(None, sentence(fault))]
    elif request.method == "GET" and not is_new:
        mine = [one for one in find_faults(view.own) if (one.kind, one.entry_id) == (DOCUMENT, name)]
        others = form.show_faults(mine)
    around = _stand(view, DOCUMENT, name)
    around["seen"] = seen_of(view.own, DOCUMENT, name) if changed_to is not None else around["seen"]
    return render_template(
        "staff/catalogue_document.html",
        **around,
        form=form,
        others=others,
        is_new=is_new,
        changed_to=changed_to,
    )


@blueprint.route("/catalogue/<version_id>/concerns/<concern_id>", methods=["GET", "POST"])
@access(EDITS)
def catalogue_concern(version_id: str, concern_id: str) -> str | Response:
    """Edit one concern: its values, and the order of its papers; `new` adds one."""
    view = _draft(version_id)
    is_new = concern_id == NEW
    present: Mapping[str, Any] | None = _BLANK_CONCERN if is_new else merged(view.own, CONCERN, concern_id)
    if present is None:
        raise NotFound
    name = request.form.get("entry_id", "")[:60] if is_new else concern_id
    if is_new and not name.startswith("own_"):
        name = f"own_{new_token(6).lower().replace('-', 'a')}"
    start = {"valid_from": today().isoformat(), "checked_on": today().isoformat()} if is_new else {}
    form = _concern_form({**start, **present}, view, name)
    others: list[tuple[None, str]] = []
    changed_to: Mapping[str, Any] | None = None
    if form.validate_on_submit():
        address = url_for("staff.catalogue_concern", version_id=version_id, concern_id=name, saved=1)
        entry = {**form.entry(present, find_builtin(CONCERN, name)), "id": name}
        try:
            return _save(view, CONCERN, entry, request.form.get("seen", ""), address)
        except EntryChanged as fault:
            changed_to, view = present, _draft(version_id)
            others = [(None, sentence(fault))]
    elif request.method == "GET" and not is_new:
        mine = [one for one in find_faults(view.own) if (one.kind, one.entry_id) == (CONCERN, name)]
        others = form.show_faults(mine)
    around = _stand(view, CONCERN, name)
    around["seen"] = seen_of(view.own, CONCERN, name) if changed_to is not None else around["seen"]
    return render_template(
        "staff/catalogue_concern.html",
        **around,
        form=form,
        others=others,
        is_new=is_new,
        changed_to=changed_to,
        demands=[] if is_new else _shown_demands(view, present),
        builtin_count=len(read_demands(lines_of(around["builtin"]))) if around["builtin"] else 0,
    )


def _concern_form(entry: Mapping[str, Any], view: VersionView, name: str) -> Any:
    content = builtin_content()
    fees = {one["id"]: one["name"] for one in content["fee"]}
    groups = []
    for group in content["fee_group"]:
        codes = dict.fromkeys(line["fee"] for line in group["lines"])
        groups.append((group["id"], "; ".join(f"{code} {gettext(fees[code])}" for code in codes)[:160]))
    concerns = [(one.id, one.name) for one in build_own(view.own, "").list_concerns() if one.id != name]
    return concern_form(entry, is_own=find_builtin(CONCERN, name) is None, groups=groups, concerns=concerns)


def _shown_demands(view: VersionView, entry: Mapping[str, Any]) -> list[tuple[list[str], str]]:
    """Return names and reading of every paper of a concern."""
    names = _document_names(view)
    return [
        ([names.get(one, one) for one in demand.documents], catalogue_wording.read_aloud(demand))
        for demand in read_demands(lines_of(entry))
    ]


def _document_names(view: VersionView) -> dict[str, str]:
    names = {one["id"]: one["name"] for one in builtin_content()[DOCUMENT]}
    return names | {one["id"]: one["name"] for one in view.own.get(DOCUMENT, ()) if one.get("name")}


@blueprint.route("/catalogue/<version_id>/concerns/<concern_id>/lines/<place>", methods=["GET", "POST"])
@access(EDITS)
def catalogue_line(version_id: str, concern_id: str, place: str) -> str | Response:
    """Edit one line: which papers, and for whom; `new` adds one at the end."""
    view = _draft(version_id)
    present = merged(view.own, CONCERN, concern_id)
    if present is None:
        raise NotFound
    demands = list(read_demands(lines_of(present)))
    number = _place(place, demands)
    demand = demands[number] if number < len(demands) else Demand(())
    faults: list[tuple[str | None, str]] = []
    # What was seen when the page was opened stays through faults; only a colleague's change makes it new.
    seen = request.form.get("seen") or seen_of(view.own, CONCERN, concern_id)
    if request.method == "POST" and not is_switching():
        model = load_catalogue().facts
        typed = read_demand()
        demand = Demand(typed.documents, tuple(tidy(group, model) for group in typed.groups))
        faults = _line_faults(demand, set(_document_names(view)))
        if not faults:
            entry = put_lines(present, write_demands([*demands[:number], demand, *demands[number + 1 :]]))
            args: dict[str, Any] = {"version_id": version_id, "concern_id": concern_id}
            address = (
                url_for("staff.catalogue_line", **args, place=number, saved=1)
                if "more" in request.form
                else url_for("staff.catalogue_concern", **args, _anchor="unterlagen")
            )
            try:
                return _save(view, CONCERN, entry, request.form.get("seen", ""), address)
            except EntryChanged as fault:
                faults, seen = [(None, sentence(fault))], seen_of(_draft(version_id).own, CONCERN, concern_id)
    elif number < len(demands):
        faults = [
            (_target(one.field), gettext(one.message, **one.params))
            for one in find_faults(view.own)
            if (one.entry_id, one.line) == (concern_id, number)
        ]
    return _line_page(view, concern_id, place, demand, faults, seen)


def _line_page(
    view: VersionView,
    concern_id: str,
    place: str,
    demand: Demand,
    faults: list[tuple[str | None, str]],
    seen: str,
) -> str:
    model = load_catalogue().facts
    names = _document_names(view)
    groups = [group for group in demand.groups if group != Group()]
    return render_template(
        "staff/catalogue_line.html",
        **{**_stand(view, CONCERN, concern_id), "seen": seen},
        place=place,
        demand=demand,
        groups=[*groups, Group()][:MOST_GROUPS],
        papers=[*demand.documents, *[""] * SPARE_PAPERS][:MOST_PAPERS],
        spare=SPARE_CONDITIONS,
        most=MOST_CONDITIONS,
        documents=sorted(names.items(), key=lambda one: one[1].lower()),
        facts=[(fact.value, clauses[0]) for fact, clauses in catalogue_wording.CLAUSES.items()],
        values=[(value.value, text) for value, text in catalogue_wording.VALUES.items()],
        only={fact.value: [one.value for one in list_values(info)] for fact, info in model.items()},
        reading=catalogue_wording.read_aloud(demand) if demand.documents else "",
        faults=faults,
    )


def _line_faults(demand: Demand, known: set[str]) -> list[tuple[str | None, str]]:
    """Return what keeps a line from being kept at all."""
    model = load_catalogue().facts
    found: list[tuple[str | None, str]] = []
    if not demand.documents or set(demand.documents) - known:
        found.append(("paper-0", gettext("Wählen Sie mindestens eine Unterlage.")))
    for number, group in enumerate(demand.groups):
        found += [(f"fact-{number}-0", gettext(text)) for text in list_condition_faults(group, model)]
    return found


def _target(field: str) -> str:
    return "paper-0" if field == "documents" else "fact-0-0"


def _place(text: str, demands: list[Demand]) -> int:
    if text == NEW:
        return len(demands)
    if not text.isdecimal() or len(text) > 3 or int(text) >= len(demands):
        raise NotFound
    return int(text)


@blueprint.post(
    "/catalogue/<version_id>/concerns/<concern_id>/lines/<place>/<any('up', 'down', 'remove'):way>"
)
@access(EDITS)
def move_catalogue_line(version_id: str, concern_id: str, place: str, way: str) -> Response:
    """Move a line of a concern's list by one, or take it off."""
    view = _draft(version_id)
    present = merged(view.own, CONCERN, concern_id)
    if present is None:
        raise NotFound
    demands = list(read_demands(lines_of(present)))
    number = _place(place, demands)
    if number >= len(demands):
        raise NotFound
    demand = demands.pop(number)
    if way != "remove":
        demands.insert(max(number + (1 if way == "down" else -1), 0), demand)
    entry = put_lines(present, write_demands(demands))
    address = url_for(
        "staff.catalogue_concern", version_id=version_id, concern_id=concern_id, _anchor="unterlagen"
    )
    return _save(view, CONCERN, entry, request.form.get("seen", ""), address)


@blueprint.post("/catalogue/<version_id>/<kind>/<entry_id>/reset")
@access(EDITS)
def reset_catalogue_entry(version_id: str, kind: str, entry_id: str) -> Response:
    """Take the office's own words of an entry away: back to the built-in text, or gone."""
    view = _draft(version_id)
    if kind not in KINDS or merged(view.own, kind, entry_id) is None:
        abort(404)

    def reset(session: Session) -> Response:
        change_entry(
            session,
            version_id=view.line.id,
            kind=kind,
            name=entry_id,
            entry=None,
            seen=request.form.get("seen", ""),
            actor=actor(),
            now=now(),
        )
        return redirect(url_for("staff.catalogue_version", version_id=version_id), 303)

    return act(reset)
