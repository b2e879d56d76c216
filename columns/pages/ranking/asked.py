"""What a query string asks of a ranking, beside its filters. What means nothing is left out."""

from dataclasses import dataclass

from django.http import QueryDict

from columns.asking.ranking import COLUMNS, Order
from common.digits import LARGEST, from_digits
from messages_app.presentation.filters import Filters

MEASURE, SORT, COMPARE, PAGE = "measure", "sort", "compare", "page"
OWN = (MEASURE, SORT, COMPARE)
BEFORE = "before"
_MAX_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """``by`` and ``measure`` name fields; '' where the kind has none."""

    by: str
    measure: str
    order: Order
    compares: bool
    page: int

    @property
    def sort(self) -> str:
        return f"{'-' if self.order.descending else ''}{self.order.column}"


def asked_of(data: QueryDict, filters: Filters) -> Asked:
    texts = [field.name for field in filters.schema.texts]
    measures = [field.name for field in filters.schema.measures]
    return Asked(
        by=_one_of(filters.by, texts),
        measure=_one_of(data.get(MEASURE, ""), measures),
        order=_order(data.get(SORT, ""), "mean" if measures else "count"),
        compares=data.get(COMPARE) == BEFORE,
        page=min(from_digits(data.get(PAGE, ""), LARGEST) or 1, _MAX_PAGE),
    )


def _one_of(name: str, names: list[str]) -> str:
    """The name, else the first one."""
    return name if name in names else next(iter(names), "")


def _order(sort: str, usual: str) -> Order:
    column = sort.removeprefix("-")
    return Order(column, sort.startswith("-")) if column in COLUMNS else Order(usual, True)
