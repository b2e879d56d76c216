"""What a person says of waiting files, written down in the audit trail."""

from dataclasses import replace

from audit.actor import Actor
from ingestion.formats import audit_log as format_log
from ingestion.formats import versions, waiting
from ingestion.formats.kinds import schema_of
from ingestion.formats.models import Format, FormatVersion
from ingestion.formats.recognition import HEADER_CHANGED
from ingestion.models import Import, State
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.running import audit_log
from ingestion.running.progress import Queue


class NoSuchFormat(Exception):
    """There is no such format, or it was deleted."""

    def __init__(self) -> None:
        super().__init__("This format does not exist. Choose an existing one, or make it first.")


def answer(
    import_: Import,
    format_id: int,
    actor: Actor,
    queue: Queue,
    *,
    is_for_all: bool = False,
    accepts_header: bool = False,
) -> list[Import]:
    """Have a waiting import read by a format, and all that wait for the same. Those that went on;
    none when it does not wait. Raises NoSuchFormat, BadFormat and ServiceError."""
    format_ = Format.objects.filter(pk=format_id, is_retired=False).first()
    if format_ is None:
        raise NoSuchFormat
    return read_by(
        import_, format_, actor, queue, is_for_all=is_for_all, accepts_header=accepts_header
    )


def read_by(
    import_: Import,
    format_: Format,
    actor: Actor,
    queue: Queue,
    *,
    is_for_all: bool = False,
    accepts_header: bool = False,
) -> list[Import]:
    """The same, by a format that may be for this import alone."""
    if import_.state != State.WAITING:
        return []
    if accepts_header:
        _accept_header(import_, format_, actor)
        format_.refresh_from_db()
    version = format_.current
    went = waiting.go_on(import_, version, queue, is_for_all=is_for_all)
    for one in went:
        audit_log.log(actor, audit_log.FORMAT_CHOSEN, one, **_told(version))
    return went


def _accept_header(import_: Import, format_: Format, actor: Actor) -> None:
    """The format's next version, whose header is that of the waiting file."""
    waiting_for = import_.waiting_for
    if waiting_for.get("code") != HEADER_CHANGED or waiting_for.get("format") != format_.pk:
        raise BadFormat({"accept_header": "is for imports that wait for this format alone"})
    if not waiting_for.get("can_accept"):
        raise BadFormat(
            {"accept_header": "A column that the format reads is missing: change the format"}
        )
    definition = replace(format_.current.definition, header=tuple(waiting_for["header"]))
    if versions.change(format_, format_.name, definition, schema_of(format_.kind), actor.user):
        format_log.log(actor, format_log.HEADER_ACCEPTED, format_, import_id=str(import_.pk))


def _told(version: FormatVersion) -> dict[str, object]:
    return {"format": version.format.name, "version": version.number}
