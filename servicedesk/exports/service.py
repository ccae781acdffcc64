"""Fix what an export covers, and write it: lines, files, and a manifest that comes last."""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from servicedesk.db import audit
from servicedesk.exports.errors import CursorUnknown, FolderTaken
from servicedesk.exports.models import ExportRun
from servicedesk.exports.queries import (
    RunView,
    find_run,
    find_stretch,
    is_known_cursor,
    iter_changes,
    iter_files,
)
from servicedesk.exports.rules import COLUMNS, Change, write_cell
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.ids import new_id
from servicedesk.kernel.permissions import Actor
from servicedesk.offices.models import Office

CHANGES, MANIFEST, FILES = "changes.csv", "manifest.json", "files"
FORMAT = 1
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Say what one export covers; `until` is the cursor for the next one."""

    office_id: UUID
    office_ref: str
    since: int
    until: int
    changes: int


def begin_export(session: Session, *, office_id: UUID, since: int, actor: Actor, now: datetime) -> Stretch:
    """Return what a cursor leads to: the same as before, where it was used before. Raises CursorUnknown.

    Only sealed rows of the audit trail are exported; what happened within the last minute comes next time.
    """
    # Two exports of one office at once wait for each other here.
    ref = session.execute(select(Office.ref).where(Office.id == office_id).with_for_update()).scalar_one()
    run = find_run(session, office_id, since)
    if run is None:
        if not is_known_cursor(session, office_id, since):
            raise CursorUnknown
        until, changes = find_stretch(session, office_id, since)
        if changes:
            session.add(
                ExportRun(
                    id=new_id(),
                    office_id=office_id,
                    since=since,
                    until=until,
                    changes=changes,
                    created_at=now,
                    created_by=actor.ref,
                )
            )
            session.flush()
        stretch = Stretch(office_id, ref, since, until, changes)
    else:
        stretch = Stretch(office_id, ref, run.since, run.until, run.changes)
    note_handed_out(session, stretch, actor=actor, now=now)
    return stretch


def stretch_of(session: Session, office_id: UUID, run: RunView) -> Stretch:
    """Return what a recorded export covers."""
    ref = session.execute(select(Office.ref).where(Office.id == office_id)).scalar_one()
    return Stretch(office_id, ref, run.since, run.until, run.changes)


def note_handed_out(session: Session, stretch: Stretch, *, actor: Actor, now: datetime) -> None:
    """Record that somebody took an export out of the house."""
    audit.record(
        session,
        now=now,
        actor=actor,
        action="export_changes",
        subject=("office", stretch.office_id),
        office_id=stretch.office_id,
        details={"since": stretch.since, "until": stretch.until, "changes": stretch.changes},
    )


def write_export(session: Session, vault: Vault, stretch: Stretch, folder: Path) -> dict[str, Any]:
    """Write an export into a folder and return its manifest.

    Files of an earlier try that are whole stay as they are; the manifest comes last, so that a folder with one is
    complete. Raises FolderTaken where another export lies there.
    """
    _claim_folder(folder, stretch)
    files: list[dict[str, Any]] = []
    for paper in iter_files(session, vault, stretch.office_id, stretch.since, stretch.until):
        entry: dict[str, Any] = {"seq": paper.seq, "media_type": paper.media_type, "uploads": paper.uploads}
        if paper.content is None:
            files.append({**entry, "path": None})
            continue
        path = folder / FILES / paper.name
        _write_whole(path, paper.content)
        files.append({**entry, "path": f"{FILES}/{paper.name}", **_sum(paper.content)})
    lines = build_csv(iter_changes(session, stretch.office_id, stretch.since, stretch.until))
    _write_whole(folder / CHANGES, lines)
    manifest = _manifest(stretch, lines, files)
    _write_whole(folder / MANIFEST, _json(manifest))
    return manifest


def build_archive(session: Session, stretch: Stretch) -> bytes:
    """Return lines and manifest as one ZIP file, the same bytes for the same stretch; files of papers stay out."""
    lines = build_csv(iter_changes(session, stretch.office_id, stretch.since, stretch.until))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in ((CHANGES, lines), (MANIFEST, _json(_manifest(stretch, lines, None)))):
            packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def build_csv(changes: Iterable[Change]) -> bytes:
    """Return the lines as RFC 4180 wants them, with a mark by which spreadsheets see that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for change in changes:
        writer.writerow([write_cell(value) for value in asdict(change).values()])
    return text.getvalue().encode("utf-8-sig")


def _manifest(stretch: Stretch, lines: bytes, files: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "office": stretch.office_ref,
        "since": stretch.since,
        "next_since": stretch.until,
        "changes": {"path": CHANGES, "lines": stretch.changes, **_sum(lines)},
        # None: this export was made without the files; the command writes them.
        "files": files,
    }


def _sum(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _claim_folder(folder: Path, stretch: Stretch) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / FILES).mkdir(exist_ok=True, mode=0o700)
    manifest = folder / MANIFEST
    if not manifest.exists():
        return
    try:
        known = json.loads(manifest.read_text(encoding="utf-8"))
        is_same = (known["office"], known["since"]) == (stretch.office_ref, stretch.since)
    except (ValueError, KeyError, TypeError):
        is_same = False
    if not is_same:
        raise FolderTaken(folder=folder)


def _write_whole(path: Path, content: bytes, replace: Callable[[Path, Path], None] = os.replace) -> None:
    """Write a file that is either whole or not there; one that is whole already is left alone."""
    if path.exists() and path.read_bytes() == content:
        return
    part = path.with_name(path.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    replace(part, path)
