"""The condition that a record is the one that was read."""

import pytest

from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, QueueOrigin
from messages_app.store.conditional.condition import Condition
from tests.messages_app.records import record

IMPORT = {"#import": "import", "#line": "line"}
MESSAGE_OF_QUEUE = {"#message": "message", "#number": "number"}


@pytest.mark.parametrize(
    ("origin", "expression", "names", "values"),
    [
        (None, "attribute_not_exists(#origin)", {}, {}),
        (
            Origin("one", 2),
            "#origin.#import = :seen_in AND #origin.#line = :seen_at",
            IMPORT,
            {":seen_in": {"S": "one"}, ":seen_at": {"N": "2"}},
        ),
        (
            QueueOrigin("queue", "one", 3),
            "#origin.#message = :seen_in AND #origin.#number = :seen_at",
            MESSAGE_OF_QUEUE,
            {":seen_in": {"S": "one"}, ":seen_at": {"N": "3"}},
        ),
    ],
)
def test_a_record_is_known_by_where_it_came_from(origin, expression, names, values):
    condition = Condition(record(), MESSAGE, only_if_same=False)
    condition.must_come_from(origin)
    assert condition.expression == f"attribute_exists(#date) AND {expression}"
    assert condition.names == {"#date": "date", "#origin": "origin", **names}
    assert condition.values == values
    assert ("ExpressionAttributeValues" in condition.arguments) == bool(values)
