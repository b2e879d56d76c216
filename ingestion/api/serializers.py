"""Imports, their pages and their rejected rows as the API gives them."""

from typing import Any

from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from common.rest.pages import PageSerializer
from ingestion.api import verification
from ingestion.api.forecast import costs, forecasts
from ingestion.api.forecast.costs import CostSerializer
from ingestion.api.forecast.forecasts import ForecastSerializer
from ingestion.api.verification import VerificationSerializer
from ingestion.models import ForecastReceipt, Import, OnConflictChoice, Receipt, State
from ingestion.running.ended.undo.columns import Undo
from ingestion.uploads.presigned import PresignedUpload


class ProgressSerializer(serializers.Serializer[Import]):
    """How far an import is. Bytes are those of the text: of a compressed file, unpacked."""

    bytes_total = serializers.IntegerField(min_value=0)
    bytes_done = serializers.IntegerField(min_value=0)
    chunks_total = serializers.IntegerField(
        min_value=0, help_text="Grows while the file is read for the first time."
    )
    chunks_done = serializers.IntegerField(min_value=0)


class ReceiptSerializer(serializers.Serializer[Receipt]):
    """What became of the rows: *read* is the sum of the others when the import is done."""

    read = serializers.IntegerField(min_value=0)
    written = serializers.IntegerField(min_value=0, help_text="New records.")
    unchanged = serializers.IntegerField(min_value=0, help_text="An equal record was there.")
    kept = serializers.IntegerField(min_value=0, help_text="Stored beside a different record.")
    replaced = serializers.IntegerField(
        min_value=0, help_text="Took the place of a different record."
    )
    outdated = serializers.IntegerField(
        min_value=0,
        help_text="Not stored, as a newer version of the same file has a different record there.",
    )
    rejected = serializers.IntegerField(min_value=0, help_text="Not stored.")


class ForecastReceiptSerializer(serializers.Serializer[ForecastReceipt]):
    """What would become of the rows of a forecast: *read* is the sum of the others."""

    read = serializers.IntegerField(min_value=0)
    new = serializers.IntegerField(min_value=0, help_text="They would become new records.")
    equal = serializers.IntegerField(min_value=0, help_text="An equal record is there.")
    conflict = serializers.IntegerField(
        min_value=0,
        help_text="A different record has the key: `on_conflict` says what would happen to "
        "the row.",
    )
    rejected = serializers.IntegerField(min_value=0, help_text="Rows that would be rejected.")


