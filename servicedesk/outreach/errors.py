"""Name the refusals of outreach."""

from servicedesk.kernel.errors import Refusal


class AlreadyInvited(Refusal):
    """Refuse to hold or send what has left."""

    code = "already_invited"
    message = "Diese Einladung ist schon unterwegs."


class NotInvitable(Refusal):
    """Refuse to send an invitation the rules exclude; `reason` is the German label of the reason."""

    code = "not_invitable"
    message = "Diese Einladung kann nicht gesendet werden: %(reason)s."


class HoldReasonMissing(Refusal):
    """Refuse a hold nobody could explain later."""

    code = "hold_reason_missing"
    message = "Nennen Sie den Grund, warum die Einladung zurückgehalten wird."


class NotHeld(Refusal):
    """Refuse to release what is not held."""

    code = "not_held"
    message = "Diese Einladung wird nicht zurückgehalten."


class AttemptInFuture(Refusal):
    """Refuse to note what nobody can have tried yet."""

    code = "attempt_in_future"
    message = "Der Zeitpunkt liegt in der Zukunft. Prüfen Sie Tag und Uhrzeit."


class AttemptNoteMissing(Refusal):
    """Refuse an attempt that says neither how nor what came of it."""

    code = "attempt_note_missing"
    message = "Schreiben Sie, was Sie versucht haben und was dabei herauskam."
