"""While one answer of the table is used, the next is on its way."""

import threading
from typing import Any

import pytest

from common.errors import ServiceError
from messages_app.schema.builtin import MESSAGE
from messages_app.store.items import Item, item_of, record_of
from messages_app.store.paging import Reader
from messages_app.store.query import Query
from tests.messages_app.records import MOMENT, record

pytestmark = pytest.mark.django_db
QUERY = Query(record().date)


class Answers:
    """A table whose answers have one record each; the last may be an error."""

    def __init__(self, count: int, error: ServiceError | None = None) -> None:
        self._items = [item_of(record(MOMENT + number), MESSAGE) for number in range(count)]
        self._error = error
        self._asked = threading.Condition()
        self.count = 0

    def ask(self, query: Query, *what: Any) -> tuple[list[Item], str]:
        with self._asked:
            self.count += 1
            self._asked.notify_all()
        if self.count > len(self._items):
            assert self._error is not None
            raise self._error
        is_last = self.count == len(self._items) and self._error is None
        item = self._items[self.count - 1]
        return [item], "" if is_last else item["time"]["S"]

    def is_asked(self, count: int) -> bool:
        """Waits for it."""
        with self._asked:
            return self._asked.wait_for(lambda: self.count >= count, timeout=30)


def reader(answers: Answers) -> Reader:
    return Reader(answers.ask, lambda item: record_of(item, MESSAGE))


def test_the_next_answer_is_asked_for_before_one_is_used_and_no_further_one() -> None:
    answers = Answers(5)
    records = reader(answers).all(QUERY)
    next(records)
    assert answers.is_asked(2)
    next(records)
    assert answers.is_asked(3)
    assert answers.count == 3
    assert len(list(records)) == 3
    assert answers.count == 5


def test_a_page_asks_for_nothing_that_it_does_not_need() -> None:
    answers = Answers(5)
    assert len(reader(answers).page(QUERY, 1, None).records) == 1
    assert answers.count == 2


def test_what_fails_ahead_fails_behind_the_records_before_it() -> None:
    answers = Answers(2, ServiceError("away", "InternalServerError", permanent=False))
    records = reader(answers).all(QUERY)
    assert [next(records).key[0], next(records).key[0]] == [QUERY.date] * 2
    with pytest.raises(ServiceError):
        next(records)


def test_who_stops_reading_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    records = reader(Answers(5)).all(QUERY)
    next(records)
    records.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
