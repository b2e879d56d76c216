"""Imports and their chunks: what is known of a file on its way into the table."""

import uuid
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

import ingestion.dead_letters.causes
import ingestion.rejects.mending.models
import ingestion.running.ended.by_query.models
import ingestion.running.ended.verifying.models
import ingestion.running.inbox.models  # noqa: F401
from common.database.fields import request_id_field
from common.tracing.request_id import MAX_LENGTH as REQUEST_ID_LENGTH
from ingestion.formats.models import Format, FormatVersion
from ingestion.running.ended.undo.columns import UndoneChunk, UndoneImport
from messages_app.schema.schema import MESSAGES
from messages_app.schema.version import ObjectVersion, version_of

__all__ = ["Chunk", "Format", "FormatVersion", "Heartbeat", "Import", "Receipt", "State"]


class State(models.TextChoices):
    QUEUED = "queued"
    PLANNING = "planning"
    WRITING = "writing"
    WAITING = "waiting", "waiting for its format"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing", "being taken back"
    UNDONE = "undone", "taken back"
    HELD = "held", "held for its rejects"


RUNNING = (State.QUEUED, State.PLANNING, State.WRITING)
# In which a forecast can be made real.
FORECAST_ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.HELD)
# Tasks change its records.
AT_WORK = (*RUNNING, State.UNDOING)
# The error of an import whose object has more bytes than it may have: it is never read.
TOO_LARGE = "too_large"
# The error of an import that was nearly all rejects; see ingestion/running/writing/reject_limit.py.
TOO_MANY_REJECTS = "too_many_rejects"
# What these came from must not be read again.
NEVER_AGAIN = (TOO_LARGE, TOO_MANY_REJECTS)
# What is wrong with a file stays wrong: it is to be changed and uploaded anew.
FAULTS_OF_THE_FILE = (
    *NEVER_AGAIN,
    *("empty_file", "not_csv", "no_header", "missing_columns", "doubled_columns", "no_rows"),
    *("rows_above_header", "too_many_headers"),
    "several_kinds",
    *("encoding", "bad_encoding", "wrong_encoding", "bad_on_conflict", "bad_dry_run"),
    *("broken_archive", "zip_content", "encrypted_archive", "archive_method"),
    *("compressed_twice", "unpacks_too_large", "broken_spreadsheet", "spreadsheet_too_large"),
)


# What the identity of an import begins with that has no object: it loads rejects of its parent that
# were mended; see ingestion/rejects/mending/loading.py.
MENDED = "mended-"


