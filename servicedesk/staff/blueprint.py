"""Be the one blueprint of the staff pages; each module of views adds its own."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")
