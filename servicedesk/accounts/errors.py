"""Name what sign-in refuses."""

from servicedesk.kernel.errors import Refusal


class SignInFailed(Refusal):
    """Refuse a login or a password; which of the two stays unsaid."""

    code = "sign_in_failed"
    status = 403
    message = "Name oder Passwort stimmen nicht. Prüfen Sie beides und versuchen Sie es noch einmal."


class SignInDelayed(Refusal):
    """Refuse to try again so soon after several failures."""

    code = "sign_in_delayed"
    status = 429
    message = "Warten Sie %(seconds)s Sekunden. Dann versuchen Sie es noch einmal."


class LoginTaken(Refusal):
    """Refuse a second account with the same login in one office."""

    code = "login_taken"
    message = "Den Anmeldenamen „%(login)s“ gibt es in dieser Behörde schon. Wählen Sie einen anderen."


class PasswordTooShort(Refusal):
    """Refuse a password of fewer than 12 characters (ASVS 5.0 6.2.1 asks for 8, and 15 as the better choice)."""

    code = "password_too_short"
    message = "Wählen Sie ein Passwort mit mindestens %(least)s Zeichen."
