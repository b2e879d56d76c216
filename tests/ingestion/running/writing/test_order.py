"""The order in which chunks are sent: so that those written side by side are of different days."""

import pytest

from ingestion.running import lifecycle, progress
from ingestion.running.ended.undo import beginning
from ingestion.running.writing.order import far_apart
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, records, start


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 100, 1000])
def test_nothing_is_left_out_and_the_first_is_the_first(count):
    order = far_apart(range(count))
    assert sorted(order) == list(range(count))
    assert order[:1] == list(range(count))[:1]


def test_places_are_halved_again_and_again():
    assert far_apart("abcdefgh") == list("aecgbfdh")


@pytest.mark.parametrize("count", [64, 100, 1000])
def test_whichever_few_follow_each_other_are_of_different_quarters_of_the_file(count):
    order = far_apart(range(count))
    quarters = [4 * place // count for place in order]
    for first in range(count - 8):
        assert len(set(quarters[first : first + 8])) >= 3


def numbers(tasks):
    return [task[1] for task in tasks.waiting]


@pytest.mark.django_db
@pytest.mark.usefixtures("aws", "small_chunks")
class TestSending:
    def test_the_first_are_sent_at_once_and_the_others_together_at_the_end(self):
        tasks = Tasks()
        start(HEADER + lines(48), tasks)
        tasks.run_one()
        sent = numbers(tasks)
        assert sent[:4] == [1, 9, 5, 13]
        assert set(sent[:16]) == set(range(1, 17))
        assert sent[16:20] == [17, 33, 25, 41]
        assert set(sent[16:]) == set(range(17, 49))

    def test_what_there_was_no_time_to_send_is_sent_by_the_next_plan(self):
        tasks = Tasks()
        import_ = start(HEADER + lines(40), tasks)
        tasks.run_one(seconds=0)
        while not tasks.waiting[-1][1]:  # until all is planned
            tasks.run_one(-1, seconds=0)
        import_.refresh_from_db()
        assert import_.is_planned
        import_.chunks.update(is_queued=False)
        tasks.waiting = [(str(import_.pk), 0)]
        tasks.run_one(seconds=0)
        assert len(numbers(tasks)) == 17
        assert numbers(tasks)[-1] == 0
        tasks.run()
        assert counts(import_) == {"read": 40, "written": 40}

    def test_an_import_that_is_run_again_sends_what_is_left_in_this_order(self):
        tasks = Tasks()
        import_ = start(HEADER + lines(8), tasks)
        tasks.run_one()
        tasks.run_one()  # chunk 1
        lifecycle.cancel(import_)
        import_.refresh_from_db()
        tasks.waiting.clear()
        lifecycle.run_again(import_, tasks)
        assert numbers(tasks) == [2, 6, 4, 8, 3, 7, 5]

    def test_a_chunk_is_noted_as_sent_only_when_it_was(self):
        class Broken(Tasks):
            def write(self, import_id, chunk_number, delay_seconds=0):
                if len(self.waiting) == 20:
                    raise ConnectionError
                super().write(import_id, chunk_number)

        tasks = Tasks()
        import_ = start(HEADER + lines(40), tasks)
        tasks.run_one()
        import_.chunks.update(is_queued=False)
        with pytest.raises(ConnectionError):
            progress.send_chunks(import_, Broken())
        assert import_.chunks.filter(is_queued=True).count() == 16

    def test_chunks_are_taken_back_in_this_order(self):
        tasks = Tasks()
        import_ = start(HEADER + lines(8), tasks)
        tasks.run()
        import_.refresh_from_db()
        beginning.begin(import_, tasks)
        tasks.run_one()
        assert numbers(tasks) == [1, 5, 3, 7, 2, 6, 4, 8]
        tasks.run()
        assert not records()
