"""The files of exports, line by line, without any request."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from common.errors import PreconditionFailed
from messages_app.api import preconditions
from messages_app.kinds.record_kind import BUILTIN
from messages_app.presentation import export
from messages_app.schema.record import AnyOrigin, Origin, QueueOrigin
from messages_app.store.noted import extra_kept
from messages_app.store.query import Query
from tests.messages_app.records import record


@pytest.mark.parametrize(
    ("origin", "cells"),
    [(Origin("one", 7), "one,7"), (QueueOrigin("q", "id"), ","), (None, ",")],
)
def test_the_origin_is_two_columns_of_csv(origin: AnyOrigin | None, cells: str) -> None:
    one = replace(record(), origin=origin)
    lines = list(export.csv_lines([one], ("time", "origin", "source")))
    assert lines == ["time,import,line,source\r\n", f"10:55:09.385333,{cells},wireless\r\n"]


def test_extra_columns_are_one_column_of_csv() -> None:
    one = replace(record(), extra=(("batch", "7"),))
    heading, line = export.csv_lines([one], ("extra_columns",))
    assert heading == "extra_columns\r\n"
    assert "batch" in line


def test_json_lines_have_the_chosen_fields_with_all_digits() -> None:
    one = record(local_avg=Decimal("0.1000000000000000000000000001"))
    [line] = export.json_lines([one], ("date", "local_avg", "origin", "extra_columns"))
    assert line == (
        '{"date":"2019-05-28","local_avg":0.1000000000000000000000000001,"origin":null}\n'
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (Query(), "messages"),
        (Query("2019-05-28", date_from="2019-05-27"), "messages-2019-05-28"),
        (Query(date_from="2019-05-27"), "messages-2019-05-27"),
        (
            Query(date_from="2019-05-27", date_to="2019-05-29"),
            "messages-2019-05-27-2019-05-29",
        ),
    ],
)
def test_a_file_is_named_by_its_dates(query: Query, name: str) -> None:
    assert export.file_name(query, "messages") == name


@pytest.mark.django_db
def test_an_export_has_extra_columns_where_any_were_kept() -> None:
    assert "extra_columns" not in export.exported_names(BUILTIN)
    extra_kept.note([record()], "messages")
    extra_kept.note([replace(record(), extra=(("a", "b"),))], "climate")
    assert "extra_columns" not in export.exported_names(BUILTIN)
    extra_kept.note([record(), replace(record(), extra=(("a", "b"),))], "messages")
    assert export.exported_names(BUILTIN)[-1] == "extra_columns"


def test_the_tag_of_an_answer_is_in_quotes() -> None:
    answer = preconditions.tagged(Response(), record())
    assert answer["ETag"] == f'"{record().etag()}"'


def request_with(**headers: str) -> Any:
    names = {f"HTTP_{name.upper()}": text for name, text in headers.items()}
    return Request(APIRequestFactory().get("/", **names))


@pytest.mark.parametrize("tags", ["x", '"x', 'x"', '"x" "y"', '"x",', "W/x"])
def test_what_is_no_list_of_tags_binds_no_change(tags: str) -> None:
    with pytest.raises(ValidationError) as caught:
        preconditions.must_be_same(request_with(if_match=tags), record())
    detail: Any = caught.value.detail
    [fault] = detail["If-Match"]
    assert fault.code == "not_entity_tags"


def test_a_change_is_bound_by_the_tag_of_what_was_read() -> None:
    tag = f'"{record().etag()}"'
    assert preconditions.must_be_same(request_with(if_match=f'"x", {tag}'), record())
    for anything in ({}, {"if_match": " * "}):
        assert not preconditions.must_be_same(request_with(**anything), record())
    with pytest.raises(PreconditionFailed, match="is not the one that you read"):
        preconditions.must_be_same(request_with(if_match='"x"'), record())
