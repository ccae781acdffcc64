"""Show residents their pages; what is decided is decided in the rooms below."""

from servicedesk.portal import (
    views_appointment,
    views_case,
    views_code,
    views_contact,
    views_details,
    views_public,
    views_times,
)

BLUEPRINTS = (
    views_public.root,
    views_public.blueprint,
    views_code.blueprint,
    views_contact.blueprint,
    views_case.blueprint,
    views_times.blueprint,
    views_appointment.blueprint,
    views_details.blueprint,
    views_details.links,
)
"""The resident's pages, in the order in which addresses are matched."""
