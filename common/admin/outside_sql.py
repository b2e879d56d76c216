"""Admin views without a transaction around them."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect


class OutsideSQL(ModelAdmin):  # type: ignore[type-arg]
    """For what is not in SQL. Django's own view holds a transaction open while it saves, which
    locks SQLite for all others for as long as AWS takes, and which could take the entry in the
    audit trail back though the change in AWS stays.

    Comes behind unfold's ModelAdmin among the bases, in the place of Django's.
    """

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]
