"""Finds kinds. Each look takes one statement, however many kinds there are."""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import simplejson
from django.db.models import F, QuerySet

from common.errors import NotFound
from messages_app.kinds.record_kind import BUILTIN, RecordKind
from messages_app.models import Kind, KindVersion
from messages_app.schema.definition import schema_from_json
from messages_app.schema.schema import Schema

MAX_LISTED = 1000


def find(name: str) -> RecordKind:
    """A kind as it is now. Raises NotFound."""
    if name == BUILTIN.name:
        return BUILTIN
    return _kind(_current().filter(kind__name=name), name)


def find_version(name: str, number: int) -> RecordKind:
    """A kind as it was in one of its versions. Raises NotFound."""
    if name == BUILTIN.name:
        return BUILTIN
    return _kind(KindVersion.objects.filter(kind__name=name, number=number), name)


def names() -> list[str]:
    """Of all kinds but the built-in one."""
    return list(Kind.objects.values_list("name", flat=True))


def labels() -> list[tuple[str, str]]:
    """Name and label of every kind, the built-in one first."""
    found = Kind.objects.order_by("label", "name").values_list("name", "label")
    return [(BUILTIN.name, BUILTIN.label), *found]


def named(wanted: Iterable[str]) -> dict[str, RecordKind]:
    """Those kinds of these names that there are."""
    names = set(wanted)
    found = _current().filter(kind__name__in=names - {BUILTIN.name}).select_related("kind")
    builtin = {BUILTIN.name: BUILTIN} if BUILTIN.name in names else {}
    return builtin | {one.kind.name: _of(one) for one in (found if names - set(builtin) else ())}


def exists(name: str) -> bool:
    return name == BUILTIN.name or Kind.objects.filter(name=name).exists()


def listed(after: str = "", maximum: int = MAX_LISTED) -> list[RecordKind]:
    """Kinds by their names, behind ``after``; the built-in one is not among them."""
    found = _current().filter(kind__name__gt=after).select_related("kind")
    return [_of(one) for one in found.order_by("kind__name")[:maximum]]


def with_fingerprint(fingerprints: Iterable[str]) -> list[RecordKind]:
    """The kinds whose fields have the names of one of these fingerprints, two at most."""
    found = _current().filter(kind__fingerprint__in=list(fingerprints)).select_related("kind")
    return [_of(one) for one in found.order_by("kind__name")[:2]]


def as_text(definition: dict[str, Any]) -> str:
    """A definition as versions keep it, with every digit."""
    return simplejson.dumps(definition, use_decimal=True, ensure_ascii=False)


@lru_cache(maxsize=2048)
def schema_of_text(text: str) -> Schema:
    """The schema of a definition as versions keep it: checked when it was written."""
    return schema_from_json(simplejson.loads(text, use_decimal=True))


def _current() -> QuerySet[KindVersion]:
    return KindVersion.objects.filter(number=F("kind__version"))


def _kind(found: QuerySet[KindVersion], name: str) -> RecordKind:
    version = found.select_related("kind").first()
    if version is None:
        raise NotFound(f"there is no kind {json.dumps(name[:60], ensure_ascii=False)}")
    return _of(version)


def _of(version: KindVersion) -> RecordKind:
    schema = schema_of_text(version.definition)
    return RecordKind(version.kind.name, version.kind.label, version.number, schema)
