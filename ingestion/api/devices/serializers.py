"""Devices as the API takes and gives them."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common.rest.pages import PageQuery, PageSerializer, SomeText
from common.rest.strict import Strict, WholeNumber
from ingestion.api.fields import KindField
from ingestion.presentation.devices import DeviceRow
from ingestion.running.unannounced import causes
from silence.listing import ORDERS, STATES
from silence.waits import MAX_MINUTES


class CauseSerializer(serializers.Serializer[causes.Cause]):
    """Why a device is overdue."""

    code = serializers.ChoiceField(get_args(causes.Code), read_only=True)
    detail = serializers.CharField(source="sentence", read_only=True)

    def get_fields(self) -> dict[str, Any]:
        import_ = serializers.UUIDField(
            read_only=True,
            allow_null=True,
            help_text="The import of the file in question, if there is one.",
        )
        return {**super().get_fields(), "import": import_}

    def to_representation(self, instance: causes.Cause) -> dict[str, Any]:
        return {
            "code": instance.code,
            "detail": instance.sentence,
            "import": instance.import_id or None,
        }


class DeviceSerializer(serializers.Serializer[Any]):
    """A device of a kind, as known from its records."""

    id = serializers.IntegerField(source="device.pk", read_only=True)
    kind = serializers.CharField(source="device.kind", read_only=True)
    device = serializers.ListField(
        child=serializers.CharField(),
        source="device.parts",
        read_only=True,
        help_text="The values of the kind's identity, or of its `device_field`.",
    )
    state = serializers.ChoiceField(STATES, source="device.state", read_only=True)
    seen_at = serializers.DateTimeField(
        source="device.seen_at",
        read_only=True,
        help_text="The newest moment of its records, at most the time when it arrived.",
    )
    arrived_at = serializers.DateTimeField(
        source="device.arrived_at", read_only=True, help_text="When that record arrived."
    )
    usual_seconds = serializers.SerializerMethodField(
        help_text="The median of the last gaps; null while there are fewer than five."
    )
    report_minutes = serializers.IntegerField(
        source="device.report_minutes",
        read_only=True,
        allow_null=True,
        help_text="Set for this device alone; null: as its kind says, or as usual.",
    )
    is_ignored = serializers.BooleanField(source="device.is_ignored", read_only=True)
    due_at = serializers.DateTimeField(
        source="device.due_at",
        read_only=True,
        allow_null=True,
        help_text="When it becomes overdue; null when that is not known, or it is ignored.",
    )
    cause = CauseSerializer(
        read_only=True, allow_null=True, help_text="Of a device that is overdue; else null."
    )

    def get_usual_seconds(self, row: DeviceRow) -> int | None:
        usual = row.device.usual
        return None if usual is None else round(usual.total_seconds())


@extend_schema_serializer(many=False)
class DevicePageSerializer(PageSerializer):
    """Devices, in the order that was asked for."""

    results = DeviceSerializer(many=True)


class DeviceChangesSerializer(Strict):
    """The changes to a device."""

    report_minutes = WholeNumber(
        1,
        MAX_MINUTES,
        required=False,
        allow_null=True,
        help_text="How often the device should send records, in minutes; null: as its kind "
        "says, or as usual.",
    )
    is_ignored = serializers.BooleanField(
        required=False,
        error_messages={"invalid": "must be true or false"},
        help_text="An ignored device is never overdue.",
    )


class DevicesQuery(PageQuery):
    """Which devices a list has."""

    kind = KindField(required=False, help_text="Of this kind.")
    state = serializers.ChoiceField(STATES, required=False, help_text="In this state.")
    search = SomeText(required=False, max_length=200, help_text="This text is in the name.")
    order = serializers.ChoiceField(
        ORDERS,
        default="name",
        help_text="By kind and `name`, or by when they were last `seen`, the longest silent first.",
    )
    page_size = WholeNumber(1, 500, default=100, help_text="Devices on a page.")
