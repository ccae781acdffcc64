"""Show residents their pages; what is decided is decided in the rooms below."""

from servicedesk.portal import (
    views_appointment,
    views_case,
    views_checklists,
    views_code,
    views_confirmation,
    views_contact,
    views_details,
    views_form_print,
    views_forms,
    views_offers,
    views_papers,
    views_preview,
    views_public,
    views_questions,
    views_times,
    views_uploads,
)

# What adds its pages to the blueprint of another module.
VIEWS = (
    views_checklists,
    views_form_print,
)

BLUEPRINTS = (
    views_public.root,
    views_public.blueprint,
    views_code.blueprint,
    views_contact.blueprint,
    views_case.blueprint,
    views_confirmation.blueprint,
    views_papers.blueprint,
    views_uploads.blueprint,
    views_forms.blueprint,
    views_times.blueprint,
    views_offers.blueprint,
    views_appointment.blueprint,
    views_details.blueprint,
    views_details.links,
    views_questions.blueprint,
    views_preview.blueprint,
)
"""The resident's pages, in the order in which addresses are matched."""