class OnConflictChoice(models.TextChoices):
    KEEP = "keep", "Keep both records"
    REPLACE = "replace", "Replace the record that is there"
    REJECT = "reject", "Reject the row"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows: ``read`` is the sum of the others, or the import failed."""

    read: int = 0
    written: int = 0
    unchanged: int = 0
    kept: int = 0
    replaced: int = 0
    outdated: int = 0
    rejected: int = 0

    @property
    def adds_up(self) -> bool:
        return self.read == self.stored + self.unchanged + self.outdated + self.rejected

    @property
    def stored(self) -> int:
        """How many rows became records."""
        return self.written + self.kept + self.replaced

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ForecastReceipt:
    """What would become of the rows: ``read`` is the sum of the others."""

    read: int = 0
    new: int = 0
    equal: int = 0
    conflict: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


# Imports with rejects that nobody has settled. Those of rows that were mended before are open again
# in the import which they are of.
HAS_OPEN_REJECTS = models.Q(
    rejected__gt=models.F("mended") + models.F("let_go"), parent=None, dry_run=False
) & ~models.Q(state=State.UNDONE)


class Counts(models.Model):
    """The columns of a receipt. Of a forecast they say what would become of the rows; rows whose
    key is taken are no rejects of it, but count as *kept* under the policy *reject* too."""

    read = models.BigIntegerField(default=0)
    written = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    replaced = models.BigIntegerField(default=0)
    # Not stored, as a newer version of the same file has a different record there.
    outdated = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def receipt(self) -> Receipt:
        return Receipt(
            read=self.read,
            written=self.written,
            unchanged=self.unchanged,
            kept=self.kept,
            replaced=self.replaced,
            outdated=self.outdated,
            rejected=self.rejected,
        )

    @property
    def forecast_receipt(self) -> ForecastReceipt:
        """Of a forecast."""
        return ForecastReceipt(
            read=self.read,
            new=self.written,
            equal=self.unchanged,
            conflict=self.kept + self.replaced + self.outdated,
            rejected=self.rejected,
        )


class Import(UndoneImport, Counts):
    """One file on its way. Bucket, key and identity (version id, else ETag) name it for ever.

    An upload makes its row before the object is complete: its identity is empty until then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bucket = models.CharField(max_length=63)
    key = models.CharField(max_length=1024)
    identity = models.CharField(max_length=1024, blank=True)
    version_id = models.CharField(max_length=1024, blank=True)
    etag = models.CharField(max_length=128, blank=True)
    # Its place among the versions of the object: of its event, and of its object.
    sequencer = models.CharField(max_length=64, blank=True, default="", editable=False)
    modified_at = models.DateTimeField(null=True, blank=True, editable=False)
    on_conflict = models.CharField(
        max_length=10, choices=OnConflictChoice.choices, default=OnConflictChoice.KEEP
    )
    # A forecast: its rows are compared with the table, and nothing is written; see
    # ingestion/running/writing/forecast. Once somebody has made it real it stays so, whatever the
    # object's metadata say.
    dry_run = models.BooleanField(default=False, db_default=False)
    # A forecast that goes on by itself as an import, unless more of its rows than so many in a
    # hundred would be rejected.
    hold_above = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    is_made_real = models.BooleanField(default=False, db_default=False, editable=False)
    # What a forecast found besides the counts; see ingestion/running/writing/forecast/result.py.
    forecast: Any = models.JSONField(null=True, blank=True, editable=False)
    encoding = models.CharField(max_length=40, blank=True)
    # The kind of its records, and the version of it that the file was begun with (0: not yet).
    kind = models.CharField(max_length=40, default=MESSAGES)
    kind_version = models.PositiveIntegerField(default=0)
    # Whether somebody said so; otherwise it is what the file's header tells.
    is_kind_said = models.BooleanField(default=False)
    # The most bytes that its object may have, where a program sends it straight to S3.
    max_bytes = models.BigIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    # What it is read by, once planning has begun, or what it was said to be of; none where its
    # header names the fields.
    format_version = models.ForeignKey(
        FormatVersion, null=True, blank=True, related_name="imports", on_delete=models.PROTECT
    )
    # Why it waits, of one that does: {"code", "detail", "header", "format"}; see
    # ingestion/formats/waiting.py. ``waiting_on`` is the same for all that one answer is for.
    waiting_for: Any = models.JSONField(default=dict, blank=True, editable=False)
    waiting_on = models.CharField(max_length=64, blank=True, editable=False)
    # The import whose mended rejects it loads. How many of its own rejects such imports have
    # loaded, and how many somebody has let go of; see ingestion/rejects/mending/settling.py.
    parent = models.ForeignKey(
        "self", null=True, blank=True, related_name="children", on_delete=models.SET_NULL
    )
    mended = models.BigIntegerField(default=0, db_default=0)
    let_go = models.BigIntegerField(default=0, db_default=0)
    # Of the request that made it or had it run again last. The bucket's event knows nothing of it.
    request_id = models.CharField(
        max_length=REQUEST_ID_LENGTH, blank=True, default="", editable=False
    )

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress_at = models.DateTimeField(auto_now_add=True)
    resumes = models.PositiveIntegerField(default=0)

    # How the file is laid out, found when planning begins; see ingestion/reading/header.py.
    layout = models.JSONField(default=dict, blank=True)
    # Bytes of the text, which is the object itself unless it has to be unpacked.
    bytes_total = models.BigIntegerField(default=0)
    bytes_planned = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    lines_planned = models.BigIntegerField(default=0)
    # Rows whose time clocks show twice, and which was taken for the first; see
    # ingestion/reading/formats/values/zones.py.
    repeated_times = models.BigIntegerField(default=0)
    # Capacity units that its tasks consumed of the table, as far as DynamoDB told.
    write_units = models.FloatField(default=0, db_default=0, editable=False)
    read_units = models.FloatField(default=0, db_default=0, editable=False)
    chunks_total = models.PositiveIntegerField(default=0)
    chunks_done = models.PositiveIntegerField(default=0)
    is_planned = models.BooleanField(default=False)
    # When somebody settled what it had left to look after; see ingestion/pages/home/attention.py.
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What is odd about its records, though they are stored: [{"code", "detail"}]; see
    # ingestion/running/ended/notices.py.
    notices: Any = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bucket", "key", "identity"], name="one_import_a_file")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "progress_at"], name="import_stalled"),
            models.Index(fields=["-created_at"], name="import_newest"),
            models.Index(
                fields=["waiting_on"], condition=models.Q(state="waiting"), name="import_waiting"
            ),
            models.Index(fields=["state", "-created_at"], name="import_newest_in_state"),
        ]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def object_version(self) -> ObjectVersion:
        modified = int(self.modified_at.timestamp()) if self.modified_at else 0
        return version_of(self.bucket, self.key, modified, self.sequencer)

    @property
    def file_name(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def is_mended(self) -> bool:
        """Whether it has no object, but loads rows that were mended."""
        return self.identity.startswith(MENDED)

    @property
    def open_rejects(self) -> int:
        """How many rejected rows were neither mended nor let go of."""
        return max(0, self.rejected - self.mended - self.let_go)

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    @property
    def is_at_work(self) -> bool:
        """Whether it runs, or is being taken back."""
        return self.state in AT_WORK

    @property
    def can_run_again(self) -> bool:
        """Whether it ended early, has an object that it may read, and would not end the same."""
        return (
            self.state in (State.FAILED, State.CANCELLED, State.UNDONE)
            and bool(self.identity)
            and self.error_code not in FAULTS_OF_THE_FILE
        )

    @property
    def rejected_percent(self) -> int:
        """Of a forecast, how many of a hundred rows the import would reject, rounded up."""
        kept_conflicts = self.kept if self.on_conflict == OnConflictChoice.REJECT else 0
        return -(-100 * (self.rejected + kept_conflicts) // self.read) if self.read else 0

    @property
    def can_be_made_real(self) -> bool:
        """Whether it is a forecast that has ended, of a file that can be imported."""
        return (
            self.dry_run
            and self.state in FORECAST_ENDED
            and bool(self.identity)
            and self.error_code not in FAULTS_OF_THE_FILE
        )

    def new_by_date(self) -> Counter[str]:
        """How many records it added to each date, as far as its chunks are done."""
        counts: Counter[str] = Counter()
        found = self.chunks.exclude(new_by_date={}).values_list("new_by_date", flat=True)
        for new_by_date in found.iterator():
            counts.update(new_by_date)
        return counts

    @property
    def percent(self) -> int:
        """How much of the file is done; 100 only at the end."""
        if self.state == State.DONE:
            return 100
        return min(99, 100 * self.bytes_done // self.bytes_total) if self.bytes_total else 0


class Chunk(UndoneChunk, Counts):
    """A slice of the file that ends at a record's end, written by one task.

    ``start`` and ``end`` are bytes of the text, the end not included; lines count from 1. With a
    ``fault`` the slice is one record that cannot be read at all, and becomes one reject.
    """

    id = models.BigAutoField(primary_key=True)
    import_record = models.ForeignKey(Import, related_name="chunks", on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    first_line = models.BigIntegerField()
    lines = models.BigIntegerField()
    fault = models.CharField(max_length=40, blank=True)
    fault_line = models.BigIntegerField(default=0)
    # Where the text of the slice is, when the object had to be unpacked.
    staged_key = models.CharField(max_length=1024, blank=True)

    is_queued = models.BooleanField(default=False)
    # Some of its rows may be in the table and not in its counts.
    is_begun = models.BooleanField(default=False)
    is_done = models.BooleanField(default=False)
    # The rejected rows by fault; see ingestion/rejects/summary.py.
    faults: Any = models.JSONField(default=list, blank=True)
    first_date = models.CharField(max_length=10, blank=True)
    last_date = models.CharField(max_length=10, blank=True)
    # How many records it added to each date.
    new_by_date: Any = models.JSONField(default=dict, blank=True)

    # Where a table takes little, a chunk is written and counted in parts: how many are counted so
    # far, which lines with how many rows are left (see ingestion/running/writing/left_lines.py),
    # the names of the parts of its rejects (none when it was written in one), and about how many
    # bytes are done.
    parts_kept = models.PositiveIntegerField(default=0)
    left_lines: Any = models.JSONField(default=list, blank=True)
    rows_left = models.PositiveIntegerField(default=0)
    reject_parts: Any = models.JSONField(default=list, blank=True)
    bytes_done = models.BigIntegerField(default=0)
    # Of a forecast, what the task found besides the counts; see
    # ingestion/running/writing/forecast/chunk.py.
    looked: Any = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["import_record", "number"], name="one_chunk_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.import_record_id} chunk {self.number}"


class DeletedImport(models.Model):
    """What is left of an import that somebody deleted, so that its file is not imported again; see
    ingestion/running/ended/deletion.py. Without an identity it was deleted before its file came."""

    id = models.UUIDField(primary_key=True)
    bucket = models.CharField(max_length=63)
    key = models.CharField(max_length=1024)
    identity = models.CharField(max_length=1024, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    # Nothing that belonged to it is in the bucket any more.
    is_swept = models.BooleanField(default=False)
    # Of one that was taken back, perhaps in part: when it had been made, and the first line of each
    # chunk with whether that was. Imports that replaced its records are taken back by this.
    created_at = models.DateTimeField(null=True)
    taken_back: Any = models.JSONField(null=True)
    # Of the request that deleted it.
    request_id = request_id_field()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bucket", "key", "identity"], name="one_deletion_a_file"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=models.Q(is_swept=False), name="deleted_unswept")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def file_name(self) -> str:
        return self.key.rpartition("/")[2]


class Heartbeat(models.Model):
    """A process that works in the background, and when it last said that it does; see
    ingestion/running/heartbeats.py."""

    class Kind(models.TextChoices):
        LISTENER = "listener"
        WORKER = "worker"
        WEB = "web"

    name = models.CharField(max_length=300, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Replay(models.Model):
    """A search for files that nobody announced, below a prefix of the bucket. The listeners go on
    with it by turns; see ingestion/running/unannounced/turns.py."""

    # It comes again every SWEEP_MINUTES; any other was asked for, and is gone when it has ended.
    is_sweep = models.BooleanField(default=False)
    prefix = models.CharField(max_length=1024, blank=True)
    # Objects that were written earlier are not looked for.
    since = models.DateTimeField()
    # Where the listing goes on.
    after_key = models.CharField(max_length=1024, blank=True)
    after_version = models.CharField(max_length=1024, blank=True)
    # How many imports it has started since it began at the first object.
    started = models.PositiveIntegerField(default=0)
    # When a listener may go on with it. Whoever does moves this on first, and so keeps others off.
    due_at = models.DateTimeField(db_index=True)
    # Of the request that asked for it: what goes on with it later has no request of its own.
    request_id = request_id_field()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_sweep", "prefix", "since"], name="one_replay")
        ]

    def __str__(self) -> str:
        return self.prefix
