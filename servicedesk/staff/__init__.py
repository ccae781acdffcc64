"""Show staff their pages; what is decided is decided in the rooms below."""

from servicedesk.staff import (
    views_absences,
    views_applications,
    views_booking,
    views_case,
    views_catalogue,
    views_catalogue_entries,
    views_catalogue_texts,
    views_checklists,
    views_claims,
    views_confirmation,
    views_contact,
    views_guarantee,
    views_imports,
    views_interim,
    views_interim_batch,
    views_interim_notes,
    views_interim_register,
    views_interim_requests,
    views_invitations,
    views_letters,
    views_open,
    views_papers,
    views_range,
    views_ranges,
    views_risk,
    views_today,
)
from servicedesk.staff.blueprint import blueprint

# Importing a module of views adds its pages to the blueprint.
VIEWS = (
    views_today,
    views_range,
    views_invitations,
    views_risk,
    views_case,
    views_applications,
    views_booking,
    views_open,
    views_contact,
    views_letters,
    views_ranges,
    views_absences,
    views_checklists,
    views_interim,
    views_interim_register,
    views_interim_batch,
    views_interim_requests,
    views_interim_notes,
    views_confirmation,
    views_guarantee,
    views_imports,
    views_claims,
    views_papers,
    views_catalogue,
    views_catalogue_entries,
    views_catalogue_texts,
)

BLUEPRINTS = (blueprint,)
"""The staff pages, in the order in which addresses are matched."""
