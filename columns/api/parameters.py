"""The query string of a summary: which records, and what of them."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from columns.asking.question import BUCKETS, SummaryQuestion
from common.rest.strict import Parsed, read_query
from messages_app.presentation.parameters import RecordsQuery
from messages_app.schema.validation import Invalid

_OWN = ("by", "measure", "bucket")


class SummaryQuery(RecordsQuery):
    """Which records are summed up, and how."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        del fields["order"], fields["fields"]
        named = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
        return {
            **fields,
            "by": Parsed(
                self._group,
                named,
                help_text="A text or boolean field: one group for each of its values. Without it"
                " all records are one group.",
            ),
            "measure": Parsed(
                self._number, named, help_text="A number field that is summed up in each group."
            ),
            "bucket": serializers.ChoiceField(
                list(BUCKETS),
                required=False,
                help_text="Each group also has a `series`, with a point for each span of time of"
                " this length, in UTC, in which it has records.",
            ),
        }

    def question(self, params: QueryDict) -> SummaryQuestion:
        """Raises ValidationError that names every parameter at fault."""
        data = read_query(self, params)
        query = self.asked(data).query
        # A field of such a name is not filtered here.
        filters = {name: values for name, values in query.filters.items() if name not in _OWN}
        return SummaryQuestion(
            replace(query, filters=filters),
            data.get("by", ""),
            data.get("measure", ""),
            BUCKETS.get(data.get("bucket", ""), 0),
        )

    def _group(self, name: str) -> str:
        return self._named(
            name, [one.name for one in self._schema.fields if not one.type.is_number]
        )

    def _number(self, name: str) -> str:
        return self._named(name, [one.name for one in self._schema.fields if one.type.is_measure])

    @staticmethod
    def _named(name: str, names: list[str]) -> str:
        if name not in names:
            listed = ", ".join(names) or "none: the kind has no such field"
            raise Invalid("unknown", f"must be one of {listed}")
        return name
