"""Object keys: which are files to import, and where Sluice keeps its own."""

OWN_PREFIX = "_sluice/"
# The text of chunks of files that had to be unpacked; the bucket's lifecycle deletes it by age.
STAGED_PREFIX = f"{OWN_PREFIX}staged/"
UPLOAD_PREFIX = "uploads/"
# The bucket's notification has one filter for each of them; S3's filters know upper from lower.
IMPORT_SUFFIXES = (".csv", ".CSV", ".csv.gz", ".csv.zst", ".csv.bz2", ".csv.zip")


def is_importable(key: str) -> bool:
    """Whether an object under this key is a file to import."""
    return not key.startswith(OWN_PREFIX) and key.lower().endswith(IMPORT_SUFFIXES)


def own_key(import_id: str, name: str) -> str:
    """Where something that belongs to an import is kept; never taken for a file to import."""
    return f"{OWN_PREFIX}imports/{import_id}/{name}"


def staged_key(import_id: str, chunk_number: int) -> str:
    """Where the text of a chunk is kept that cannot be read from the object itself."""
    return f"{STAGED_PREFIX}{import_id}/{chunk_number:08}.part"
