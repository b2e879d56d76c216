"""What an import takes of AWS, as the API gives it."""

from typing import Any

from rest_framework import serializers

from ingestion.models import Import
from ingestion.presentation import prices, spent
from ingestion.presentation.prices import Cost


class UnitsSerializer(serializers.Serializer[Any]):
    """Capacity units of the table."""

    write = serializers.IntegerField(min_value=0)
    read = serializers.IntegerField(min_value=0)


class CostSerializer(serializers.Serializer[Any]):
    """Units of the table, and money."""

    units = UnitsSerializer()
    dollars = serializers.FloatField(min_value=0, help_text="For all requests, at list prices.")
    prices_of = serializers.DateField(help_text="The date of these prices.")


def as_dict(cost: Cost) -> dict[str, Any]:
    return {
        "units": {"write": cost.write_units, "read": cost.read_units},
        "dollars": float(cost.dollars),
        "prices_of": prices.AS_OF,
    }


def of_import(import_: Import) -> dict[str, Any] | None:
    """What it has consumed; None where nothing is known."""
    found = spent.of_import(import_)
    return as_dict(found) if found else None
