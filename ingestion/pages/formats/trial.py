"""A format tried on a sample: what its rows would become. Nothing is stored."""

from typing import Any

from django.http import HttpRequest

from ingestion.formats import suggesting
from ingestion.formats.kinds import schema_of
from ingestion.formats.models import Format
from ingestion.presentation.format_rows import shown_rows
from ingestion.reading.file_error import FileError
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.uploads.sample_upload import SampleFile

_MAX_SAMPLE = 200_000


def trial_context(format_: Format, request: HttpRequest) -> dict[str, Any]:
    """What the template needs. The sample is a file where one came, else what was pasted."""
    schema = schema_of(format_.kind)
    pasted = request.POST.get("sample", "")[:_MAX_SAMPLE]
    name, content, is_whole = "sample.csv", pasted.encode(), True
    file = request.FILES.get("file")
    if isinstance(file, SampleFile):
        name, content = file.name or name, file.content
        is_whole = len(content) >= (file.size or 0)
    try:
        trial = suggesting.trial_of(
            name, content, format_.current.options, schema, is_whole=is_whole
        )
    except (BadFormat, FileError) as error:
        return {"sample": pasted, "trial_fault": str(error)}
    rows = trial.rows[: suggesting.ROWS_SHOWN]
    return {
        "sample": pasted,
        "trial": trial,
        "trial_name": name if file else "",
        "fields": schema.fields,
        "rows": shown_rows(rows, schema),
    }
