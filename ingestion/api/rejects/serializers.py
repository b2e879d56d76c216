"""What clients send to mend rejects, and what they are answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from common.rest.pages import PageSerializer, SomeText
from common.rest.strict import Strict, WholeNumber
from ingestion.api.serializers import FaultSerializer, RejectSerializer
from ingestion.rejects.mending.editing import MAX_CELLS
from ingestion.rejects.mending.models import MendState

# More than any file has lines, and few enough for a column of the database.
_MOST = 10**15
_MAX_LINES = 1_000
_LONGEST_CELL = 16_384


def _cell(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(
        allow_blank=True, trim_whitespace=False, max_length=_LONGEST_CELL, **kwargs
    )


class MendSerializer(Strict):
    """A row as it should be: `row` has all its cells, `values` those of some columns."""

    row = serializers.ListField(
        child=_cell(),
        required=False,
        min_length=1,
        max_length=MAX_CELLS,
        help_text="Its cells in the order of the file's columns.",
    )
    values = serializers.DictField(
        child=_cell(),
        required=False,
        help_text="Cells by the name of their column; the others stay as they are.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("row" in attrs) == ("values" in attrs):
            raise ValidationError({"row": ["is needed, or values: one of the two"]})
        return attrs


class IgnoreSerializer(Strict):
    """Which rejected rows to let go of: those in these `lines`, all with this fault, or `all`."""

    lines = serializers.ListField(
        child=WholeNumber(1, _MOST),
        required=False,
        min_length=1,
        max_length=_MAX_LINES,
        help_text="Of rejected rows.",
    )
    code = SomeText(required=False, max_length=40, help_text="Of a fault.")
    column = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1024,
        help_text="Of the fault with this code; empty when it is the row's.",
    )
    all = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "must be true or false"},
        help_text="All open ones.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(("lines" in attrs, "code" in attrs, attrs["all"])) != 1:
            raise ValidationError({"lines": ["is needed, or code and column, or all: one of them"]})
        if "column" in attrs and "code" not in attrs:
            raise ValidationError({"code": ["is needed with column"]})
        return attrs


class FaultNameSerializer(Strict):
    """Which rejects: all open ones with this fault."""

    code = SomeText(max_length=40, help_text="Of a fault.")
    column = serializers.CharField(
        max_length=1024, help_text="Of the fault: it is one of the file's."
    )


class ReplaceSerializer(FaultNameSerializer):
    """What is written into the column of all open rejects with this fault."""

    old = _cell(
        required=False,
        help_text="Only where the cell has this. Without it the column is filled in all of them.",
    )
    new = _cell(help_text="What the cell has then.")


class CureSerializer(FaultNameSerializer):
    """Which option of the format is to be its next version."""

    cure = SomeText(max_length=64, help_text="The `key` of the option, as listed.")


class ReplacedSerializer(serializers.Serializer[Any]):
    """What was done."""

    changed = serializers.IntegerField(min_value=0, help_text="How many rows were changed.")
    ready = serializers.IntegerField(
        min_value=0, help_text="How many of them are ready to be loaded."
    )
    is_whole = serializers.BooleanField(
        help_text="False when there were too many to look at: send the same again."
    )


class ListedCureSerializer(serializers.Serializer[Any]):
    """An option of the format by which rows would be right."""

    key = serializers.CharField()
    text = serializers.CharField(help_text="What the option is.")
    good = serializers.IntegerField(min_value=0, help_text="How many rows are valid with it,")
    looked_at = serializers.IntegerField(min_value=0, help_text="of how many that were looked at.")


class CuresSerializer(serializers.Serializer[Any]):
    """The options, the best first; none where the file was read without a format."""

    results = ListedCureSerializer(many=True)


class CuredSerializer(serializers.Serializer[Any]):
    """What was done."""

    format = serializers.IntegerField()
    version = serializers.IntegerField(help_text="The version of the format now.")
    rows = serializers.IntegerField(min_value=0, help_text="How many are read again by it,")
    imports = serializers.ListField(
        child=serializers.UUIDField(), help_text="and the imports that do so."
    )


class LetGoSerializer(serializers.Serializer[Any]):
    """What was done."""

    let_go = serializers.IntegerField(
        min_value=0, help_text="How many rows this request let go of."
    )
    open = serializers.IntegerField(
        min_value=0, help_text="How many are still open, including those that are ready."
    )
    is_whole = serializers.BooleanField(
        help_text="False when there were too many to look at: send the same again."
    )


class MendedRowSerializer(serializers.Serializer[Any]):
    """A row as it was edited last."""

    row = serializers.ListField(child=serializers.CharField(allow_blank=True))
    faults = FaultSerializer(many=True, help_text="What is wrong with it now; none when ready.")


class MendedRejectSerializer(RejectSerializer):
    """A rejected row, and what became of it since."""

    state = serializers.ChoiceField(
        MendState.choices,
        help_text="`open`, `ready` to be loaded, `loading`, `mended` (it was loaded), or `let_go`.",
    )
    mended = MendedRowSerializer(allow_null=True, help_text="Null when it was not edited.")

    edited_by = serializers.CharField(
        allow_null=True, help_text="Who edited it last, or let go of it."
    )
    edited_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        child = serializers.UUIDField(
            allow_null=True, help_text="The import that loads it or has loaded it."
        )
        return {**super().get_fields(), "import": child}


@extend_schema_serializer(many=False)
class RejectPageSerializer(PageSerializer):
    """Rejected rows, in the order of their lines."""

    results = MendedRejectSerializer(many=True)
