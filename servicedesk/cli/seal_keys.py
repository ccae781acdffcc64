"""Look after the keys that seal interim confirmations."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from servicedesk.cli.base import Context, Instant, Refused, answer, as_json, at_now, get_context
from servicedesk.db import audit
from servicedesk.interim.errors import SealKeyEnded, SealKeyNotFound
from servicedesk.interim.keys import (
    FOLDER,
    KEY_LIFE,
    Keyring,
    list_alarms,
    load_keyring,
    new_key,
    retire_key,
    revoke_key,
)
from servicedesk.interim.models import InterimConfirmation
from servicedesk.interim.seal import PublicKey
from servicedesk.interim.service import Done, open_desk, reissue
from servicedesk.kernel.errors import Refusal
from servicedesk.kernel.permissions import OPERATOR

_ALARMS = {
    "no_seal_key": "No key can sign: no interim confirmation is issued. Make one: servicedesk seal-keys new",
    "seal_key_ends": "The last key ends on {ends_on} and none follows. Make one: servicedesk seal-keys new",
    "seal_key_faulty": "{faults}",
}


@click.group("seal-keys")
def seal_keys() -> None:
    """Make, retire and revoke the keys of the seal on interim confirmations."""


@seal_keys.command("list")
@at_now
@as_json
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Show every key ever published; exit 1 when none can sign, soon none can, or a file is faulty."""
    context = get_context(ctx)
    now = context.now()
    keyring = load_keyring(_folder(context.settings.data_dir), now)
    keys = sorted(keyring.public.values(), key=lambda key: (key.valid_from, key.id))
    alarms = [_ALARMS[alarm.code].format(**alarm.params) for alarm in list_alarms(keyring, now)]
    if as_json:
        lines = [_values(key) | {"state": _state(key, keyring, now)} for key in keys]
        answer({"keys": lines, "alarms": alarms}, as_json=True, text="")
    else:
        table = Table("key", "signs from", "until", "state", box=None, pad_edge=False)
        for key in keys:
            table.add_row(key.id, _shown(key.valid_from), _shown(key.valid_until), _state(key, keyring, now))
        Console().print(table)
    if alarms:
        raise Refused(*alarms)


@seal_keys.command("new")
@click.option("--from", "valid_from", type=Instant(), help="When it begins to sign; see below.")
@click.option(
    "--days",
    type=click.IntRange(1, 1100),
    default=KEY_LIFE.days,
    show_default=True,
    help="How long it signs.",
)
@at_now
@as_json
@click.pass_context
def new(ctx: click.Context, valid_from: datetime | None, days: int, as_json: bool) -> None:
    """Make a key.

    It signs at once when no other does, else a day from now: until then it is published already, and telephones that
    keep the page offline can learn it. The former key goes on until its end or until it is retired.
    """
    context = get_context(ctx)
    now = context.now()
    if valid_from is not None and valid_from < now - timedelta(days=1):
        raise click.UsageError("--from lies in the past; a key cannot have signed before it was made")
    with context.database.unit_of_work() as session:
        folder = _folder(context.settings.data_dir)
        key = new_key(folder, now, valid_from=valid_from, life=timedelta(days=days))
        _record(session, "make_seal_key", key, now)
    text = (
        f"Key {key.id} signs from {_shown(key.valid_from)} until {_shown(key.valid_until)}. Back up {folder}."
    )
    answer(_values(key), as_json, text)


@seal_keys.command("retire")
@click.argument("key_id", metavar="KEY")
@at_now
@as_json
@click.pass_context
def retire(ctx: click.Context, key_id: str, as_json: bool) -> None:
    """Stop a key from signing and destroy its secret half; the letters it sealed stay verifiable."""
    context = get_context(ctx)
    now = context.now()
    folder = _folder(context.settings.data_dir)
    with context.database.unit_of_work() as session:
        key = _end(retire_key, folder, key_id, now)
        _record(session, "retire_seal_key", key, now)
    left = load_keyring(folder, now).signing
    after = f"{left.public.id} signs now." if left else "No key signs now: servicedesk seal-keys new"
    answer(
        _values(key) | {"signing": left.public.id if left else None},
        as_json,
        f"Key {key.id} is retired. {after}",
    )


