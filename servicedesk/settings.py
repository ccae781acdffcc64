"""Read the settings from the environment once, and report every fault at once."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from servicedesk.kernel.clock import Clock, OffsetClock, SystemClock
from servicedesk.kernel.crypto import Vault
from servicedesk.kernel.errors import ConfigurationError
from servicedesk.kernel.ids import new_bytes

_PREFIX = "SERVICEDESK_"
_SECRETS = ("SECRET_KEY", "DATABASE_URL", "SMTP_URL", "DATA_KEY", "PEPPER")
_KNOWN = (
    "DATABASE_URL SECRET_KEY DATA_DIR DATA_KEY PEPPER SMTP_URL MAIL_FROM CLOCK ENVIRONMENT PUBLIC_URL "
    "TRUSTED_PROXIES POOL_SIZE MAINTENANCE_UNTIL LOG_LEVEL CLAMAV TEST_POSTGRES BENCH_POSTGRES DEMO_PORT CRASH_POINT"
).split()


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what the operator decides; made by `load_settings`.

    `public_url` is the base of links in letters where an office's host name alone does not do (the demo);
    `trusted_proxies` the number of reverse proxies whose forwarded addresses count; `clamav` the socket of the
    virus scanner.
    """

    database_url: str
    secret_key: bytes
    data_dir: Path
    vault: Vault
    smtp_url: str | None
    mail_from: str
    clock_start: datetime | None
    is_production: bool
    public_url: str | None
    trusted_proxies: int
    pool_size: int
    maintenance_until: datetime | None
    log_level: str
    clamav: str | None = None

    def clock(self) -> Clock:
        """Make the clock of this process."""
        return OffsetClock(self.clock_start) if self.clock_start else SystemClock()

    def __repr__(self) -> str:
        """Return a text without secrets."""
        return f"Settings(data_dir={str(self.data_dir)!r}, is_production={self.is_production})"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `SERVICEDESK_*` variables, secrets also from `*_FILE`.

    Outside production, missing keys are made once and kept with mode 0600 under the data directory. Raises
    ConfigurationError naming every fault.
    """
    problems: list[str] = []
    values = _collect(os.environ if environment is None else environment, problems)
    is_production = values.get("ENVIRONMENT", "development") == "production"
    if values.get("ENVIRONMENT", "development") not in {"development", "production"}:
        problems.append("SERVICEDESK_ENVIRONMENT: use development or production")
    data_dir = Path(values.get("DATA_DIR", "var"))
    clock_start = _instant("CLOCK", values, problems)
    if clock_start and is_production:
        problems.append("SERVICEDESK_CLOCK: a fixed clock is refused in production; remove it")
    secret_key = _key("SECRET_KEY", values, data_dir, is_production, problems)
    data_key = _key("DATA_KEY", values, data_dir, is_production, problems)
    pepper = _key("PEPPER", values, data_dir, is_production, problems)
    settings = Settings(
        database_url=values.get("DATABASE_URL", f"sqlite:///{data_dir}/servicedesk.db"),
        secret_key=secret_key,
        data_dir=data_dir,
        vault=Vault(keys={1: _exactly_32("DATA_KEY", data_key, problems)}, active=1, pepper=pepper),
        smtp_url=_smtp(values, problems),
        mail_from=values.get("MAIL_FROM", ""),
        clock_start=clock_start,
        is_production=is_production,
        public_url=_public_url(values, problems),
        trusted_proxies=_number("TRUSTED_PROXIES", 0, values, problems),
        pool_size=_number("POOL_SIZE", 8, values, problems),
        maintenance_until=_instant("MAINTENANCE_UNTIL", values, problems),
        log_level=values.get("LOG_LEVEL", "info").lower(),
        clamav=_clamav(values, problems),
    )
    if problems:
        raise ConfigurationError(problems)
    return settings


def _collect(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(_PREFIX):
            continue
        key = name.removeprefix(_PREFIX)
        if key.endswith("_FILE") and key.removesuffix("_FILE") in _SECRETS:
            try:
                values[key.removesuffix("_FILE")] = Path(value).read_text(encoding="utf-8").strip()
            except OSError as fault:
                problems.append(f"{name}: cannot read {value}: {fault.strerror}")
        elif key in _KNOWN:
            values[key] = value
        else:
            problems.append(f"{name}: unknown setting; see docs/operations")
    return values


def _key(
    name: str, values: Mapping[str, str], data_dir: Path, is_production: bool, problems: list[str]
) -> bytes:
    text = values.get(name)
    if text:
        if len(text) < 32:
            problems.append(f"{_PREFIX}{name}: shorter than 32 characters; use `openssl rand -base64 32`")
        return _decode(text)
    if is_production:
        problems.append(
            f"{_PREFIX}{name}: missing; set it, or {_PREFIX}{name}_FILE, from `openssl rand -base64 32`"
        )
        return bytes(32)
    return _decode(_made_once(data_dir / "keys" / name.lower()))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def _made_once(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(base64.b64encode(new_bytes(32)).decode())
    return file.read_text(encoding="ascii").strip()


def _exactly_32(name: str, key: bytes, problems: list[str]) -> bytes:
    if len(key) == 32:
        return key
    problems.append(f"{_PREFIX}{name}: must be 32 bytes in base64; use `openssl rand -base64 32`")
    return bytes(32)


def _instant(name: str, values: Mapping[str, str], problems: list[str]) -> datetime | None:
    text = values.get(name)
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        problems.append(
            f"{_PREFIX}{name}: write an instant with its offset, such as 2026-11-23T08:00:00+01:00"
        )
        return None
    return instant


def _number(name: str, default: int, values: Mapping[str, str], problems: list[str]) -> int:
    text = values.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        problems.append(f"{_PREFIX}{name}: write a whole number, not {text!r}")
        return default
    return int(text)


def _smtp(values: Mapping[str, str], problems: list[str]) -> str | None:
    url = values.get("SMTP_URL")
    if url and (urlsplit(url).scheme not in {"smtp", "smtps"} or not urlsplit(url).hostname):
        problems.append("SERVICEDESK_SMTP_URL: write smtp://user:password@host:587 or smtps://…:465")
    if url and not values.get("MAIL_FROM"):
        problems.append("SERVICEDESK_MAIL_FROM: missing; it is the sender address of every e-mail")
    return url


def _public_url(values: Mapping[str, str], problems: list[str]) -> str | None:
    url = values.get("PUBLIC_URL")
    if url and urlsplit(url).scheme not in {"http", "https"}:
        problems.append("SERVICEDESK_PUBLIC_URL: write the base address, such as https://termine.example")
    return url.rstrip("/") if url else None


def _clamav(values: Mapping[str, str], problems: list[str]) -> str | None:
    text = values.get("CLAMAV")
    if not text:
        return None
    address = urlsplit(text)
    is_socket = address.scheme == "unix" and address.path.startswith("/") and not address.netloc
    if not is_socket and not (address.scheme == "tcp" and address.hostname):
        problems.append("SERVICEDESK_CLAMAV: write unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310")
    return text
