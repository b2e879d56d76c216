"""What a forecast says besides its receipt, as the API gives it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from ingestion.api.forecast.costs import CostSerializer, as_dict
from ingestion.models import Import
from ingestion.presentation import forecast
from messages_app.kinds.access import Access


class BottleneckSerializer(serializers.Serializer[Any]):
    """The day that takes longest."""

    date = serializers.DateField()
    rows = serializers.IntegerField(min_value=0, help_text="Rows that would be written to it.")
    partitions = serializers.IntegerField(
        min_value=1, help_text="How many partitions it has; each takes 1,000 writes a second."
    )
    seconds = serializers.FloatField(min_value=0)


class ExampleFieldSerializer(serializers.Serializer[Any]):
    """A field of a row; of a row in conflict one that differs. Long texts are cut off."""

    name = serializers.CharField()
    row = serializers.CharField(allow_blank=True, help_text="What the file has.")
    there = serializers.CharField(allow_blank=True, help_text="What the other record has.")


class ExampleOriginSerializer(serializers.Serializer[Any]):
    """Where the other record came from."""

    line = serializers.IntegerField(allow_null=True, help_text="Null when it came from no file.")

    def get_fields(self) -> dict[str, Any]:
        origin = serializers.UUIDField(
            allow_null=True, help_text="Null when it came from no file, or is a row of this one."
        )
        return {"import": origin} | super().get_fields()


class ExampleSerializer(serializers.Serializer[Any]):
    """A row of the file."""

    line = serializers.IntegerField(min_value=1)
    date = serializers.CharField()
    time = serializers.CharField()
    fields_ = ExampleFieldSerializer(many=True)
    there = ExampleOriginSerializer(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        own = super().get_fields()
        own["fields"] = own.pop("fields_")
        return own


class ExamplesSerializer(serializers.Serializer[Any]):
    """The first few rows of each sort; rejected ones are among the rejects."""

    new = ExampleSerializer(many=True)
    equal = ExampleSerializer(many=True)
    conflict = ExampleSerializer(many=True)


class ForecastSerializer(CostSerializer):
    """What importing the file takes."""

    at = serializers.DateTimeField(help_text="What was written since is not in it.")
    seconds = serializers.FloatField(
        min_value=0, help_text="What the table takes at least, by its limits on AWS."
    )
    rows = serializers.IntegerField(min_value=0, help_text="Rows that would be written.")
    days = serializers.IntegerField(min_value=0, help_text="On how many days.")
    bottleneck = BottleneckSerializer(
        allow_null=True, help_text="Null where no day holds the others up."
    )
    examples = ExamplesSerializer(
        allow_null=True,
        help_text="Null in lists, and for users who may not see records of the kind.",
    )


def of_import(import_: Import, request: Request | None) -> dict[str, Any] | None:
    """Of a forecast that is done; None of all others. Without a request it has no examples."""
    found = forecast.of_import(import_)
    if found is None:
        return None
    may_see = request is not None and Access(request.user, import_.kind).view
    worst = found.bottleneck
    return {
        "at": found.at,
        **as_dict(found.cost),
        "seconds": round(found.seconds, 3),
        "rows": found.rows,
        "days": found.days,
        "bottleneck": worst
        and {
            "date": worst.date,
            "rows": worst.rows,
            "partitions": worst.partitions,
            "seconds": round(worst.seconds, 3),
        },
        "examples": found.examples if may_see else None,
    }
