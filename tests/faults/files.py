"""CSV files of which every row's fate is known beforehand."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

COLUMNS = "timestamp,location,source,local_dest,local_avg,remote_dest,remote_avg"
_FIRST_DAY = datetime(2021, 3, 4, tzinfo=UTC)

Content = tuple[Decimal, str, str, str, Decimal, str, Decimal]


@dataclass(frozen=True)
class Expected:
    """What an import of the file into an empty table ends with: ``contents`` are all records'
    fields, ``rejected_lines`` the lines of the rejects.

    Of rows with one key any may stand when the policy is *reject*, so there ``contents`` are those
    of all the rows that may, and of the lines those of the wrong rows alone.
    """

    receipt: dict[str, int]
    contents: Counter[Content]
    rejected_lines: list[int]


class CsvFile:
    """A file of ``rows`` rows. Of a hundred, about one is wrong, two are copies of earlier rows,
    and three have the key of an earlier row and other values.

    Without ``copies`` there are no copies. What becomes of them depends on which row is written
    first, unless the policy is *keep*. Files of different days have no key in common; versions of
    a file have the same keys and other values.
    """

    def __init__(
        self, rows: int = 2000, *, copies: bool = True, day: int = 0, version: int = 0
    ) -> None:
        chance = random.Random(day)
        self._version = version
        self._midnight = int((_FIRST_DAY + timedelta(days=day)).timestamp())
        self._rows: list[list[str]] = []
        for number in range(rows):
            row = self._fresh(number)
            lot = chance.randrange(100) if self._rows else 99
            if lot == 0:
                row[4] = "4,5 ms"
            elif lot in (1, 2) and copies:
                row = list(chance.choice(self._rows))
            elif lot in (3, 4, 5):
                row[0] = chance.choice(self._rows)[0]
            self._rows.append(row)

    def _fresh(self, number: int) -> list[str]:
        moment = f"{self._midnight + number}.{number % 997:03}"
        return [
            moment,
            "lab",
            "wireless",
            f"router-{number % 7}",
            f"{number}.{25 + self._version}",
            "hub",
            "9.090",
        ]

    def text(self) -> bytes:
        return "\n".join([COLUMNS, *(_line(row) for row in self._rows), ""]).encode()

    def expected(self, on_conflict: str = "keep") -> Expected:
        """By a simple model: read the rows in order."""
        good = [_content(row) for row in self._rows if _is_good(row)]
        wrong = [line for line, row in enumerate(self._rows, start=2) if not _is_good(row)]
        keys = {content[0]: content for content in good}
        distinct = set(good)
        receipt = {"read": len(self._rows), "written": len(keys), "rejected": len(wrong)}
        receipt["outdated"] = 0
        if on_conflict == "replace":
            receipt |= {"unchanged": 0, "kept": 0, "replaced": len(good) - len(keys)}
            return Expected(receipt, Counter(keys.values()), wrong)
        if on_conflict == "reject":
            receipt |= {"unchanged": 0, "kept": 0, "replaced": 0}
            receipt["rejected"] += len(good) - len(keys)
            return Expected(receipt, Counter(distinct), wrong)
        receipt |= {"unchanged": len(good) - len(distinct), "replaced": 0}
        receipt |= {"kept": len(distinct) - len(keys)}
        return Expected(receipt, Counter(distinct), wrong)


def contents(items: Iterable[dict[str, dict[str, str]]]) -> Counter[Content]:
    """The fields of DynamoDB items, counted. Each item's key must agree with its timestamp."""
    found: Counter[Content] = Counter()
    for item in items:
        content = _content([next(iter(item[name].values())) for name in COLUMNS.split(",")])
        moment = _FIRST_DAY + timedelta(seconds=float(content[0]) - _FIRST_DAY.timestamp())
        plain_time = item["time"]["S"].partition("~")[0]
        date = item["date"]["S"].partition("#")[0]
        assert f"{date} {plain_time}+00:00" == str(moment)
        found[content] += 1
    return found


def _line(row: list[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in row)


def _is_good(row: list[str]) -> bool:
    return "," not in row[4]


def _content(row: list[str]) -> Content:
    moment, location, source, local_dest, local_avg, remote_dest, remote_avg = row
    return (
        *(Decimal(moment), location, source, local_dest),
        *(Decimal(local_avg), remote_dest, Decimal(remote_avg)),
    )
