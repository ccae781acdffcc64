"""Show residents their pages; what is decided is decided in the rooms below."""

from servicedesk.portal.views_public import blueprint, root

BLUEPRINTS = (root, blueprint)
"""The resident's pages, in the order in which addresses are matched."""
