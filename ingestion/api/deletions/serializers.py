"""Deletions of what a query matches, as the API takes and gives them."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from common.rest import json_schema
from common.rest.pages import PageQuery, PageSerializer
from common.rest.strict import Parsed, Strict, WholeNumber
from ingestion.running.ended.by_query.life import MAX_KEYS, time_of_key
from ingestion.running.ended.by_query.models import Deletion, DeletionState
from messages_app.schema import timestamps

_MOST = 2**53 - 1
_LONGEST_QUERY = 8000
_LONGEST_TIME = 1024


class KeySerializer(Strict):
    """The key of a record."""

    date = Parsed(lambda data: timestamps.clean_date(str(data)), json_schema.DATE, required=True)
    time = Parsed(
        time_of_key,
        {"type": "string", "maxLength": _LONGEST_TIME},
        required=True,
        help_text="As the record has it, in full.",
    )


class DeleteRecordsSerializer(Strict):
    """What is to be deleted: what a query matches, or the records with some keys."""

    query = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=_LONGEST_QUERY,
        help_text="The query of a list of records, without the question mark:"
        " date=2019-05-28&location=harbour. Empty for all records of the kind.",
    )
    keys = serializers.ListField(
        child=KeySerializer(), required=False, min_length=1, max_length=MAX_KEYS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"query", "keys"} & attrs.keys()) != 1:
            sentence = "send either query or keys"
            raise ValidationError({"query": [ErrorDetail(sentence, "either_or")]})
        return attrs


class ConfirmSerializer(Strict):
    """How many records are to be deleted."""

    count = WholeNumber(0, _MOST, help_text="The counted number, `matched`.")


class DeletionSerializer(serializers.Serializer[Deletion]):
    """A deletion of what a query matches."""

    id = serializers.UUIDField(read_only=True)
    kind = serializers.CharField(read_only=True)
    query = serializers.CharField(read_only=True)
    keys = serializers.SerializerMethodField(
        help_text="How many keys were named; null for a query."
    )
    state = serializers.ChoiceField(DeletionState.choices, read_only=True)
    matched = serializers.IntegerField(
        min_value=0, read_only=True, help_text="How many were counted so far."
    )
    deleted = serializers.IntegerField(min_value=0, read_only=True)
    changed = serializers.IntegerField(
        min_value=0,
        read_only=True,
        help_text="How many were left, because they changed at that moment.",
    )
    restored = serializers.IntegerField(
        min_value=0, read_only=True, help_text="How many of the deleted ones were restored."
    )
    taken = serializers.IntegerField(
        min_value=0,
        read_only=True,
        help_text="How many cannot be restored: other records have their keys, or their copies"
        " are gone.",
    )
    error = serializers.CharField(source="error_detail", read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    created_by = serializers.CharField(
        source="created_by.username", read_only=True, allow_null=True
    )
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    kept_until = serializers.DateTimeField(
        read_only=True, help_text="Deleted records can be restored until then."
    )

    def get_keys(self, deletion: Deletion) -> int | None:
        return None if deletion.keys is None else len(deletion.keys)


class DeletionsQuery(PageQuery):
    """Which page of the deletions."""

    page_size = WholeNumber(1, 500, default=50, help_text="Deletions on a page.")


@extend_schema_serializer(many=False)
class DeletionPageSerializer(PageSerializer):
    """Deletions, newest first."""

    results = DeletionSerializer(many=True)
