"""Be the one blueprint of the staff pages; each module of views adds its own."""

from typing import Any

from flask import Blueprint

from servicedesk.cases.rules import CHANNEL_LABELS, CLOSE_LABELS, STATE_LABELS, STEP_LABELS
from servicedesk.kernel.permissions import Permission
from servicedesk.staff import wording
from servicedesk.staff.nav import build_nav, step_address
from servicedesk.web.runtime import actor

blueprint = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")


@blueprint.context_processor
def page_context() -> dict[str, Any]:
    """Give every staff page its menu, and a way to ask what the reader may do."""
    who = actor()
    return {
        "nav": build_nav(who),
        "may": lambda name: who.may(Permission(name)),
        "actor_name": wording.actor_name,
        "channel_label": lambda channel: CHANNEL_LABELS[channel],
        "close_label": lambda reason: CLOSE_LABELS[reason],
        "language_name": wording.language_name,
        "days_text": wording.days_text,
        "days_tone": wording.days_tone,
        "state_label": lambda state: STATE_LABELS[state],
        "state_tone": lambda state: wording.STATE_TONES.get(state, "plain"),
        "step_label": lambda step: STEP_LABELS[step],
        "address_of": step_address,
        "act_label": lambda step: wording.ACTS.get(step, STEP_LABELS[step]),
    }
