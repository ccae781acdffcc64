"""Actors of the cast, as the web edge would build them."""

from datetime import date

from servicedesk.kernel.permissions import Actor, ActorKind, Role
from servicedesk.offices.queries import list_deputised, list_staff

_ROLES = {
    "boris": Role.case_worker,
    "clara": Role.case_worker,
    "jonas": Role.case_worker,
    "dmitri": Role.front_desk,
    "eva": Role.team_lead,
    "frida": Role.office_admin,
}


def staff(session, cast, login, on=date(2026, 11, 23)):
    """Return a member of staff signed in on a day; Dmitri and Frida have no place in a team."""
    member_id = cast.members.get("boris" if login == "eva" else login)
    teams = {member.id: member.team_id for member in list_staff(session, cast.office.id)}
    team_ids = frozenset({teams[member_id]}) if member_id else frozenset()
    return Actor(
        kind=ActorKind.staff,
        office_id=cast.office.id,
        account_id=cast.accounts[login],
        member_id=member_id,
        deputised_ids=list_deputised(session, cast.office.id, member_id, on) if member_id else frozenset(),
        team_ids=team_ids,
        roles=frozenset({_ROLES[login]}),
        name=login.capitalize(),
    )


def resident(office_id, case_id):
    """Return the holder of a case's code."""
    return Actor(kind=ActorKind.resident, office_id=office_id, case_id=case_id)
