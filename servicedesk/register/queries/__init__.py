"""Read the register: people and titles, how to reach them, what an import compares with."""

from servicedesk.register.queries.contacts import ClaimView, ContactView, get_contact, list_claims
from servicedesk.register.queries.people import (
    PersonView,
    TitleView,
    VanishedView,
    find_person,
    find_person_by_file_number,
    find_representative,
    get_person,
    list_household,
    list_titles,
    list_vanished,
    search_people,
)

__all__ = [
    "ClaimView",
    "ContactView",
    "PersonView",
    "TitleView",
    "VanishedView",
    "find_person",
    "find_person_by_file_number",
    "find_representative",
    "get_contact",
    "get_person",
    "list_claims",
    "list_household",
    "list_titles",
    "list_vanished",
    "search_people",
]
