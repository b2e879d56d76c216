"""What people do to imports and dead letters, as the audit trail tells it."""

from typing import Any

from django.conf import settings

from audit.actor import DEAD_LETTER_KIND, IMPORT_KIND, Actor
from ingestion.dead_letters.content import DeadLetter
from ingestion.models import Import
from ingestion.running.unannounced.search import Scope

UPLOADED = "uploaded"
ANNOUNCED = "announced"  # asked for an address to upload to
CANCELLED = "cancelled"
RESTARTED = "restarted"
VERIFIED = "verified"  # asked for it; what was found is kept with the import
VERIFICATION_STOPPED = "verification stopped"
MADE_REAL = "made real"  # a forecast, which was then imported
DELETED = "deleted"
TAKEN_BACK = "taken back"
UNDO_STOPPED = "taking back stopped"
FORMAT_CHOSEN = "format chosen"
REJECTS_MENDED = "mended rejects"  # several at once
REJECTS_LET_GO = "let go of rejects"
REJECTS_LOADED = "loaded mended rejects"
REDROVE = "sent back"
DISCARDED = "discarded"
REPLAYED = "replayed"
SETTLED = "settled"
# What is replayed is a part of the bucket.
_REPLAY_KIND = "replay"


def log(actor: Actor, action: str, import_: Import, **detail: Any) -> None:
    """Write down what was done to an import."""
    actor.log(action, IMPORT_KIND, str(import_.pk), key=import_.key, **detail)


def ran_again(actor: Actor, before: Import) -> None:
    """Write down that an import was run again; ``before`` is as it had ended."""
    log(actor, RESTARTED, before, state=before.state, error=before.error_code)


def deleted(actor: Actor, before: Import) -> None:
    """Write down that an import was deleted, with what it was, of which nothing else is kept."""
    file = {"bucket": before.bucket, "identity": before.identity}
    receipt = {name: count for name, count in before.receipt.as_dict().items() if count}
    log(actor, DELETED, before, **file, state=before.state, error=before.error_code, **receipt)


def log_replay(actor: Actor, scope: Scope) -> None:
    """Write down that files without an import were asked for."""
    since = scope.since.isoformat() if scope.since else ""
    actor.log(REPLAYED, _REPLAY_KIND, f"s3://{settings.DATA_BUCKET}/{scope.prefix}", since=since)


def log_dead_letter(actor: Actor, action: str, letter: DeadLetter) -> None:
    """Write down what was done to a dead letter, under its import if it has one."""
    target = letter.import_id or letter.id
    actor.log(action, DEAD_LETTER_KIND, target, letter=letter.id, queue=letter.queue)
