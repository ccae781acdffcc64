"""Invented offices, people and messages for tests of the outbox."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pikepdf

from servicedesk.kernel.ids import new_id
from servicedesk.notices.contexts import (
    AppointmentConfirmation,
    AppointmentFacts,
    ChannelChanged,
    ConfirmEmailAddress,
    ContactReceived,
    MailFrame,
)
from servicedesk.notices.delivery import DeliveryTools
from servicedesk.notices.letters import RenderedLetter
from servicedesk.notices.letters.samples import build_sample, build_sample_office
from servicedesk.notices.service import NewNotice, enqueue
from servicedesk.offices.models import Office
from servicedesk.register.models import ContactClaim, Person
from servicedesk.settings import load_settings

LOADED = datetime(2026, 11, 1, tzinfo=UTC)
DAY = date(2026, 11, 23)


def make_office(session, ref=None):
    """Add an office and return its id."""
    office_id = new_id()
    ref = ref or f"office-{office_id.hex[-12:]}"
    session.add(
        Office(
            id=office_id,
            ref=ref,
            host=f"{ref}.example",
            name="Ausländerbehörde Musterstadt",
            street="Rathausplatz 1",
            postcode="12345",
            town="Musterstadt",
            federal_state="NW",
            time_zone="Europe/Berlin",
            languages=["de"],
            umlauts="din-5007-2",
            settings={},
            loaded_at=LOADED,
        )
    )
    session.flush()
    return office_id


def make_person(session, office_id, born=(1990, 5, 17)):
    """Add a resident and return the id."""
    person_id = new_id()
    session.add(
        Person(
            id=person_id,
            office_id=office_id,
            file_number=f"T{person_id.hex[-10:]}",
            family_name="Muster",
            given_names="Samira",
            surname_key="MUSTER",
            birth_year=born[0],
            birth_month=born[1],
            birth_day=born[2],
            sex="F",
            nationalities="SYR",
            street="Goethestr.",
            house_number="7",
            postcode="12345",
            town="Musterstadt",
            first_seen_on=DAY,
        )
    )
    session.flush()
    return person_id


def make_claim(
    session, vault, office_id, person_id, address, state="confirmed", *, expires_at=None, decided_at=None
):
    """Add a claim to an e-mail address and return its id."""
    claim_id = new_id()
    session.add(
        ContactClaim(
            id=claim_id,
            office_id=office_id,
            person_id=person_id,
            kind="email",
            value_sealed=vault.seal_text(address, "contact_claim", claim_id, "value_sealed"),
            state=state,
            claimed_at=LOADED,
            expires_at=expires_at,
            decided_at=decided_at,
        )
    )
    session.flush()
    return claim_id


def invitation(name="Muster", *, locale="ar", addressed_as=None):
    """Return the values of an invitation letter."""
    context = build_sample("invitation_letter", locale, DAY)
    recipient = replace(context.frame.recipient, family_name=name)
    if addressed_as is not None:
        recipient = replace(recipient, addressed_as=addressed_as)
    return replace(context, frame=replace(context.frame, recipient=recipient))


def letter(office_id, *, subject=None, context=None, key=None, **more):
    """Return a letter for `enqueue_many`, or through `queue` for `enqueue`."""
    subject = subject or ("case", new_id())
    context = context or invitation()
    return NewNotice(
        kind=context.KIND,
        channel="letter",
        person_id=more.pop("person_id", None),
        subject=subject,
        locale=context.frame.locale,
        context=context,
        dedupe_key=key or f"letter:{subject[1].hex}",
        **more,
    )


def email(person_id, context=None, *, key=None, subject=None, **more):
    """Return an e-mail about an appointment."""
    context = context or appointment_confirmation()
    subject = subject or ("case", new_id())
    return NewNotice(
        kind=context.KIND,
        channel="email",
        person_id=person_id,
        subject=subject,
        locale=context.frame.locale,
        context=context,
        dedupe_key=key or f"email:{subject[1].hex}",
        **more,
    )


def queue(session, vault, office_id, notice, now):
    """Queue one message as a use case does."""
    return enqueue(
        session,
        vault,
        now=now,
        office_id=office_id,
        kind=notice.kind,
        channel=notice.channel,
        person_id=notice.person_id,
        subject=notice.subject,
        locale=notice.locale,
        context=notice.context,
        dedupe_key=notice.dedupe_key,
        team_id=notice.team_id,
        scope_member_id=notice.scope_member_id,
        not_after=notice.not_after,
    )


def mail_frame(locale="en", name="Samira Muster"):
    return MailFrame(locale=locale, office=build_sample_office(), salutation_name=name)


def appointment_confirmation(locale="en", name="Samira Muster"):
    starts_at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    facts = AppointmentFacts(
        uid="0190-test@servicedesk",
        sequence=0,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=15),
        place="Zimmer 201",
        manage_url="https://termine.musterstadt.example/en/case",
    )
    return AppointmentConfirmation(frame=mail_frame(locale, name), appointment=facts)


def confirm_address(valid_until):
    return ConfirmEmailAddress(
        frame=mail_frame(),
        confirm_url="https://termine.musterstadt.example/en/confirm",
        valid_until=valid_until,
    )


def channel_changed(changed_at):
    return ChannelChanged(frame=mail_frame(), changed_at=changed_at)


def contact_received(received_at):
    return ContactReceived(frame=mail_frame(), received_at=received_at, reference="K-7K3M-Q2XA")


class Printer:
    """Render letters in no time: a PDF whose title is the code, so that tests can look inside."""

    def __init__(self, pages=2):
        self.pages = pages
        self.faults = []
        self.before = lambda: None
        self.calls = 0
        self.contexts = []

    def __call__(self, context, secrets):
        self.calls += 1
        self.contexts.append(context)
        self.before()
        if self.faults:
            fault = self.faults.pop(0)
            if fault is not None:
                raise fault
        return RenderedLetter(
            pdf=tiny_pdf(secrets.access_code if secrets else "none", self.pages),
            page_count=self.pages,
            title="t",
        )


def tiny_pdf(marker, pages=1):
    """Return a PDF with empty pages, `marker` in its first page."""
    with pikepdf.new() as pdf:
        for number in range(pages):
            pdf.add_blank_page()
            pdf.pages[-1].obj["/Marker"] = pikepdf.String(f"{marker}/{number}")
        file = BytesIO()
        pdf.save(file)
    return file.getvalue()


def markers(pdf):
    """Return what `tiny_pdf` wrote on each page of a file."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [str(page.obj["/Marker"]) for page in opened.pages]


def make_settings(tmp_path, **more):
    """Return settings as from the environment; keys are lower-case names without the prefix."""
    environment = {"SERVICEDESK_DATA_DIR": str(tmp_path)}
    return load_settings(environment | {f"SERVICEDESK_{key.upper()}": value for key, value in more.items()})


def make_tools(database, vault, clock, tmp_path, **more):
    """Return delivery tools with a fast printer; more settings as in `make_settings`."""
    render = more.pop("render", None) or Printer()
    crash = more.pop("crash", None)
    tools = DeliveryTools(
        database=database,
        vault=vault,
        settings=make_settings(tmp_path, **more),
        clock=clock,
        render=render,
        check_letters=lambda: None,
    )
    return tools if crash is None else replace(tools, crash=crash)
