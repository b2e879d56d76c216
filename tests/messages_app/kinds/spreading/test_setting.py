"""The partitions of a day as they are said of a kind."""

import pytest

from messages_app.kinds.record_kind import BUILTIN
from messages_app.kinds.spreading import setting
from messages_app.models import Spread
from messages_app.schema.definition import BadDefinition

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8", 8), ("64", 64), ("65", "65"), ("x", "x"), ("٣", "٣"), ("", ""), ("-1", "-1")],
)
def test_what_is_typed_is_a_number_where_it_is_one(text, expected):
    assert setting.read(text) == expected


@pytest.mark.parametrize(("count", "kept"), [(1, []), (2, [2]), (8, [8])])
def test_one_partition_is_not_worth_a_word(count, kept):
    setting.keep("climate", count)
    assert list(Spread.objects.values_list("partitions", flat=True)) == kept


def test_they_are_changed_by_a_command_alone():
    assert setting.refusal(BUILTIN, {}) == ""
    assert setting.refusal(BUILTIN, {"partitions": 1}) == ""
    assert "run manage.py spread messages 2" in setting.refusal(BUILTIN, {"partitions": 2})
    with pytest.raises(BadDefinition):
        setting.refusal(BUILTIN, {"partitions": 0})
