"""Who may do what."""

from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Permission, Role


def _with(*roles):
    return Actor(kind=ActorKind.staff, account_id=new_id(), roles=frozenset(roles))


def test_every_role_has_permissions_and_every_permission_a_holder():
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)


def test_the_administrator_sees_no_files():
    assert not any(
        _with(Role.office_admin).may(permission)
        for permission in (
            Permission.see_own_scope,
            Permission.see_team,
            Permission.see_office,
            Permission.work_case,
        )
    )


def test_nobody_without_a_role_may_anything():
    assert not any(_with().may(permission) for permission in Permission)


def test_roles_add_up():
    both = _with(Role.front_desk, Role.case_worker)
    assert both.may(Permission.see_office)
    assert both.may(Permission.steer_invitations)
