"""What the pages show of dead letters besides what they say themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from ingestion.dead_letters import causes
from ingestion.dead_letters.content import DeadLetter
from ingestion.models import Import

# The import of an event is that of one of its first objects; most events have one.
_OBJECTS_LOOKED_UP = 5
_UNKNOWN = (
    "The cause is not known: the process that handled it was stopped, or the database did "
    "not answer. Send it back to try it again."
)
_TASKS = {"ingestion.plan_import": "Plan the import", "ingestion.write_chunk": "Write chunk"}


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter, the import that it belongs to, and why it could not be handled as far as known."""

    letter: DeadLetter
    import_record: Import | None
    cause: str

    @property
    def is_readable(self) -> bool:
        """Whether it asks for something that Sluice does. What is not would only come back."""
        letter = self.letter
        is_ours = letter.task in _TASKS or bool(letter.objects) or bool(letter.method)
        return is_ours and not letter.fault

    @property
    def queue(self) -> str:
        """What people call the queue."""
        names = {
            settings.CELERY_QUEUE: "Tasks",
            settings.BUCKET_EVENTS_QUEUE: "Bucket events",
            settings.MESSAGE_INBOX_QUEUE: "Inbox",
        }
        return names[self.letter.queue]

    @property
    def order(self) -> str:
        """What was to be done."""
        letter = self.letter
        if letter.task:
            known = _TASKS.get(letter.task, letter.task)
            return known if letter.chunk is None else f"{known} {letter.chunk}"
        if letter.objects:
            return "Import"
        return letter.method or "Not readable"


def rows(letters: Iterable[DeadLetter]) -> list[LetterRow]:
    """Those that came first stand first."""
    listed = list(letters)
    by_id, by_object = _imports(listed)
    known = causes.known([letter.id for letter in listed])
    found = []
    for letter in listed:
        import_ = by_id.get(letter.import_id)
        for one in letter.objects[:_OBJECTS_LOOKED_UP]:
            import_ = import_ or by_object.get(one)
        of_import = import_.error_detail if import_ else ""
        cause = letter.fault or known.get(letter.id) or of_import or _UNKNOWN
        found.append(LetterRow(letter, import_, cause))
    return sorted(found, key=lambda one: (one.letter.sent_at is None, one.letter.sent_at))


def row(letter: DeadLetter) -> LetterRow:
    [only] = rows([letter])
    return only


def _imports(letters: list[DeadLetter]) -> tuple[dict[str, Import], dict[tuple[str, str], Import]]:
    """The imports that letters name, by their ids and by their objects (the newest of each)."""
    named = Q(pk__in={letter.import_id for letter in letters if letter.import_id})
    keys = {key for letter in letters for _, key in letter.objects[:_OBJECTS_LOOKED_UP]}
    known = list(Import.objects.filter(named | Q(key__in=keys)).order_by("created_at"))
    return (
        {str(import_.pk): import_ for import_ in known},
        {(import_.bucket, import_.key): import_ for import_ in known},
    )
