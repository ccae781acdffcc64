"""German passages of a page in another language are named as German, wherever a text may stand."""

from jinja2 import DictLoader, Environment, StrictUndefined

from servicedesk.web.fallback import GermanText, MarkingTemplate, mark_german

GERMAN = GermanText("Weiter & <los>")


def render(source: str, name: str = "page.html") -> str:
    environment = Environment(
        loader=DictLoader({name: source, "part.html": "<p>{{ text }}</p>"}),
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.template_class = MarkingTemplate
    return environment.get_template(name).render(text=GERMAN, other="Nächste")


def test_a_text_is_wrapped_once_and_stays_escaped():
    assert render("<p>{{ text }}</p>") == '<p><span lang="de" dir="ltr">Weiter &amp; &lt;los&gt;</span></p>'
    assert render("{% include 'part.html' %}") == render("<p>{{ text }}</p>")


def test_what_is_translated_stays_as_it_is():
    assert render("<p>{{ other }}</p>") == "<p>Nächste</p>"


def test_joined_texts_keep_their_own_language():
    assert render("<p>{{ other ~ ': ' ~ text }}</p>") == (
        '<p>Nächste: <span lang="de" dir="ltr">Weiter &amp; &lt;los&gt;</span></p>'
    )


def test_an_attribute_holds_the_plain_text():
    plain = "<a aria-label=\"Weiter &amp; &lt;los&gt;\" title='x > y'>{0}</a>"
    page = render("<a aria-label=\"{{ text }}\" title='x > y'>{{ text }}</a>")
    assert page == plain.format('<span lang="de" dir="ltr">Weiter &amp; &lt;los&gt;</span>')


def test_a_title_an_option_and_a_text_field_carry_the_language_themselves():
    for name in ("title", "option", "textarea"):
        page = render(f"<{name} id='a'>{{{{ text }}}} · 1</{name}><{name}>{{{{ other }}}}</{name}>")
        assert page == (
            f'<{name} id=\'a\' lang="de" dir="ltr">Weiter &amp; &lt;los&gt; · 1</{name}><{name}>Nächste</{name}>'
        )


def test_drawings_scripts_and_comments_hold_no_element():
    for source in (
        "<svg><title>{{ text }}</title><text>{{ text }}</text></svg>",
        "<style>{{ text }}</style>",
        "<!-- {{ text }} -->",
    ):
        page = render(source)
        assert "<span" not in page
        assert "\ufdd0" not in page
    assert render("{{ text }}", "sw.js") == "Weiter &amp; &lt;los&gt;"


def test_it_is_an_ordinary_text_everywhere_else():
    assert GERMAN == "Weiter & <los>"
    assert f"{GERMAN}" == "Weiter & <los>"
    assert f"{GERMAN}!" == "Weiter & <los>!"
    assert str(GERMAN) == "Weiter & <los>"


def test_marks_without_a_partner_disappear():
    assert mark_german("<p>\ufdd0a</p><p>b\ufdd1</p>\ufdd0") == "<p>a</p><p>b</p>"
