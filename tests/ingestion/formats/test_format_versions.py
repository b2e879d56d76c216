"""Formats as they are made, changed and retired."""

from typing import Any

import pytest
from django.db import connection

from ingestion.formats import versions
from ingestion.formats.kinds import kind_of
from ingestion.formats.models import Format
from ingestion.formats.recognition import FileFacts, Waits, of_key, policy_by_format
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.names import header_fingerprint
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.definition import schema_from_json
from messages_app.schema.schema import MESSAGES
from silence.models import FileDue
from tests.ingestion.formats.making import make
from tests.ingestion.reading.formats.reading import COLUMNS, HEADER, definition
from tests.messages_app.kinds.climate import CLIMATE

pytestmark = pytest.mark.django_db

NAMES = HEADER.strip().split(";")


def change(format_: Format, name: str = "Plant A", **options: Any) -> bool:
    return versions.change(format_, name, definition(**options), MESSAGE, None)


def fault(path: str, call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(BadFormat) as raised:
        call(*arguments, **options)
    (told,) = raised.value.faults.items()
    assert told[0] == path
    return told[1]


@pytest.mark.parametrize("name", ["a", "b" * 100, "  c  "])
def test_a_name_has_1_to_100_characters(name: str) -> None:
    assert make(name).name == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "d" * 101, "e\0"])
def test_another_name_is_refused(name: str) -> None:
    assert fault("name", make, name) == "must have 1 to 100 characters"


def test_a_name_is_that_of_one_format() -> None:
    made = make("a")
    assert "another format" in fault("name", make, " a ")
    versions.retire(made)
    make("a")


def test_a_format_is_known_by_its_pattern_or_else_by_its_header() -> None:
    places = {name: {"position": place} for place, name in enumerate(COLUMNS, 1)}
    by_header, by_key = make("a"), make("b", key_pattern="b/*.csv")
    neither = make("c", header=[], columns=places)
    assert (by_header.key_pattern, by_header.fingerprint) == ("", header_fingerprint(NAMES))
    assert (by_key.key_pattern, by_key.fingerprint) == ("b/*.csv", "")
    assert (neither.key_pattern, neither.fingerprint) == ("", "")
    make("d", header=[], columns=places)
    assert "the format a too" in fault("header", make, "e")
    assert "the format b: make" in fault("key_pattern", make, "e", key_pattern="b/x*.csv")
    make("e", key_pattern="x/*.csv")


def test_two_who_make_the_same_claim_at_once_are_told_so() -> None:
    first: list[str] = []

    def claim_first(execute: Any, sql: str, *arguments: Any) -> Any:
        if sql.startswith('INSERT INTO "ingestion_format"') and not first:
            first.append("a")
            Format.objects.create(name="a", kind=MESSAGES)
        return execute(sql, *arguments)

    with connection.execute_wrapper(claim_first):
        assert "was just made" in fault("", make, "a")


def test_a_change_makes_a_version_where_it_says_something_else() -> None:
    made = make(due_minutes=30)
    assert not change(made, due_minutes=30)
    assert not change(made, " Plant A ", due_minutes=30)
    assert change(made, "Plant B", due_minutes=30)
    made.refresh_from_db()
    assert (made.name, made.version, made.versions.count()) == ("Plant B", 1, 1)
    assert change(made, "Plant B", key_pattern="b/*.csv", missing=["-"])
    made.refresh_from_db()
    assert (made.version, made.key_pattern, made.fingerprint) == (2, "b/*.csv", "")
    assert made.current.definition.missing == ("-",)
    assert [one.number for one in made.versions.all()] == [2, 1]
    other = make("Other")
    assert "another format" in fault("name", change, other, "Plant B")
    assert "Plant B" in fault("key_pattern", change, other, "Other", key_pattern="b/x.csv")


def test_a_format_that_contradicts_its_kind_is_neither_made_nor_becomes_one() -> None:
    made, bad, climate = make(), definition(key_pattern="b/*.csv"), schema_from_json(CLIMATE)
    with pytest.raises(BadFormat):
        versions.change(made, "Plant A", bad, climate, None)
    for create in (versions.create, versions.create_once):
        with pytest.raises(BadFormat):
            create("Plant B", MESSAGES, bad, climate, None)
    assert Format.objects.get().version == 1


def test_a_file_is_due_as_long_as_its_format_says_so() -> None:
    def due() -> list[int]:
        return list(FileDue.objects.values_list("minutes", flat=True))

    made = make(due_minutes=30)
    assert due() == [30]
    change(made, due_minutes=60)
    assert due() == [60]
    change(made)
    assert due() == []
    change(made, due_minutes=60)
    versions.retire(made)
    assert due() == []


def test_a_retired_format_is_not_changed_and_claims_nothing() -> None:
    made = make(key_pattern="a/*.csv")
    assert of_key(FileFacts("a/x.csv")) == made.current
    assert of_key(FileFacts("b/x.csv")) is None
    versions.retire(made)
    assert of_key(FileFacts("a/x.csv")) is None
    assert "was deleted" in fault("", change, made, missing=["-"])
    assert Format.objects.get().is_retired


def test_a_format_for_one_import_recognises_nothing() -> None:
    made = versions.create_once(f" {'x' * 120} ", MESSAGES, definition(), MESSAGE, None)
    assert (made.name, made.is_retired, made.fingerprint) == ("x" * 100, True, "")
    assert made.current.definition == definition()


def test_a_format_is_said_by_its_name_or_its_number() -> None:
    made, other = make("a"), make("7", key_pattern="b/*.csv")
    assert of_key(FileFacts("x.csv", name="a")) == made.current
    assert of_key(FileFacts("x.csv", name=str(made.pk))) == made.current
    assert of_key(FileFacts("x.csv", name="7")) == other.current
    assert of_key(FileFacts("b/x.csv", made.current, "7")) == made.current
    for name in ("b", "9" * 18, "9" * 19, "٣", "1.5", f" {made.pk}", "x" * 200):
        with pytest.raises(Waits) as raised:
            of_key(FileFacts("x.csv", name=name))
        assert raised.value.code == "unknown_format"
        assert f"the format {name[:100]!r}, which" in str(raised.value)
    versions.retire(made)
    for name in ("a", str(made.pk)):
        with pytest.raises(Waits):
            of_key(FileFacts("x.csv", name=name))


def test_what_was_chosen_comes_before_what_the_format_says() -> None:
    for chosen, said, policy in (
        ("keep", "", "keep"),
        ("keep", "replace", "replace"),
        ("reject", "replace", "reject"),
        ("reject", "", "reject"),
    ):
        assert policy_by_format(chosen, definition(on_conflict=said)) == policy


def test_a_kind_that_there_is_not_is_told_by_the_beginning_of_its_name() -> None:
    assert kind_of(MESSAGES).name == MESSAGES
    assert fault("kind", kind_of, "x" * 70) == f"There is no kind named {'x' * 63!r}."
