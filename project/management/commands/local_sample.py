import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.aws import s3
from common.checks import WITHOUT_PAGES
from common.errors import ServiceError
from ingestion.models import Import, State

_KEY = "samples/data.csv"
# Seconds; a task that was lost is delivered again within twice the visibility timeout.
_PATIENCE = 4 * settings.VISIBILITY_SECONDS
_PAUSE = 0.2


class Command(BaseCommand):
    help = "Puts a file into the bucket, unless it is there, and waits until it is imported."
    requires_system_checks = WITHOUT_PAGES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        content: bytes = options["file"].read_bytes()
        try:
            is_new = not _is_imported(content)
            if is_new:
                s3.put(settings.DATA_BUCKET, _KEY, content, "text/csv")
                self.stdout.write(f"put {options['file']} into the bucket as {_KEY}")
            etag = _etag(content)
        except ServiceError as error:
            raise CommandError(str(error)) from error
        imported = _finished(etag)
        if is_new and imported.state != State.DONE:
            raise CommandError(
                f"The sample was not imported: {imported.error_detail or imported.state}"
            )


def _etag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _is_imported(content: bytes) -> bool:
    """Whether this content is under the key, and there is an import of it."""
    stored = s3.head(settings.DATA_BUCKET, _KEY)
    return stored is not None and stored.etag == _etag(content) and _imports(stored.etag).exists()


def _imports(etag: str) -> Any:
    return Import.objects.filter(bucket=settings.DATA_BUCKET, key=_KEY, etag=etag)


def _finished(etag: str) -> Import:
    """The newest import of this content, once it has ended."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        newest: Import | None = _imports(etag).first()
        if newest and not newest.is_running:
            return newest
        time.sleep(_PAUSE)
    raise CommandError(f"The import of {_KEY} did not end. The workers' output tells why.")
