"""The rejected rows of an import as a CSV file to download, mend and upload again."""

from django.http import Http404, StreamingHttpResponse

from common.rest.streaming import attachment
from ingestion.aws.object_keys import without_suffix
from ingestion.models import Import
from ingestion.rejects import store


def download(import_: Import, after_line: int = 0) -> StreamingHttpResponse:
    """All of them behind a line, streamed. Raises Http404 when the import has none, and
    ServiceError."""
    if not import_.rejected:
        raise Http404("This import has no rejected rows.")
    return attachment(
        store.csv_lines(import_, after_line), "text/csv; charset=utf-8", _name(import_)
    )


def _name(import_: Import) -> str:
    return f"{without_suffix(import_.file_name)}-rejects.csv"
