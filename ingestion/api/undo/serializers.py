"""Taking an import back, as the API takes and gives it."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common.rest.pages import PageSerializer
from common.rest.strict import Strict
from ingestion.api.fields import choice
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.ended.undo.left import EDITED, NO_COPY


class TakeBackSerializer(Strict):
    """How an import is taken back."""

    without_copy = choice(
        WithoutCopy,
        required=False,
        help_text="What happens to records that replaced others of which no copy is left. Needed "
        "only when there are such records.",
    )


class LeftRecordSerializer(serializers.Serializer[Any]):
    """A record that stayed when its import was taken back."""

    line = serializers.IntegerField(help_text="Of the file.")
    date = serializers.CharField()
    time = serializers.CharField()
    reason = serializers.ChoiceField([EDITED, NO_COPY])
    edited_by = serializers.CharField(
        allow_null=True, help_text="Who edited it last; null where the audit trail does not know."
    )
    edited_at = serializers.DateTimeField(source="edited", allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        data = super().to_representation(instance)
        return {**data, "edited_by": instance.edited_by or None}


@extend_schema_serializer(many=False)
class LeftPageSerializer(PageSerializer):
    """Records that stayed, in the order of their lines."""

    results = LeftRecordSerializer(many=True)
