"""Files of columns on this machine: fetched once, and the ones not used for longest deleted when
they take more room than they may. A file's name is never given to another one, so that a copy stays
good.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings

from columns import files
from columns.files import DayNow
from columns.models import ColumnFile
from common.aws import s3
from common.errors import ServiceError
from common.tracing.threads import Threads

log = structlog.get_logger(__name__)

_THREADS = 8
_SUFFIX = ".parquet"
# Begins the names of folders with what is for one answer alone. Killed processes leave them.
READ_NOW = "now-"
_STALE_SECONDS = 3_600


def folder() -> Path:
    """Where they are, for this user alone."""
    chosen = settings.COLUMNS_CACHE_DIR
    place = (
        Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"sluice-columns-{os.getuid()}"
    )
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise OSError(f"{place} belongs to somebody else")
    return place.resolve()


def limit() -> int:
    """How many bytes the files of one question, and all together, may have."""
    return int(settings.COLUMNS_CACHE_MB) * 1024**2


def of_day(day: DayNow) -> Path | None:
    """The file that was made of a day as it is now, if this machine made one."""
    path = _path_of_day(day)
    try:
        os.utime(path)
    except OSError:
        return None
    return path


def keep_day(day: DayNow, path: Path) -> Path:
    """A file of a day that no write was under way for when it was read: what it has stays true for
    as long as the day's mark."""
    return path.replace(_path_of_day(day))


def _path_of_day(day: DayNow) -> Path:
    return folder() / f"{day.kind}-{day.date}-{day.mark}{_SUFFIX}"


class Away:
    """Whether a service did not answer one question: it is not asked again for that, as each try
    takes seconds."""

    is_away = False


def fetch(wanted: Iterable[ColumnFile], used: Iterable[Path], away: Away) -> dict[str, Path]:
    """Copies of these files, by name. Those that the bucket does not give, or that do not fit on
    the disk, are missing. What is ``used`` besides stays too."""
    place = folder()
    paths = {row: place / f"{row.name}{_SUFFIX}" for row in wanted}
    found = {row.name: path for row, path in paths.items() if _is_here(row, path)}
    missing = [row for row in paths if row.name not in found]
    if missing:  # threads take longer than to look at files that are here
        with Threads(_THREADS) as pool:
            copied = list(pool.map(lambda row: _copy(row, paths[row], away), missing))
        found |= {row.name: paths[row] for row, here in zip(missing, copied, strict=True) if here}
    _make_room({path.name for path in (*found.values(), *used)})
    return found


def _is_here(row: ColumnFile, path: Path) -> bool:
    try:
        is_whole = path.stat().st_size == row.bytes
        if is_whole:
            os.utime(path)
    except OSError:
        return False
    return is_whole


def _copy(row: ColumnFile, path: Path, away: Away) -> bool:
    if away.is_away:
        return False
    try:
        content = s3.read(settings.DATA_BUCKET, files.key_of(row.kind, row.date, row.name))
        if content is None or len(content) != row.bytes:
            return False
        part = path.with_name(f"{uuid4().hex}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, ServiceError) as error:
        if isinstance(error, ServiceError):
            away.is_away = True
        log.warning("columns not fetched", kind=row.kind, date=row.date, error=str(error))
        return False
    return True


def _make_room(needed: Collection[str]) -> None:
    for left in folder().glob(f"{READ_NOW}*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    known = []
    for path in folder().glob(f"*{_SUFFIX}"):
        try:
            stat = path.stat()
        except FileNotFoundError:  # another process made room
            continue
        known.append((stat.st_mtime, stat.st_size, path))
    room = limit() - sum(size for _, size, _ in known)
    for _, size, path in sorted(known):
        if room >= 0:
            return
        if path.name not in needed:
            path.unlink(missing_ok=True)
            room += size
