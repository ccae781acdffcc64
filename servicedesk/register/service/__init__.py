"""Use cases of the register: import an expiry list; take and confirm what residents say about their contact."""

from servicedesk.register.service.contacts import (
    Confirmed,
    EmailClaim,
    claim_address,
    claim_email,
    claim_language,
    claim_phone,
    confirm_claim,
    confirm_claim_by_staff,
    forget_confirmed_address,
    reject_claim,
)
from servicedesk.register.service.importing import ImportOrder, Surroundings, import_register
from servicedesk.register.service.report import ImportReport

__all__ = [
    "Confirmed",
    "EmailClaim",
    "ImportOrder",
    "ImportReport",
    "Surroundings",
    "claim_address",
    "claim_email",
    "claim_language",
    "claim_phone",
    "confirm_claim",
    "confirm_claim_by_staff",
    "forget_confirmed_address",
    "import_register",
    "reject_claim",
]
