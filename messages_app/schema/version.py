"""Which version of an object rows came from, and which of two versions is the older one."""

import hashlib
from dataclasses import dataclass

# Of the digest of bucket and key: enough to tell apart the objects of one bucket.
_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object.

    ``object_digest`` stands for bucket and key. ``sequencer`` is S3's, as
    :func:`canonical_sequencer` has it, empty where no event told it. ``modified`` is the object's
    LastModified in whole seconds of the epoch, 0 where it is not known.
    """

    object_digest: str
    modified: int = 0
    sequencer: str = ""

    def is_older_than(self, other: "ObjectVersion | None") -> bool:
        """Whether the other is certainly a newer version of the same object."""
        if other is None or self.object_digest != other.object_digest:
            return False
        if self.sequencer and other.sequencer:
            return self.sequencer < other.sequencer
        return 0 < self.modified < other.modified

    def as_text(self) -> str:
        """Its form in the table: few bytes, as each record has it."""
        return f"{self.object_digest}.{self.modified:x}.{self.sequencer}"


def version_of(bucket: str, key: str, modified: int, sequencer: str) -> ObjectVersion:
    """The version of the object ``key``; see :class:`ObjectVersion` for the others."""
    digest = hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()[:_DIGEST_LENGTH]
    return ObjectVersion(digest, modified, sequencer)


def version_from_text(text: str) -> ObjectVersion:
    """The version that :meth:`ObjectVersion.as_text` wrote."""
    digest, modified, sequencer = text.split(".")
    return ObjectVersion(digest, int(modified, 16), sequencer)


def canonical_sequencer(sequencer: str) -> str:
    """A sequencer of S3 in the form in which two are compared as texts.

    They are hexadecimal, of any length, and compared after the shorter one was filled up with
    zeros on its right: the same as if neither had any there.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return sequencer.lower().rstrip("0")
