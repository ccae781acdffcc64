"""Name the refusals of booking; the sentences are what a resident reads."""

from servicedesk.kernel.errors import Refusal, StaleData


class SlotTaken(Refusal):
    """Refuse a time that somebody else holds or has booked."""

    code = "slot_taken"
    message = "Diese Zeit ist inzwischen vergeben. Wählen Sie eine andere."


class OutsideHours(Refusal):
    """Refuse a time at which the desk is not open, or that does not exist on that day."""

    code = "outside_hours"
    message = "Zu dieser Zeit ist nicht geöffnet. Wählen Sie eine andere."


class TooSoon(Refusal):
    """Refuse a time before the shortest notice; `earliest` is the first instant that is possible."""

    code = "too_soon"
    message = "Diese Zeit liegt zu nah. Wählen Sie eine spätere."


class TooLate(Refusal):
    """Refuse a day beyond the booking horizon; `last_on` is the last day that is possible."""

    code = "too_late"
    message = "So weit im Voraus ist noch keine Buchung möglich. Wählen Sie eine frühere Zeit."


class AlreadyBooked(Refusal):
    """Refuse a second appointment for one case; `ref` names the first."""

    code = "already_booked"
    message = "Sie haben schon einen Termin. Sie können ihn verschieben oder absagen."


class NotBooked(Refusal):
    """Refuse to move or cancel where there is no appointment any more."""

    code = "not_booked"
    message = "Diesen Termin gibt es nicht mehr."


class AppointmentChanged(StaleData):
    """Refuse to move or cancel an appointment that was moved meanwhile; `ref` names the one that holds."""

    code = "appointment_changed"
    message = "Der Termin wurde inzwischen verschoben. Prüfen Sie die neue Zeit."


class AppointmentPast(Refusal):
    """Refuse to move or cancel what has begun."""

    code = "appointment_past"
    message = "Dieser Termin hat schon begonnen oder ist vorbei. Er lässt sich nicht mehr ändern."


class NotReady(Refusal):
    """Refuse a time while the case cannot be decided yet; the papers come first."""

    code = "not_ready"
    message = "Einen Termin gibt es, sobald wir Ihre Unterlagen geprüft haben. Wir melden uns dann bei Ihnen."


class ReasonNeeded(Refusal):
    """Refuse staff a booking past the papers without a word why."""

    code = "reason_needed"
    message = "Dieser Vorgang ist noch nicht entscheidungsreif. Nennen Sie den Grund, warum es jetzt schon einen Termin gibt."


class NoLongerOffered(StaleData):
    """Refuse to answer about a time that is not being arranged any more."""

    code = "no_longer_offered"
    message = "Diese Zeit steht nicht mehr zur Wahl. Sehen Sie auf der Seite nach, was jetzt gilt."


class TooManyOffers(Refusal):
    """Refuse no time at all, or more than `most` at once, or one of them twice."""

    code = "too_many_offers"
    message = "Wählen Sie zwischen einer und %(most)s verschiedenen Zeiten."


class NotBookable(Refusal):
    """Refuse booking for a case that is closed, or whose mode does not let the resident book now."""

    code = "not_bookable"
    message = "Für diesen Vorgang ist keine Terminbuchung möglich."
