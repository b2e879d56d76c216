"""Files that are made while they are sent."""

import pytest

from common.errors import ServiceError
from common.rest.streaming import attachment

BLOCK = 64 * 1024


def file_of(pieces):
    return attachment(pieces, "text/csv; charset=utf-8", "büro.csv")


def test_small_pieces_are_sent_together_and_in_order():
    pieces = [f"{number},é\n" for number in range(50_000)]
    blocks = list(file_of(pieces).streaming_content)
    assert b"".join(blocks) == "".join(pieces).encode()
    assert all(BLOCK <= len(block) < 2 * BLOCK for block in blocks[:-1])


def test_no_more_is_made_than_was_sent():
    made = []

    def pieces():
        for number in range(100):
            made.append(number)
            yield "x" * BLOCK

    blocks = iter(file_of(pieces()))
    assert len(made) == 1
    next(blocks), next(blocks)
    assert len(made) == 2


def test_a_failure_at_the_beginning_can_still_be_answered():
    def pieces():
        yield "header\n"
        raise ServiceError("no answer", "Timeout", permanent=False)

    with pytest.raises(ServiceError):
        file_of(pieces())


def test_a_failure_later_breaks_the_file_off():
    def pieces():
        yield "x" * BLOCK
        raise ServiceError("no answer", "Timeout", permanent=False)

    blocks = iter(file_of(pieces()))
    assert len(next(blocks)) == BLOCK
    with pytest.raises(ServiceError):
        next(blocks)


def test_nothing_is_an_empty_file():
    assert file_of([]).getvalue() == b""


def test_half_a_surrogate_pair_does_not_break_the_file_off():
    assert file_of(['"\ud83d"']).getvalue() == rb'"\ud83d"'


def test_the_file_has_its_type_and_its_name():
    response = file_of(["x"])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''b%C3%BCro.csv"
