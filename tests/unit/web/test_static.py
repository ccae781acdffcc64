"""Hold style sheets, scripts and templates to the rules of docs/interface.md, without a browser."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta

from tests.unit.web import gallery
from tests.unit.web.gallery import ROOT, STATIC, TEMPLATES

OWN_SHEETS = ("app.css", "staff.css", "check/check.css")
OWN_SCRIPTS = ("page.js", "code.js", "staff.js")
CHECK_SCRIPTS = ("check/page.js", "check/seal.js", "check/reader.js")
PACKAGE = ROOT / "servicedesk"
FIRST_PAGE_BYTES = 100 * 1024
SCRIPT_BYTES = 3 * 1024
CHECK_BYTES = 20 * 1024

PHYSICAL = re.compile(r"\b(left|right)\b")
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=|javascript:|\shx-on\b", re.IGNORECASE
)
FOREIGN = re.compile(r"@import|@font-face|url\(\s*(?!['\"]?data:)", re.IGNORECASE)


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def page_templates() -> list[Path]:
    """Every template a browser gets; letters and mails carry their own sheet and are drawn elsewhere."""
    return sorted(
        path
        for path in PACKAGE.rglob("templates/**/*.html")
        if "notices" not in path.parts and path.is_file()
    )


def find_inline(source: str) -> list[str]:
    bare = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", bare, flags=re.DOTALL)
    return [match.group(0) for match in INLINE.finditer(bare)]


@pytest.mark.parametrize("name", OWN_SHEETS)
def test_own_sheet_knows_no_left_or_right(name: str) -> None:
    found = PHYSICAL.findall(without_comments((STATIC / name).read_text()))
    assert found == []


def test_search_for_left_and_right_finds_them() -> None:
    assert PHYSICAL.findall("a { margin-left: 1px; text-align: right }") == ["left", "right"]


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_sheet_asks_no_other_address(path: Path) -> None:
    assert FOREIGN.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "css", ['@import "a.css";', "a{background:url(https://x/y)}", "a{background:url('/y')}"]
)
def test_search_for_addresses_finds_them(css: str) -> None:
    assert FOREIGN.findall(css)


@pytest.mark.parametrize("name", OWN_SCRIPTS)
def test_script_is_small(name: str) -> None:
    assert (STATIC / name).stat().st_size < SCRIPT_BYTES


def test_scripts_that_check_a_confirmation_stay_in_their_budget() -> None:
    assert sum((STATIC / name).stat().st_size for name in CHECK_SCRIPTS) < CHECK_BYTES


@pytest.mark.parametrize("name", [*OWN_SCRIPTS, *CHECK_SCRIPTS])
def test_script_builds_no_code_and_knows_no_other_server(name: str) -> None:
    source = (STATIC / name).read_text()
    assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b|https?:", source)


def test_every_script_of_ours_is_looked_at() -> None:
    vendored = {"kern", "htmx", "zxing"}
    found = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*.js")}
    ours = {name for name in found if name.split("/")[0] not in vendored}
    assert ours == {*OWN_SCRIPTS, *CHECK_SCRIPTS}


def loaded_by(html: str) -> Iterable[str]:
    return re.findall(r'(?:href|src)="/static/([^"]+)"', html)


@pytest.mark.parametrize("tag", ["de", "ar"])
@pytest.mark.parametrize("name", ["start.html", "slots.html", "form.html", "case.html"])
def test_resident_page_stays_in_its_budget(name: str, tag: str) -> None:
    html = gallery.render(name, tag)
    loaded = list(loaded_by(html))
    total = len(html.encode()) + sum((STATIC / path).stat().st_size for path in loaded)
    assert total <= FIRST_PAGE_BYTES, {path: (STATIC / path).stat().st_size for path in loaded}
    assert not {path for path in loaded if "htmx" in path or "staff" in path}


def test_right_to_left_page_loads_the_mirror() -> None:
    assert "kern/kern.rtl.css" in loaded_by(gallery.render("start.html", "ar"))
    assert "kern/kern.css" in loaded_by(gallery.render("start.html", "de"))


@pytest.mark.parametrize("path", page_templates(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_template_brings_no_inline_style_or_script(path: Path) -> None:
    assert find_inline(path.read_text()) == []


@pytest.mark.parametrize(
    "html",
    [
        '<p style="x">',
        "<style>",
        "<script>x</script>",
        '<a onclick="x">',
        '<a href="javascript:x">',
        '<a hx-on:click="x">',
    ],
)
def test_search_for_inline_code_finds_it(html: str) -> None:
    assert find_inline(html)


def test_search_for_inline_code_leaves_scripts_with_an_address_alone() -> None:
    assert find_inline('<script src="{{ url_for("static", filename="page.js") }}" defer></script>') == []


@pytest.mark.parametrize("path", page_templates(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_template_parses_and_names_only_templates_that_exist(path: Path) -> None:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.i18n"], trim_blocks=True
    )
    source = path.read_text()
    assert environment.parse(source, filename=str(path)).body
    folders = [TEMPLATES, *PACKAGE.glob("*/templates")]
    for name in meta.find_referenced_templates(environment.parse(source)):
        assert name is None or any((folder / name).is_file() for folder in folders), name


def mirrored(line: str) -> list[str]:
    """A rule with its sides made indistinguishable, so that a rule and its mirror image compare equal."""
    sideless = re.sub(r"\b(left|right)\b", "side", line)
    sideless = re.sub(r"-(?=[\d.])", "", sideless).replace("background:100%", "background:0")
    parts = re.split(r"[;{}]", sideless)
    return sorted(" ".join(sorted(re.split(r"[\s,()]+", part))) for part in parts)


def test_mirror_is_in_step() -> None:
    one = (STATIC / "kern/kern.css").read_text().splitlines()
    other = (STATIC / "kern/kern.rtl.css").read_text().splitlines()
    assert one != other
    assert len(one) == len(other)
    for number, (rule, mirror) in enumerate(zip(one, other, strict=True), start=1):
        assert mirrored(rule) == mirrored(mirror), number


def test_comparison_with_the_mirror_sees_a_difference() -> None:
    assert mirrored(".a{margin-left:1px}") == mirrored(".a{margin-right:1px}")
    assert mirrored(".a{margin-left:1px}") != mirrored(".a{margin-right:2px}")
    assert mirrored(".a{color:red}") != mirrored(".b{color:red}")


def test_vendored_files_are_as_recorded() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$",
        (ROOT / "docs/vendored-web.md").read_text(),
        re.MULTILINE,
    )
    recorded = dict(rows)
    present = {
        str(path.relative_to(STATIC))
        for folder in ("kern", "htmx", "zxing")
        for path in (STATIC / folder).iterdir()
    }
    assert set(recorded) == present
    for name, digest in recorded.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name


def test_every_kern_class_in_a_template_is_in_the_subset() -> None:
    known = set(
        re.findall(
            r"\.(kern-[\w-]+)", (STATIC / "kern/kern.css").read_text() + (STATIC / "app.css").read_text()
        )
    )
    used = {
        name
        for path in page_templates()
        for value in re.findall(r'class="([^"]*)"', re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\0", path.read_text()))
        for name in re.findall(r"(?<![\w-])(kern-[\w-]+)(?![\w-]*\0)", value)
    }
    assert used
    assert used - known == set()
