"""What a format that is being worked out makes of a file's first rows, and what it still asks."""

from typing import Any

from ingestion.formats.suggesting import FileAnswers, Suggested
from ingestion.pages.formats.answers_sent import CHOICE
from ingestion.presentation.format_rows import shown_rows
from ingestion.rejects.summary import grouped
from messages_app.schema.schema import Schema


def sample_context(found: Suggested, schema: Schema, answers: FileAnswers) -> dict[str, Any]:
    """What the template needs."""
    # Which column is which is said above the columns.
    questions = [
        (one, answers.choices.get(one.name, one.chosen), f"{CHOICE}{one.name}")
        for one in found.questions
        if one.code != "column"
    ]
    labels = labels_of(schema)
    rows = found.trial.rows if found.trial else []
    rejected = [row for row in rows if row.record is None]
    return {
        "questions": questions,
        "open": [one for one, chosen, _ in questions if chosen is None],
        "lacks": [(labels.get(path, path), fault) for path, fault in found.faults.items()],
        "fields": schema.fields,
        "rows": shown_rows(found.rows, schema),
        "looked_at": len(rows),
        "stored": len(rows) - len(rejected),
        "rejected": len(rejected),
        "repeated_times": found.trial.repeated_times if found.trial else 0,
        "fault_groups": grouped(rejected),
    }


def labels_of(schema: Schema) -> dict[str, str]:
    """What pages call the fields, by the paths that faults of a format have."""
    return {f"columns.{one.name}": one.label for one in schema.fields}
