"""Hand on what a person says about contact, with the mails that belong to it, in one unit of work."""

from flask import url_for
from sqlalchemy.orm import Session

from servicedesk.cases.frames import choose_locale, open_letter_desk
from servicedesk.cases.queries.resident import get_resident_view
from servicedesk.notices.contexts import ChannelChanged, ConfirmEmailAddress, MailFrame
from servicedesk.notices.service import enqueue
from servicedesk.register.rules.contacts import Address
from servicedesk.register.service import (
    claim_address,
    claim_email,
    claim_language,
    claim_phone,
    confirm_claim,
)
from servicedesk.web.runtime import actor, language, now, office, runtime


def keep_email(session: Session, address: str) -> None:
    """Note an address and ask its owner by mail to confirm it; raises BadContact."""
    view = get_resident_view(session, actor(), office(), now=now())
    vault = runtime().vault
    claim = claim_email(
        session, vault, person_id=view.addressee.person_id, address=address, now=now(), actor=actor()
    )
    frame = _frame(session, language().tag)
    context = ConfirmEmailAddress(
        frame=frame,
        confirm_url=frame.office.base_url + url_for("portal_links.confirm", token=claim.token),
        valid_until=claim.expires_at,
    )
    enqueue(
        session,
        vault,
        now=now(),
        office_id=office().id,
        kind=ConfirmEmailAddress.KIND,
        channel=ConfirmEmailAddress.MEDIUM.value,
        person_id=view.addressee.person_id,
        subject=("contact_claim", claim.claim_id),
        locale=frame.locale,
        context=context,
        dedupe_key=f"confirm-email:{claim.claim_id.hex}",
        team_id=view.team_id,
        scope_member_id=view.owner_id,
        not_after=claim.expires_at,
    )


def keep_phone(session: Session, number: str) -> None:
    """Note a number for staff to confirm; raises BadContact."""
    view = get_resident_view(session, actor(), office(), now=now())
    claim_phone(
        session,
        runtime().vault,
        person_id=view.addressee.person_id,
        number=number,
        now=now(),
        actor=actor(),
    )


def keep_address(session: Session, address: Address) -> None:
    """Note an address for staff to confirm; raises BadContact."""
    view = get_resident_view(session, actor(), office(), now=now())
    claim_address(
        session,
        runtime().vault,
        person_id=view.addressee.person_id,
        address=address,
        now=now(),
        actor=actor(),
    )


def keep_language(session: Session, tag: str) -> None:
    """Write in another language from now on; raises BadContact."""
    view = get_resident_view(session, actor(), office(), now=now())
    claim_language(
        session, runtime().vault, person_id=view.addressee.person_id, tag=tag, now=now(), actor=actor()
    )


def confirm_email(session: Session, token: str) -> None:
    """Let mail go to the address whose link was opened, and tell the one before it; raises UnknownClaim."""
    vault = runtime().vault
    confirmed = confirm_claim(session, vault, token=token, now=now(), actor=actor())
    if confirmed.replaced_id is None:
        return
    frame = _frame(session, language().tag)
    enqueue(
        session,
        vault,
        now=now(),
        office_id=office().id,
        kind=ChannelChanged.KIND,
        channel=ChannelChanged.MEDIUM.value,
        person_id=confirmed.person_id,
        subject=("contact_claim", confirmed.replaced_id),
        locale=frame.locale,
        context=ChannelChanged(frame=frame, changed_at=now()),
        dedupe_key=f"channel-changed:{confirmed.claim_id.hex}",
    )


def _frame(session: Session, tag: str) -> MailFrame:
    locale = choose_locale(tag, office().languages)
    block = open_letter_desk(session, office(), runtime().settings.public_url).block
    return MailFrame(locale=locale, office=block, is_machine_translated=block.is_machine_translated(locale))
