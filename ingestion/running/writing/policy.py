"""The policy of an import."""

from ingestion.models import Import
from messages_app.store.bulk_insert import ON_CONFLICT, OnConflict


def policy_of(import_: Import) -> OnConflict:
    """What becomes of its rows whose key a different record has."""
    return next(policy for policy in ON_CONFLICT if policy == import_.on_conflict)
