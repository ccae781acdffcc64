"""Why a letter could not be made."""

INSTALL_HINT = (
    "Letters need the Pango library. Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0. Everything else keeps running; waiting letters are made as soon as it is there."
)


class LettersUnavailable(RuntimeError):
    """The system lacks what letters need; the message says what to install."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{INSTALL_HINT} ({reason})")


class MissingSecrets(ValueError):
    """A letter that prints an access code was to be rendered without one."""


class ForbiddenFetch(RuntimeError):
    """A letter's markup asked for something outside the fixed table of assets; nothing was rendered."""
