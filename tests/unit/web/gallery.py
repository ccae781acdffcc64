"""Render the macros and frames with invented values, without Flask, for the eye and for the tests.

`python -m tests.unit.web.gallery DIRECTORY` writes the pages as files that open in any browser.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from wtforms import (
    BooleanField,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired

from servicedesk.kernel.locales import LANGUAGES
from servicedesk.offices.rules.details import Hours, OfficeDetails
from servicedesk.web import formatting

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "servicedesk/web/templates"
STATIC = ROOT / "servicedesk/web/static"
PAGES = Path(__file__).resolve().parent / "gallery"


DETAILS = OfficeDetails(
    phone="02345 67-890",
    email="abh@musterstadt.example",
    hours=(Hours((0, 1, 3), dt.time(8), dt.time(12)), Hours((3,), dt.time(14), dt.time(18))),
)


@dataclass(frozen=True, slots=True)
class Office:
    name: str = "Ausländerbehörde Musterstadt"
    street: str = "Rathausplatz 1"
    postcode: str = "12345"
    town: str = "Musterstadt"
    details: OfficeDetails = DETAILS


@dataclass(frozen=True, slots=True)
class Actor:
    name: str = "B. Beispiel"


class DateParts(Form):
    day = StringField("Tag")
    month = StringField("Monat")
    year = StringField("Jahr", [DataRequired("Geben Sie das Jahr der Geburt ein")])


class BirthForm(Form):
    birth_date = FormField(DateParts, "Wann sind Sie geboren?")


class MixedForm(Form):
    code = StringField("Code aus Ihrem Brief", [DataRequired("Geben Sie den Code aus Ihrem Brief ein")])
    email = StringField("E-Mail")
    note = TextAreaField("Was sollen wir noch wissen?", [DataRequired("Schreiben Sie ein paar Worte")])
    concern = SelectField(
        "Anliegen", choices=[SelectChoice("a", "Verlängerung"), SelectChoice("b", "Neue Karte")]
    )
    way = RadioField(
        "Wie sollen wir Ihnen schreiben?",
        [DataRequired("Wählen Sie aus, wie wir Ihnen schreiben")],
        choices=[SelectChoice("post", "mit der Post"), SelectChoice("mail", "mit E-Mail")],
    )
    papers = SelectMultipleField(
        "Was haben Sie schon?", choices=[SelectChoice("pass", "Pass"), SelectChoice("photo", "Foto")]
    )
    agree = BooleanField(
        "Ich beantrage die Verlängerung", [DataRequired("Setzen Sie das Häkchen, wenn Sie beantragen")]
    )


def build_environment() -> jinja2.Environment:
    """The macros' environment with German texts and nothing of Flask."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, PAGES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return environment


def build_context(tag: str = "de", static: str = "/static/") -> dict[str, Any]:
    """What the application gives to every template."""
    languages = [
        {
            "tag": one.tag,
            "lang": one.lang,
            "dir": one.dir,
            "endonym": one.endonym,
            "url": f"/{one.tag}/",
            "is_current": one.tag == tag,
        }
        for one in LANGUAGES.values()
    ]
    current = LANGUAGES[tag]
    return {
        "locale": current,
        "languages": languages,
        "office": Office(),
        "csrf_token": lambda: "csrf",
        "idempotency_key": lambda: "key",
        "format_date": lambda day: formatting.short_date(day, current),
        "format_weekday_date": lambda day: formatting.weekday_date(day, current),
        "format_time": lambda moment: formatting.wall_time(moment, current),
        "format_datetime": lambda moment: moment.strftime("%d.%m.%Y, %H:%M"),
        "url_for": lambda endpoint, **values: static + values.get("filename", ""),
        "is_machine_translated": tag != "de",
    }


def build_pages(tag: str) -> dict[str, dict[str, Any]]:
    """Template name and its own values, per page of the gallery."""
    day = dt.date(2026, 12, 14)
    slots = [
        (day, [("1", dt.time(8, 15)), ("2", dt.time(8, 45)), ("3", dt.time(10, 30))]),
        (day + dt.timedelta(days=1), [("4", dt.time(9)), ("5", dt.time(11, 15))]),
        (day + dt.timedelta(days=3), [("6", dt.time(8)), ("7", dt.time(14, 45)), ("8", dt.time(16, 30))]),
    ]
    faulty = MixedForm(data={"note": "", "papers": []})
    faulty.validate()
    birth = BirthForm(data={"birth_date": {"day": "3", "month": "5"}})
    birth.validate()
    nav = [
        ("today", "Heute", "/staff/", None),
        ("range", "Mein Bereich A–Ce", "/staff/range", None),
        ("check", "Prüfen", "/staff/check", 7),
    ]
    staff = {"actor": Actor(), "nav": nav, "today": day, "now": dt.datetime(2026, 11, 22, 14, 5)}
    return {
        "start.html": {},
        "slots.html": {"days": slots},
        "case.html": {"day": day, "starts": dt.time(8, 15)},
        "birth.html": {"form": birth},
        "form.html": {"form": faulty},
        "form_clean.html": {"form": MixedForm()},
        "answers.html": {"day": day},
        "range.html": staff,
        "check.html": staff,
        "counter.html": staff,
        "error.html": {"status": 500, "reference": "7K2M-94QX"},
        "maintenance.html": {"returns_at": dt.datetime(2026, 12, 14, 6, 0)},
    }


def render(name: str, tag: str = "de", static: str = "/static/") -> str:
    """One page of the gallery in one language."""
    context = build_context(tag, static)
    return build_environment().get_template(name).render(context | build_pages(tag)[name])


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for tag in ("de", "ar"):
        for name in build_pages(tag):
            (directory / f"{tag}-{name}").write_text(
                render(name, tag, f"{STATIC.as_uri()}/"), encoding="utf-8"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
