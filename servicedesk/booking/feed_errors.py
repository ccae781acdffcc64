"""Name the refusals around calendar feeds."""

from servicedesk.kernel.errors import NotFound, Refusal


class FeedNotFound(NotFound):
    """Refuse a feed that does not exist, was revoked, or belongs to a desk of others."""

    code = "feed_not_found"
    message = "Diesen Kalender gibt es nicht oder nicht mehr."


class FeedTooOften(Refusal):
    """Refuse a calendar program that asks without end."""

    code = "feed_too_often"
    status = 429
    message = "Dieser Kalender wurde zu oft abgerufen. Versuchen Sie es in einer Stunde noch einmal."


class TooManyFeeds(Refusal):
    """Refuse one more feed for a desk that has `limit`."""

    code = "too_many_feeds"
    message = "Dieser Schalter hat schon %(limit)s Kalender-Adressen. Widerrufen Sie erst eine, die niemand mehr braucht."
