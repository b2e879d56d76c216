"""The end of an upload that a browser sent straight to S3."""

from common.aws import s3
from ingestion.models import Import, State
from ingestion.running import lifecycle
from ingestion.running.progress import Queue


def confirm(import_: Import, queue: Queue) -> Import | None:
    """The import, started, when its file is in the bucket; else it is given up, as if nobody had
    asked for an address. Raises ServiceError.

    The bucket's event would start it too, and goes on to where there is no browser to ask.
    """
    if import_.identity:
        return import_
    stored = s3.head(import_.bucket, import_.key)
    if stored is not None:
        return lifecycle.start(stored, queue)
    Import.objects.filter(pk=import_.pk, identity="", state=State.QUEUED).delete()
    return None
