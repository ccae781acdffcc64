"""Show residents their pages; what is decided is decided in the rooms below."""

from servicedesk.portal import views_code, views_contact, views_public

BLUEPRINTS = (
    views_public.root,
    views_public.blueprint,
    views_code.blueprint,
    views_contact.blueprint,
)
"""The resident's pages, in the order in which addresses are matched."""
