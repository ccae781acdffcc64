"""Decide each request's language, and hand templates their translations."""

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
from flask import Flask, abort, current_app, g, request, url_for
from markupsafe import escape

from servicedesk.kernel.locales import (
    GERMAN,
    LANGUAGES,
    STAFF_LANGUAGES,
    Language,
    Untranslated,
    find_language,
    get_language,
    translations,
)
from servicedesk.web.fallback import GermanText, MarkingTemplate

SWITCH_FIELD = "_language"
"""Name of the submit button that changes the language of a form without sending it."""
LANGUAGE_COOKIE = "sd_lang"
"""Name of the cookie in which the start page notes the language last read."""


def pull_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take `<lang>` out of the address, so that no view has to name it."""
    g.url_language = (values or {}).pop("lang", None)


def add_language(endpoint: str, values: dict[str, Any]) -> None:
    """Put the present language into every address that has a place for one."""
    if "lang" in values or not g.get("language"):
        return
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = g.language.tag


def choose_language() -> None:
    """Settle the language: the switch of a form, else the address, else the browser's wish, else German.

    Staff pages take the account's language once the account is known.
    """
    offered = tuple(g.office.languages) if g.get("office") else tuple(LANGUAGES)
    tag = g.get("url_language")
    if tag is not None:
        language = find_language(tag)
        if language is None or language.tag != tag or tag not in offered:
            g.language = GERMAN
            abort(404)
        g.language = _switched_to(offered) or language
        return
    if request.endpoint is None and request.path.split("/", 2)[1] in offered:
        # A page that does not exist still answers in the language of its address.
        g.language = get_language(request.path.split("/", 2)[1])
        return
    g.language = get_language(_negotiate(STAFF_LANGUAGES if request.path.startswith("/staff") else offered))


def _switched_to(offered: tuple[str, ...]) -> Language | None:
    wished = request.form.get(SWITCH_FIELD) if request.method == "POST" else None
    return find_language(wished) if wished in offered else None


def _negotiate(offered: tuple[str, ...]) -> str:
    known = (find_language(tag) for tag, _ in request.accept_languages)
    return next((language.tag for language in known if language and language.tag in offered), GERMAN.tag)


def last_language() -> str:
    """Return the tag of the language last read in this browser, else the one it wishes, else German."""
    last = request.cookies.get(LANGUAGE_COOKIE, "")
    return last if last in g.office.languages else str(g.language.tag)


def gettext(message: str, /, **values: object) -> str:
    """Translate a German text into the request's language and fill in `values`.

    Escaping stays with the template: a translated text is never markup. What has no translation comes back as
    GermanText, which the page names as German.
    """
    text: str = translations(g.language.tag).gettext(message)
    return _known_as(text, str(text % values) if values else text)


def ngettext(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Translate a counted German text; `count` is available to the text as `num`."""
    text: str = translations(g.language.tag).ngettext(singular, plural, count)
    return _known_as(text, text % {"num": count, **values})


def _known_as(text: str, filled: str) -> str:
    return GermanText(filled) if isinstance(text, Untranslated) else filled


def use_texts(texts: Mapping[str, Mapping[str, str]]) -> None:
    """Let `say` put an office's own translations before ours, for this request: language → German → text."""
    g.own_texts = texts


def say(german: str) -> str:
    """Translate a text of the catalogue, as the office words it where it has words of its own."""
    own: Mapping[str, Mapping[str, str]] = g.get("own_texts", {})
    return own.get(g.language.tag, {}).get(german) or gettext(german)


def lacks_translation(texts: Iterable[str]) -> bool:
    """Tell whether a reader meets German among texts of the catalogue because nobody has translated them yet."""
    return bool(g.language.catalogue) and any(
        isinstance(say(german), GermanText) for german in texts if german
    )


class LazyText:
    """Hold a German text that is translated when it is printed; for form labels and messages."""

    __slots__ = ("message", "values")

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return gettext(self.message, **self.values)

    def __html__(self) -> str:
        return str(escape(gettext(self.message, **self.values)))

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)


def lazy_gettext(message: str, /, **values: object) -> Any:
    """Return a LazyText: translated when it is printed. Typed Any, since WTForms asks for str and takes it."""
    return LazyText(message, values)


def list_languages() -> list[dict[str, object]]:
    """Return the languages this page can be read in, each with the address of this page in it."""
    staff = request.path.startswith("/staff")
    offered = STAFF_LANGUAGES if staff else (g.office.languages if g.get("office") else tuple(LANGUAGES))
    return [_entry(LANGUAGES[tag]) for tag in offered if tag in LANGUAGES]


def _entry(language: Language) -> dict[str, object]:
    return {
        "tag": language.tag,
        "lang": language.lang,
        "dir": language.dir,
        "endonym": language.endonym,
        "url": _same_page(language.tag),
        "is_current": language.tag == g.language.tag,
    }


def _same_page(tag: str) -> str:
    endpoint = request.endpoint
    if endpoint and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        arguments = {**(request.view_args or {}), **request.args.to_dict(flat=True), "lang": tag}
        return url_for(endpoint, **arguments)
    return url_for("portal.start", lang=tag)


def is_switching() -> bool:
    """Tell whether this POST only asks for the same form in another language."""
    return SWITCH_FIELD in request.form


def install(app: Flask) -> None:
    """Attach languages to an application and its templates."""
    app.url_value_preprocessor(pull_language)
    app.url_defaults(add_language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.template_class = MarkingTemplate
    app.jinja_env.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, say=say, lacks_translation=lacks_translation
    )


def babel_locale() -> Locale:
    """Return the Babel locale of the request."""
    return get_language(g.language.tag).locale
