"""Take what staff type to sign in."""

from wtforms import PasswordField

from servicedesk.web.forms import BaseForm, Filled, LineField
from servicedesk.web.locale import lazy_gettext as _l


class SignInForm(BaseForm):
    """Ask for login and password."""

    login = LineField(_l("Anmeldename"), [Filled(_l("Geben Sie Ihren Anmeldenamen ein."))])
    password = PasswordField(_l("Passwort"), [Filled(_l("Geben Sie Ihr Passwort ein."))])
