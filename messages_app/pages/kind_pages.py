"""The pages of one kind's records: their addresses, and what they call a record."""

from dataclasses import dataclass

from django.urls import reverse

from messages_app.kinds.record_kind import RecordKind
from messages_app.presentation.kinds import kind_or_404
from messages_app.schema.schema import Schema
from messages_app.store.repository import RecordRepository


@dataclass(frozen=True, slots=True)
class KindPages:
    """Templates take it as ``here``. Those of the built-in kind have addresses of their own."""

    kind: RecordKind

    @property
    def title(self) -> str:
        return self.kind.label

    @property
    def noun(self) -> str:
        """What one of the records is called."""
        return self.kind.schema.noun

    @property
    def schema(self) -> Schema:
        return self.kind.schema

    @property
    def repository(self) -> RecordRepository:
        return self.kind.repository

    @property
    def records(self) -> str:
        return self._address("s")

    @property
    def new(self) -> str:
        return self._address("-new")

    @property
    def chart(self) -> str:
        return self._address("s-chart")

    @property
    def ranking(self) -> str:
        return self._address("s-ranking")

    @property
    def values(self) -> str:
        return self._address("s-values")

    @property
    def near(self) -> str:
        return self._address("s-near")

    @property
    def export(self) -> str:
        return self._address("s-export")

    def record(self, key: tuple[str, str]) -> str:
        return self._address("", *key)

    def edit(self, key: tuple[str, str]) -> str:
        return self._address("-edit", *key)

    def delete(self, key: tuple[str, str]) -> str:
        return self._address("-delete", *key)

    def _address(self, route: str, *key: str) -> str:
        if self.kind.is_builtin:
            return reverse(f"message{route}", args=key)
        return reverse(f"record{route}", args=[self.kind.name, *key])


def pages_of(kind: str) -> KindPages:
    """Raises Http404 when there is no such kind."""
    return KindPages(kind_or_404(kind))
