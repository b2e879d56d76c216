"""Formats are made, changed and retired. No two claim the same files."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ingestion.formats.models import Format, FormatVersion
from ingestion.reading.formats.bad_format import BadFormat
from ingestion.reading.formats.contradictions import check_contradictions
from ingestion.reading.formats.definition import FormatDefinition
from ingestion.reading.formats.key_pattern import overlap
from ingestion.reading.formats.names import header_fingerprint
from messages_app.schema.schema import Schema
from silence import files

_MAX_NAME = 100


def create(name: str, kind: str, definition: FormatDefinition, schema: Schema, user: Any) -> Format:
    """A new format. ``schema`` is that of its kind. Raises BadFormat."""
    check_contradictions(definition, schema)
    with _claimed_once(), transaction.atomic():
        _check_claims(name, definition, None)
        made = Format.objects.create(name=name.strip(), kind=kind, **_recognition(definition))
        _save_version(made, definition, user)
        files.expect(made.pk, definition.due_minutes)
    return made


def create_once(
    name: str, kind: str, definition: FormatDefinition, schema: Schema, user: Any
) -> Format:
    """A format for one import alone: it recognises no other files. Raises BadFormat."""
    check_contradictions(definition, schema)
    with transaction.atomic():
        made = Format.objects.create(name=name.strip()[:_MAX_NAME], kind=kind, is_retired=True)
        _save_version(made, definition, user)
    return made


def change(
    format_: Format, name: str, definition: FormatDefinition, schema: Schema, user: Any
) -> bool:
    """Give a format another name, or, where it says something else, a new version. Whether
    anything changed. Raises BadFormat."""
    check_contradictions(definition, schema)
    with _claimed_once(), transaction.atomic():
        format_ = Format.objects.select_for_update().get(pk=format_.pk)
        if format_.is_retired:
            raise BadFormat({"": "The format was deleted: make a new one."})
        is_new = definition.as_json() != format_.current.options
        if not is_new and name.strip() == format_.name:
            return False
        _check_claims(name, definition, format_)
        format_.name = name.strip()
        if is_new:
            format_.version += 1
            _save_version(format_, definition, user)
        for option, value in _recognition(definition).items():
            setattr(format_, option, value)
        format_.save()
        files.expect(format_.pk, definition.due_minutes)
    return True


def retire(format_: Format) -> None:
    """Have a format recognise no more files. Imports that it read, and those that wait to be read
    again, keep their version."""
    Format.objects.filter(pk=format_.pk).update(is_retired=True)
    files.expect(format_.pk, None)


def _save_version(format_: Format, definition: FormatDefinition, user: Any) -> FormatVersion:
    return FormatVersion.objects.create(
        format=format_, number=format_.version, options=definition.as_json(), created_by=user
    )


def _recognition(definition: FormatDefinition) -> dict[str, str]:
    is_by_header = bool(definition.header) and not definition.key_pattern
    return {
        "key_pattern": definition.key_pattern,
        "fingerprint": header_fingerprint(definition.header) if is_by_header else "",
    }


def _check_claims(name: str, definition: FormatDefinition, own: Format | None) -> None:
    if not 0 < len(name.strip()) <= _MAX_NAME or "\0" in name:
        raise BadFormat({"name": f"must have 1 to {_MAX_NAME} characters"})
    others = Format.objects.filter(is_retired=False)
    if own is not None:
        others = others.exclude(pk=own.pk)
    if others.filter(name=name.strip()).exists():
        raise BadFormat({"name": "is that of another format: choose another one"})
    claims = _recognition(definition)
    if claims["key_pattern"]:
        _check_pattern(claims["key_pattern"], others)
    same = others.filter(fingerprint=claims["fingerprint"]).exclude(fingerprint="").first()
    if same is not None:
        raise BadFormat(
            {
                "header": f"is that of the format {same.name} too: give one of them a key pattern,"
                " by which its files are told apart"
            }
        )


def _check_pattern(pattern: str, others: QuerySet[Format]) -> None:
    for name, other in others.exclude(key_pattern="").values_list("name", "key_pattern"):
        if overlap(other, pattern):
            raise BadFormat(
                {
                    "key_pattern": f"claims the same keys as {other}, the pattern of the format"
                    f" {name}: make one of them narrower"
                }
            )


@contextmanager
def _claimed_once() -> Iterator[None]:
    """What the database refuses when two people make the same claim at once."""
    try:
        yield
    except IntegrityError as error:
        raise BadFormat(
            {"": "Another format with this name, key pattern or header was just made."}
        ) from error
