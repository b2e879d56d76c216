"""Kinds as addresses name them."""

from django.http import Http404

from common.errors import NotFound
from messages_app.kinds import registry
from messages_app.kinds.record_kind import RecordKind


def kind_or_404(name: str) -> RecordKind:
    """Raises Http404 when there is no such kind."""
    try:
        return registry.find(name)
    except NotFound as error:
        raise Http404(str(error)) from error
