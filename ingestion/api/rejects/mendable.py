"""What the routes that mend rejects share."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.viewsets import GenericViewSet

from common.rest.openapi_problems import ProblemDocument
from ingestion.api.requests import WrongState
from ingestion.models import Import
from ingestion.reading.file_error import FileError
from ingestion.rejects.mending.editing import CannotMend
from messages_app.kinds.access import Access

NOT_NOW = ProblemDocument(
    "CannotMend",
    409,
    "row_loaded",
    "The import runs, or the row is loaded, or cannot be edited, or none is ready.",
)
_WRONG_VALUES = ("row_too_long", "not_text")


class Mendable(GenericViewSet[Import]):
    """Routes of an import whose rejects are mended."""

    def mendable(self) -> Import:
        """The import, for those who may make records of its kind. Raises PermissionDenied."""
        import_ = self.get_object()
        if not Access(self.request.user, import_.kind).add:
            raise PermissionDenied("To mend rows you need the permission to make such records.")
        return import_


@contextmanager
def refused() -> Iterator[None]:
    """Answers what cannot be done with 409, and what cannot be kept with 400."""
    try:
        yield
    except CannotMend as error:
        if error.code in _WRONG_VALUES:
            raise ValidationError({"row": [str(error)]}, error.code) from error
        raise WrongState(str(error), error.code) from error
    except FileError as error:
        raise WrongState(error.detail, error.code) from error
