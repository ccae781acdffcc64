"""Name the refusals that every room may raise."""

from collections.abc import Mapping


class Refusal(Exception):
    """Say no for a reason a person can act on.

    `message` is a German sentence (the message id, with named `%(name)s` parameters) that the edge translates
    into the reader's language; `params` fills it. `status` is the HTTP status an edge answers with. Parameters
    never carry secrets; they may be shown.
    """

    code = "refused"
    status = 409
    message = "Das ist so nicht möglich."

    def __init__(self, **params: object) -> None:
        self.params: Mapping[str, object] = params
        super().__init__(self.code)

    def __str__(self) -> str:
        """Return the German sentence with its parameters, for logs of operators and for tests."""
        return self.message % self.params if self.params else self.message


class NotFound(Refusal):
    """Refuse what does not exist or lies outside the actor's scope; both look the same."""

    code = "not_found"
    status = 404
    message = "Das haben wir nicht gefunden."


class NotAllowed(Refusal):
    """Refuse an act for which the actor has no permission."""

    code = "not_allowed"
    status = 403
    message = "Dafür fehlt Ihnen die Berechtigung."


class StaleData(Refusal):
    """Refuse an act on a row that somebody else has changed meanwhile."""

    code = "stale"
    message = (
        "Die Angaben haben sich inzwischen geändert. Laden Sie die Seite neu und prüfen Sie sie noch einmal."
    )


class ConfigurationError(Exception):
    """Report every fault of the settings or of a file at once; `problems` are sentences for the operator."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))
