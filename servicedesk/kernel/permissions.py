"""Say who may do what: one table of roles and permissions, pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Permission(StrEnum):
    """Name one thing a person may do."""

    see_own_scope = "see_own_scope"
    """See people and cases of the own letter ranges and own cases."""
    see_team = "see_team"
    """See every person and case of the own teams."""
    see_office = "see_office"
    """See every person and case of the office."""
    record_application = "record_application"
    """Record an application that came by slip, counter, post or e-mail."""
    work_case = "work_case"
    """Open, change and close cases within scope."""
    reissue_code = "reissue_code"
    """Give out a new access code after checking identity."""
    steer_invitations = "steer_invitations"
    """Send tomorrow's invitations now, or hold one with a reason."""
    download_letters = "download_letters"
    """Download the letters of a day within scope."""
    match_contact = "match_contact"
    """Match a message from the contact door to a person of the register."""
    confirm_contact = "confirm_contact"
    """Confirm or refuse a new address, e-mail or telephone after checking identity."""
    book_for_others = "book_for_others"
    """Book, move and cancel appointments for residents within scope."""
    release_confirmation = "release_confirmation"
    """Release, decline, withdraw and reissue interim confirmations, and answer requests for one."""
    print_confirmation = "print_confirmation"
    """Print an interim confirmation that was issued."""
    request_confirmation = "request_confirmation"
    """Ask the case worker for an interim confirmation that somebody at the counter needs at once."""
    enter_own_absence = "enter_own_absence"
    """Enter when one is away and who stands in."""
    enter_team_absences = "enter_team_absences"
    """Enter this for everybody of the own teams."""
    see_figures = "see_figures"
    """See figures of a team."""
    review_texts = "review_texts"
    """Read translations and say, by name, that they are right. Who signs speaks the language: nobody else can tell."""
    manage_office = "manage_office"
    """Change the office's set-up, imports and staff."""


class Role(StrEnum):
    """Name what a member of staff is employed for."""

    case_worker = "case_worker"
    front_desk = "front_desk"
    team_lead = "team_lead"
    office_admin = "office_admin"


_CASE_WORK = frozenset(
    {
        Permission.see_own_scope,
        Permission.record_application,
        Permission.work_case,
        Permission.reissue_code,
        Permission.steer_invitations,
        Permission.download_letters,
        Permission.match_contact,
        Permission.confirm_contact,
        Permission.book_for_others,
        Permission.release_confirmation,
        Permission.print_confirmation,
        Permission.request_confirmation,
        Permission.enter_own_absence,
        Permission.review_texts,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.case_worker: _CASE_WORK,
    Role.front_desk: frozenset(
        {
            Permission.see_office,
            Permission.record_application,
            Permission.reissue_code,
            Permission.match_contact,
            Permission.confirm_contact,
            Permission.book_for_others,
            # It prints and asks; it decides nothing.
            Permission.print_confirmation,
            Permission.request_confirmation,
            Permission.review_texts,
        }
    ),
    Role.team_lead: _CASE_WORK
    | {Permission.see_team, Permission.see_figures, Permission.enter_team_absences},
    # The administrator sets the office up and sees no files.
    Role.office_admin: frozenset({Permission.manage_office, Permission.see_figures, Permission.review_texts}),
}


class ActorKind(StrEnum):
    """Say on whose behalf something happens."""

    staff = "staff"
    resident = "resident"
    visitor = "visitor"
    operator = "operator"
    system = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Carry who acts; handed down to every use case.

    `account_id` is the signed-in account of staff; `member_id` and `team_ids` are that person's place in the
    office; `deputised_ids` are the members they stand in for today, whose files are in their scope until the
    absence ends; `case_id` is the one case a resident's code opens.
    """

    kind: ActorKind
    office_id: UUID | None = None
    account_id: UUID | None = None
    member_id: UUID | None = None
    deputised_ids: frozenset[UUID] = frozenset()
    team_ids: frozenset[UUID] = frozenset()
    roles: frozenset[Role] = frozenset()
    case_id: UUID | None = None
    name: str = ""

    @property
    def ref(self) -> str:
        """Return the identity that audit rows carry."""
        subject = self.account_id or self.case_id
        return f"{self.kind.value}:{subject}" if subject else self.kind.value

    def may(self, permission: Permission) -> bool:
        """Tell whether one of the actor's roles grants `permission`."""
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)


SYSTEM = Actor(kind=ActorKind.system)
OPERATOR = Actor(kind=ActorKind.operator)
