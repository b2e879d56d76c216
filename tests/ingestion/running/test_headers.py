"""Files that were put together: headers among the rows, whatever the chunks."""

import pytest

from ingestion.models import State
from tests.ingestion.helpers import HEADER, Tasks, counts, line, lines, records, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

OTHER = "timestamp,source,location,local_dest,remote_avg,remote_dest,local_avg\n"


def swapped(number):
    stamp, location, source, local, avg, remote, remote_avg = line(number).strip().split(",")
    return ",".join([stamp, source, location, local, remote_avg, remote, avg]) + "\n"


@pytest.mark.parametrize("size", [64, 150, 1000, 100_000])
def test_each_chunk_knows_the_header_in_force(settings, size):
    settings.CHUNK_BYTES = size
    text = HEADER + lines(9) + OTHER + "".join(map(swapped, range(9, 30)))
    import_ = run(text + HEADER + "".join(map(line, range(30, 40))))
    assert counts(import_) == {"read": 40, "written": 40}
    assert {one.values["location"] for one in records()} == {"location-03"}
    assert [int(one.values["local_avg"]) for one in records()] == list(range(40))
    assert [one["line"] for one in import_.layout["later"]] == [11, 33]


def test_a_plan_that_is_continued_knows_it_too(settings):
    settings.CHUNK_BYTES = 64
    tasks = Tasks()
    import_ = start(HEADER + lines(9) + OTHER + "".join(map(swapped, range(9, 40))), tasks)
    tasks.run_one(seconds=0)
    tasks.run()
    assert counts(import_) == {"read": 40, "written": 40}
    assert {one.values["location"] for one in records()} == {"location-03"}


def test_headers_that_are_repeated_are_counted_and_are_no_rows(settings):
    settings.CHUNK_BYTES = 100
    import_ = run(HEADER + "".join(line(number) + HEADER for number in range(5)))
    assert counts(import_) == {"read": 5, "written": 5}
    assert import_.layout["repeats"] == 5


def test_columns_that_change_too_often_fail_the_file():
    import_ = run(HEADER + "".join(OTHER + swapped(n) + HEADER + line(n) for n in range(60)))
    assert (import_.state, import_.error_code) == (State.FAILED, "too_many_headers")