@seal_keys.command("revoke")
@click.argument("key_id", metavar="KEY")
@click.option("--yes", is_flag=True, help="Do not ask.")
@at_now
@as_json
@click.pass_context
def revoke(ctx: click.Context, key_id: str, yes: bool, as_json: bool) -> None:
    """Take back everything a key ever sealed, because somebody else may have its secret half."""
    context = get_context(ctx)
    now = context.now()
    folder = _folder(context.settings.data_dir)
    if not yes:
        click.confirm(
            f"Every letter sealed with {key_id} will be shown as worthless. Go on?", abort=True, err=True
        )
    with context.database.unit_of_work() as session:
        key = _end(revoke_key, folder, key_id, now)
        holding = InterimConfirmation.key_id == key.id, InterimConfirmation.state == "issued"
        count = session.scalar(select(func.count()).select_from(InterimConfirmation).where(*holding)) or 0
        _record(session, "revoke_seal_key", key, now)
    text = (
        f"Key {key.id} is revoked. {count} confirmations in force carry its seal. "
        "Next: servicedesk seal-keys new, then servicedesk seal-keys reissue"
    )
    answer(_values(key) | {"issued": count}, as_json, text)


@seal_keys.command("reissue")
@at_now
@as_json
@click.pass_context
def reissue_(ctx: click.Context, as_json: bool) -> None:
    """Issue anew, with a good key, every confirmation in force that a revoked key has sealed; letters go out."""
    context = get_context(ctx)
    now = context.now()
    keyring = load_keyring(_folder(context.settings.data_dir), now)
    revoked = [key.id for key in keyring.public.values() if key.revoked_at is not None]
    with context.database.reading() as session:
        found = session.execute(
            select(InterimConfirmation.id, InterimConfirmation.office_id, InterimConfirmation.ref)
            .where(InterimConfirmation.state == "issued", InterimConfirmation.key_id.in_(revoked))
            .order_by(InterimConfirmation.ref)
        ).all()
    if keyring.signing is None:
        raise Refused(_ALARMS["no_seal_key"])
    counts: Counter[str] = Counter(dict.fromkeys(("issued", "waiting", "refused"), 0))
    refused = []
    for row in found:
        try:
            done = context.database.run(partial(_reissue, context, keyring, now, row.office_id, row.id))
            counts["issued" if done is Done.issued else "waiting"] += 1
        except Refusal as fault:
            counts["refused"] += 1
            refused.append(f"{row.ref}: {fault}")
    text = f"{counts['issued']} issued anew, {counts['waiting']} wait for a second person."
    answer(counts, as_json, text)
    if refused:
        raise Refused("A person has to look at these:", *refused)


def _reissue(
    context: Context,
    keyring: Keyring,
    now: datetime,
    office_id: UUID,
    confirmation_id: UUID,
    session: Session,
) -> Done:
    desk = open_desk(
        session,
        context.settings.vault,
        keyring,
        office_id=office_id,
        now=now,
        public_url=context.settings.public_url,
    )
    return reissue(session, desk, confirmation_id=confirmation_id, actor=OPERATOR).done


def _folder(data_dir: Path) -> Path:
    return data_dir / FOLDER


def _end(
    end: Callable[[Path, str, datetime], PublicKey], folder: Path, key_id: str, now: datetime
) -> PublicKey:
    try:
        return end(folder, key_id.strip().upper(), now)
    except SealKeyNotFound as fault:
        raise Refused(f"There is no key {key_id!r} in {folder}. See: servicedesk seal-keys list") from fault
    except SealKeyEnded as fault:
        raise Refused(f"The key {key_id!r} has ended already. See: servicedesk seal-keys list") from fault


def _record(session: Session, action: str, key: PublicKey, now: datetime) -> None:
    audit.record(
        session,
        now=now,
        actor=OPERATOR,
        action=action,
        subject=("seal_key", None),
        details={"key_id": key.id},
    )


def _values(key: PublicKey) -> dict[str, object]:
    return {
        "key": key.id,
        "valid_from": key.valid_from,
        "valid_until": key.valid_until,
        "revoked_at": key.revoked_at,
    }


def _state(key: PublicKey, keyring: Keyring, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.valid_until <= now:
        return "ended"
    if key.id not in keyring.can_sign:
        return "without its secret half here"
    if keyring.signing is not None and key.id == keyring.signing.public.id:
        return "signs"
    return "waits" if key.valid_from > now else "in reserve"


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
