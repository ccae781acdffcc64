"""Show staff their pages; what is decided is decided in the rooms below."""

from servicedesk.staff import views_today
from servicedesk.staff.blueprint import blueprint

# Importing a module of views adds its pages to the blueprint.
VIEWS = (views_today,)

BLUEPRINTS = (blueprint,)
"""The staff pages, in the order in which addresses are matched."""
