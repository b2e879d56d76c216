"""Object keys: which are files to import, and where Sluice keeps its own."""

from itertools import product

# Where the files of the demonstration lie (project/local/demo/).
DEMO_PREFIX = "sluice-demonstration/"
# In bytes of UTF-8.
LONGEST_KEY = 1024
OWN_PREFIX = "_sluice/"
# The text of chunks of files that had to be unpacked; the bucket's lifecycle deletes it by age.
STAGED_PREFIX = f"{OWN_PREFIX}staged/"
# What imports replaced and people deleted, for a time; the lifecycle deletes this too.
ASIDE_PREFIX = f"{OWN_PREFIX}aside/"
UPLOAD_PREFIX = "uploads/"
# In capital or small letters, or any mixture of them.
IMPORT_SUFFIXES = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2", ".csv.zip", ".xlsx", ".ods")


def event_suffixes() -> list[str]:
    """For S3's filters, which tell capital from small letters: the last part of each suffix in all
    its spellings, 56 in all. Whole ones would be more than the 100 that a bucket may have.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
    """
    endings = dict.fromkeys(suffix.rpartition(".")[2] for suffix in IMPORT_SUFFIXES)
    return [
        f".{''.join(letters)}"
        for ending in endings
        for letters in product(*(dict.fromkeys((one, one.upper())) for one in ending))
    ]


def is_importable(key: str) -> bool:
    """Whether an object under this key is a file to import."""
    return not key.startswith(OWN_PREFIX) and key.lower().endswith(IMPORT_SUFFIXES)


def without_suffix(name: str) -> str:
    """The name of a file to import without the suffix that makes it one."""
    ends = [len(one) for one in IMPORT_SUFFIXES if name.lower().endswith(one)]
    return name[: len(name) - max(ends, default=0)]


def own_key(import_id: str, name: str) -> str:
    """Where something that belongs to an import is kept; never taken for a file to import."""
    return f"{OWN_PREFIX}imports/{import_id}/{name}"


def staged_key(import_id: str, chunk_number: int) -> str:
    """Where the text of a chunk is kept that cannot be read from the object itself."""
    return f"{staged_key_prefix(import_id)}{chunk_number:08}.part"


def staged_key_prefix(import_id: str) -> str:
    """What the keys of all texts of an import's chunks begin with."""
    return f"{STAGED_PREFIX}{import_id}/"


def aside_prefix(import_id: str) -> str:
    """What the keys of all that an import replaced begin with."""
    return f"{ASIDE_PREFIX}imports/{import_id}/"


def aside_key(import_id: str, first_line: int, name: str) -> str:
    """Where records are kept aside that the chunk which begins with this line replaced."""
    return f"{aside_prefix(import_id)}{first_line:015}-{name}"


def deletion_prefix(deletion_id: str) -> str:
    """What the keys of all begin with that was deleted by one query."""
    return f"{ASIDE_PREFIX}deletions/{deletion_id}/"
