"""Queries that every request makes: Django works their SQL out once a process, which takes longer
than the query itself."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet


class _Statement(NamedTuple):
    """``parameters`` has numbers in the place of what differs; ``converters`` make Python's values
    of the database's, by column."""

    sql: str
    parameters: list[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]


class CompiledQuery:
    """A query of ``values_list`` whose texts and numbers alone differ.

    ``make`` gives it for samples of them, of which no two are equal, nor one equal to another
    value in it.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *samples: str | int) -> None:
        self._make = make
        self._samples = samples

    def rows(self, *parameters: str | int) -> list[list[Any]]:
        """The rows for these parameters."""
        sql, places, converters = self._statement
        arguments = [parameters[one.number] if isinstance(one, _Place) else one for one in places]
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for column, (converts, expression) in converters.items():
                for convert in converts:
                    row[column] = convert(row[column], expression, connection)
        return rows

    @cached_property
    def _statement(self) -> _Statement:
        compiler = self._make(*self._samples).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = [
            _Place(self._samples.index(one)) if one in self._samples else one for one in parameters
        ]
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        return _Statement(sql, places, compiler.get_converters(columns))


class _Place(NamedTuple):
    """Of a parameter that is given, by its number."""

    number: int
