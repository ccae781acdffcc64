"""List every command in one place."""

import click

from servicedesk.cli.audit import audit
from servicedesk.cli.catalogue import catalogue
from servicedesk.cli.checklists import checklists
from servicedesk.cli.database import backup, db, restore
from servicedesk.cli.demo import demo
from servicedesk.cli.export import export
from servicedesk.cli.forms import forms
from servicedesk.cli.i18n import i18n
from servicedesk.cli.invariants import check_invariants
from servicedesk.cli.jobs import jobs, worker
from servicedesk.cli.letters import letters
from servicedesk.cli.office import office, ranges
from servicedesk.cli.register import register
from servicedesk.cli.seal_keys import seal_keys
from servicedesk.cli.serve import serve
from servicedesk.cli.staff import staff


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="servicedesk")
def main() -> None:
    """Run the appointment and service desk of an immigration office."""


for command in (
    db,
    office,
    ranges,
    register,
    export,
    jobs,
    worker,
    serve,
    letters,
    checklists,
    catalogue,
    forms,
    seal_keys,
    staff,
    check_invariants,
    audit,
    i18n,
    backup,
    restore,
    demo,
):
    main.add_command(command)
