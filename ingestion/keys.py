"""Object keys: which are files to import, and where Sluice keeps its own."""

OWN_PREFIX = "_sluice/"
UPLOAD_PREFIX = "uploads/"
# The bucket's notification has one filter for each of them; S3's filters know upper from lower.
IMPORT_SUFFIXES = (".csv", ".CSV", ".csv.gz", ".csv.zst", ".csv.bz2", ".csv.zip")


def is_importable(key: str) -> bool:
    """Whether an object under this key is a file to import."""
    return not key.startswith(OWN_PREFIX) and key.lower().endswith(IMPORT_SUFFIXES)


def own_key(import_id: str, name: str) -> str:
    """Where something that belongs to an import is kept; never taken for a file to import."""
    return f"{OWN_PREFIX}imports/{import_id}/{name}"
