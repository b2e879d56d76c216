"""Pages of lists: what is asked for, what is answered, where the next one is."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from common.rest import json_schema
from common.rest.strict import Strict


@extend_schema_field(json_schema.TEXT)
class SomeText(serializers.CharField):
    """Text that is not only spaces; those around it do not count."""


class PageQuery(Strict):
    """Which page of a list."""

    cursor = SomeText(
        required=False, help_text="Where the page begins. Take it from the address in next."
    )

    def get_fields(self) -> dict[str, Any]:
        """The cursor last, in the document too."""
        fields = super().get_fields()
        cursor = fields.pop("cursor")
        return {**fields, "cursor": cursor}


class PageSerializer(serializers.Serializer[Any]):
    """One that says what the ``results`` are."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one.")


def changed_url(request: Request, parameter: str, value: int | str | None) -> str | None:
    """The address of the request with another value of a parameter; None without a value."""
    if value is None or value == "":
        return None
    return replace_query_param(request.build_absolute_uri(), parameter, str(value))
