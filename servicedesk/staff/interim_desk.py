"""Open what the use cases of interim confirmations need for one request."""

from sqlalchemy.orm import Session

from servicedesk.interim.keys import open_keyring
from servicedesk.interim.service import InterimDesk, open_desk
from servicedesk.web.runtime import now, office, runtime


def interim_desk(session: Session) -> InterimDesk:
    """Return the office as it is now, with the keys of this installation."""
    settings = runtime().settings
    keyring = open_keyring(settings.data_dir, now(), is_production=settings.is_production)
    return open_desk(
        session,
        runtime().vault,
        keyring,
        office_id=office().id,
        now=now(),
        public_url=settings.public_url,
    )
