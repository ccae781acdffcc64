"""Look at letters without sending any."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from servicedesk.cli.base import Refused, answer, as_json, at_now, get_context
from servicedesk.kernel.locales import LANGUAGES
from servicedesk.notices.letters import LettersUnavailable, render_letter, render_sheet
from servicedesk.notices.letters.samples import (
    SAMPLE_KINDS,
    SAMPLE_SECRETS,
    SHEET_KINDS,
    build_sample,
    build_sample_sheet,
)


@click.group()
def letters() -> None:
    """Look at letters without sending any."""


@letters.command("preview")
@click.argument("kind", type=click.Choice((*SAMPLE_KINDS, *SHEET_KINDS)))
@click.option(
    "--locale",
    "locale",
    required=True,
    type=click.Choice(sorted(LANGUAGES)),
    help="Language of the recipient; German is always printed.",
)
@click.option(
    "--out", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PDF file to write."
)
@at_now
@as_json
@click.pass_context
def preview(ctx: click.Context, kind: str, locale: str, out: Path, as_json: bool) -> None:
    """Write a letter of KIND to an invented person, with a code that opens nothing, or an information sheet."""
    today = get_context(ctx).now().astimezone(ZoneInfo("Europe/Berlin")).date()
    try:
        if kind in SHEET_KINDS:
            letter = render_sheet(build_sample_sheet(kind, locale))
        else:
            letter = render_letter(build_sample(kind, locale, today), SAMPLE_SECRETS)
    except LettersUnavailable as fault:
        raise Refused(str(fault)) from fault
    try:
        out.write_bytes(letter.pdf)
    except OSError as fault:
        raise Refused(f"{out} cannot be written: {fault.strerror}") from fault
    answer(
        {
            "kind": kind,
            "locale": locale,
            "pages": letter.page_count,
            "bytes": len(letter.pdf),
            "file": str(out),
        },
        as_json,
        f"{out}: {letter.page_count} pages, {len(letter.pdf)} bytes",
    )