class ImportErrorSerializer(serializers.Serializer[Any]):
    """Why an import failed."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people: what to change.")


class ImportNoticeSerializer(serializers.Serializer[Any]):
    """What is unusual about the stored records of an import."""

    code = serializers.CharField(help_text="For programs: `future_moments`, `distant_moments`.")
    detail = serializers.CharField(help_text="For people: how many, and of which dates.")


class FormatOfImportSerializer(serializers.Serializer[Any]):
    """The format that a file is read by, in the version to which its import is pinned."""

    id = serializers.IntegerField(source="format_id")
    name = serializers.CharField(source="format.name")
    version = serializers.IntegerField(source="number")


class WaitingForSerializer(serializers.Serializer[Any]):
    """What somebody has to say about the file, once, before its import continues."""

    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people.")
    header = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text="The columns that the file has."
    )


class MendingSerializer(serializers.Serializer[Import]):
    """What became of the rejected rows since: *rejected* of the receipt is the sum."""

    mended = serializers.IntegerField(min_value=0, help_text="Loaded, after they were edited.")
    let_go = serializers.IntegerField(min_value=0)
    open = serializers.IntegerField(source="open_rejects", min_value=0)


class UndoSerializer(serializers.Serializer[Undo]):
    """What happened to the rows of an import when it was taken back."""

    reversed = serializers.IntegerField(min_value=0, help_text="Their records were deleted.")
    restored = serializers.IntegerField(
        min_value=0, help_text="What their records replaced was put back."
    )
    edited = serializers.IntegerField(min_value=0, help_text="Edited since, and left; see `left/`.")
    gone = serializers.IntegerField(
        min_value=0,
        help_text="Deleted or replaced before, by a later row of the same file too.",
    )


class ImportSerializer(serializers.Serializer[Import]):
    """A file on its way into the table."""

    id = serializers.UUIDField(read_only=True)
    bucket = serializers.CharField(read_only=True)
    key = serializers.CharField(read_only=True, help_text="The key of the file in the bucket.")
    state = serializers.ChoiceField(State.choices, read_only=True)
    on_conflict = serializers.ChoiceField(
        OnConflictChoice.choices,
        read_only=True,
        help_text="What happens to a row whose key a different record has.",
    )
    encoding = serializers.CharField(
        read_only=True, help_text="Empty until it is given or found out."
    )
    kind = serializers.CharField(
        read_only=True, help_text="The kind of its records, once it is given or the header is read."
    )
    progress = ProgressSerializer(source="*", read_only=True)
    dry_run = serializers.BooleanField(
        read_only=True, help_text="A forecast: nothing of the file is written."
    )
    receipt = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()
    forecast = serializers.SerializerMethodField()
    format = FormatOfImportSerializer(
        source="format_version",
        read_only=True,
        allow_null=True,
        help_text="Null where the header names the fields itself.",
    )
    waiting_for = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    notices = ImportNoticeSerializer(
        many=True,
        read_only=True,
        help_text="Found when the import ends: whether new records are in the future, or far "
        "from all others of the table.",
    )
    verification = serializers.SerializerMethodField()
    mending = MendingSerializer(source="*", read_only=True)
    undo = UndoSerializer(
        read_only=True,
        allow_null=True,
        help_text="Null unless the import is or was taken back. In the end its sum is that of"
        " `written`, `kept` and `replaced`.",
    )
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="Null while it runs."
    )
    created_by = serializers.CharField(
        source="created_by.username",
        read_only=True,
        allow_null=True,
        help_text="Who uploaded the file; null when it came into the bucket in another way.",
    )

    @extend_schema_field(
        PolymorphicProxySerializer(
            component_name="AnyReceipt",
            serializers=[ReceiptSerializer, ForecastReceiptSerializer],
            resource_type_field_name=None,
        )
    )
    def get_receipt(self, import_: Import) -> dict[str, int]:
        return (import_.forecast_receipt if import_.dry_run else import_.receipt).as_dict()

    def get_fields(self) -> dict[str, Any]:
        # A serializer's own parent has that name.
        parent = serializers.UUIDField(
            source="parent_id",
            read_only=True,
            allow_null=True,
            help_text="The import whose mended rows it loads; null for a file.",
        )
        return {**super().get_fields(), "parent": parent}

    @extend_schema_field(CostSerializer(allow_null=True))
    def get_cost(self, import_: Import) -> dict[str, Any] | None:
        """What its tasks have consumed so far, those that take it back included; what a task
        consumed whose process was killed is missing. Null where nothing was counted."""
        return costs.of_import(import_)

    @extend_schema_field(ForecastSerializer(allow_null=True))
    def get_forecast(self, import_: Import) -> dict[str, Any] | None:
        return forecasts.of_import(import_, self.context.get("one_for"))

    @extend_schema_field(VerificationSerializer(allow_null=True))
    def get_verification(self, import_: Import) -> dict[str, Any] | None:
        """What the last verification found; null in lists too."""
        return verification.of_import(import_) if "one_for" in self.context else None

    @extend_schema_field(WaitingForSerializer(allow_null=True))
    def get_waiting_for(self, import_: Import) -> dict[str, Any] | None:
        if import_.state != State.WAITING:
            return None
        return {name: import_.waiting_for.get(name) for name in ("code", "detail", "header")}

    @extend_schema_field(ImportErrorSerializer(allow_null=True))
    def get_error(self, import_: Import) -> dict[str, str] | None:
        return (
            {"code": import_.error_code, "detail": import_.error_detail}
            if import_.error_code
            else None
        )


@extend_schema_serializer(many=False)
class ImportPageSerializer(PageSerializer):
    """Imports, newest first."""

    results = ImportSerializer(many=True)


class PresignedUploadSerializer(serializers.Serializer[PresignedUpload]):
    """Where to send a file, and the import that waits for it."""

    url = serializers.URLField(help_text="Post the form to this address of S3.")
    expires_at = serializers.DateTimeField(help_text="The upload must begin before.")
    max_bytes = serializers.IntegerField(
        source="import_record.max_bytes", help_text="S3 refuses a larger file, and an empty one."
    )

    def get_fields(self) -> dict[str, Any]:
        own = super().get_fields()
        fields = serializers.DictField(
            child=serializers.CharField(),
            help_text="The form's first fields, as they are; the field named file comes last.",
        )
        return {
            "import": ImportSerializer(source="import_record"),
            "url": own.pop("url"),
            "fields": fields,
        } | own


class FaultSerializer(serializers.Serializer[Any]):
    """What is wrong with a cell, or with a row as a whole."""

    column = serializers.CharField(allow_blank=True, help_text="Empty when the fault is the row's.")
    value = serializers.CharField(
        allow_blank=True, help_text="What the cell has; a long one is cut off."
    )
    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people: what to change.")


class RejectSerializer(serializers.Serializer[Any]):
    """A row that was not stored, with everything that is wrong with it."""

    line = serializers.IntegerField(help_text="Where it begins in the file; the first line is 1.")
    faults = FaultSerializer(many=True)
    row = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text="Its cells as they were given."
    )
