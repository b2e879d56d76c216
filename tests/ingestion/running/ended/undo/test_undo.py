"""An import is taken back: the table is as it was, but for records that were edited since."""

import random

import pytest
from django.contrib.auth import get_user_model

from audit.actor import Actor, Channel
from common.aws import s3
from common.aws.clients import s3_client
from common.deadline import Deadline
from common.errors import ServiceError
from ingestion.aws.object_keys import aside_prefix
from ingestion.models import Chunk, Import, State
from ingestion.reading.formats.kind_of_file import pinned_kind
from ingestion.running import lifecycle
from ingestion.running.ended.undo import beginning, left
from ingestion.running.ended.undo.chunk import undo
from ingestion.running.ended.undo.columns import WithoutCopy
from ingestion.running.write import write
from messages_app.editing import Editor
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.schema.builtin import MESSAGE
from tests.ingestion.helpers import (
    DATE,
    HEADER,
    Tasks,
    averages,
    counts,
    line,
    lines,
    lose,
    records,
    run,
    start,
    take_back,
    undo_counts,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.fixture(autouse=True)
def small_chunks(settings):
    settings.CHUNK_BYTES = 200


@pytest.fixture
def editor():
    user = get_user_model().objects.create_user("ada")
    return Editor(BUILTIN.repository, Actor(user, Channel.PAGE))


def newer(count, value=10):
    return HEADER + "".join(line(value + number, second=number) for number in range(count))


def registered():
    day = Day.objects.filter(date=DATE).first()
    return day.count if day else 0


def contents():
    return [(one.key, one.values, one.origin) for one in records()]


def state(import_):
    import_.refresh_from_db()
    return import_.state


def test_the_records_of_an_import_are_deleted():
    run(HEADER + line(50))
    before = contents()
    import_ = run(HEADER + lines(20), key="other.csv")
    assert take_back(import_) == {"reversed": 20}
    assert state(import_) == State.UNDONE
    assert contents() == before
    assert registered() == 1


def test_what_was_kept_beside_is_deleted_and_the_other_stays():
    run(HEADER + lines(5))
    before = contents()
    import_ = run(newer(6), key="newer.csv")
    assert counts(import_) == {"read": 6, "written": 1, "kept": 5}
    assert take_back(import_) == {"reversed": 6}
    assert contents() == before
    assert registered() == 5


def test_what_was_replaced_is_there_again():
    run(HEADER + lines(5))
    before = contents()
    import_ = run(newer(6), key="newer.csv", on_conflict="replace")
    assert take_back(import_) == {"reversed": 1, "restored": 5}
    assert contents() == before
    assert registered() == 5


def test_an_equal_record_is_of_its_own_import_again():
    run(HEADER + lines(5))
    before = contents()
    import_ = run(HEADER + lines(6), key="again.csv", on_conflict="replace")
    assert counts(import_) == {"read": 6, "written": 1, "unchanged": 5}
    assert take_back(import_) == {"reversed": 1}
    assert contents() == before


def test_edited_records_stay_and_are_listed_with_who_edited_them(editor):
    import_ = run(HEADER + lines(5))
    editor.update(records()[2], {"location": "elsewhere"})
    BUILTIN.repository.update(records()[4], {"location": "nobody knows"})
    assert take_back(import_) == {"reversed": 3, "edited": 2}
    assert averages() == [2, 4]
    first, second = left.stored(import_)
    assert (first.line, first.date, first.time, first.reason) == (4, DATE, "10:40:02", "edited")
    assert first.edited_by == "ada"
    assert (second.line, second.edited_by, second.edited) == (6, "", None)
    assert registered() == 2


def test_deleted_records_are_gone_already(editor):
    import_ = run(HEADER + lines(5))
    editor.delete(records()[1])
    assert take_back(import_) == {"reversed": 4, "gone": 1}
    assert averages() == []
    assert registered() == 0


def test_a_record_made_anew_under_the_key_is_not_touched(editor):
    import_ = run(HEADER + lines(1))
    [record] = records()
    editor.delete(record)
    record.origin = None
    editor.insert(record)
    assert take_back(import_) == {"gone": 1}
    assert averages() == [0]


@pytest.mark.parametrize("policy", ["keep", "replace", "reject"])
def test_an_import_of_rows_with_the_same_key_adds_up(policy):
    run(HEADER + line(90, second=0))
    before = contents()
    text = HEADER + "".join(line(number, second=number % 3) for number in range(12))
    import_ = run(text, key="other.csv", on_conflict=policy)
    take_back(import_)
    assert state(import_) == State.UNDONE
    assert contents() == before
    assert registered() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("policies", [("keep", "replace"), ("replace", "replace")])
def test_two_imports_of_the_same_keys_end_right_in_either_order(order, policies):
    run(newer(3, value=80))
    before = contents()
    imports = [
        run(newer(5, value=20 * (number + 1)), key=f"{number}.csv", on_conflict=policy)
        for number, policy in enumerate(policies)
    ]
    for number in order:
        take_back(imports[number])
        assert state(imports[number]) == State.UNDONE
    assert contents() == before
    assert registered() == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (0, 2, 1)])
def test_a_chain_of_three_ends_right(order):
    run(newer(3, value=80))
    before = contents()
    imports = [
        run(newer(5, value=10 * (number + 1)), key=f"{number}.csv", on_conflict="replace")
        for number in range(3)
    ]
    for number in order:
        take_back(imports[number])
    assert contents() == before
    assert registered() == 3


def test_a_replaced_record_that_was_edited_comes_again(editor):
    first = run(HEADER + lines(1))
    editor.update(records()[0], {"location": "elsewhere"})
    edited = contents()
    second = run(newer(1), key="newer.csv", on_conflict="replace")
    assert take_back(first) == {"gone": 1}
    assert take_back(second) == {"restored": 1}
    assert contents() == edited


def test_imports_that_replace_each_other_in_turn_end_right():
    run(newer(3, value=80))
    before = contents()
    first = run(newer(3, value=10), key="first.csv", on_conflict="replace")
    second = run(newer(3, value=20), key="second.csv", on_conflict="replace")
    for import_ in (first, second, first, second):
        take_back(import_)
        tasks = Tasks()
        import_.refresh_from_db()
        assert lifecycle.run_again(import_, tasks)
        tasks.run()
        import_.refresh_from_db()
    assert averages() == [20, 21, 22]
    for import_ in (first, second):
        take_back(import_)
    assert contents() == before
    assert registered() == 3


def test_an_import_that_was_taken_back_can_be_run_again(editor):
    import_ = run(HEADER + lines(5))
    editor.update(records()[2], {"location": "elsewhere"})
    take_back(import_)
    tasks = Tasks()
    assert lifecycle.run_again(import_, tasks)
    tasks.run()
    assert counts(import_) == {"read": 5, "written": 5}
    assert (import_.state, import_.undo) == (State.DONE, None)
    assert len(records()) == registered() == 5


def test_tasks_that_run_twice_and_in_any_order_count_once(random_):
    import_ = run(newer(20))
    tasks = Tasks()
    assert beginning.begin(import_, tasks)
    tasks.run_shuffled(random_)
    assert undo_counts(import_) == {"reversed": 20}
    assert registered() == 0


@pytest.fixture(params=range(3))
def random_(request):
    return random.Random(request.param)


def test_one_that_is_stopped_says_so_and_goes_on():
    import_ = run(HEADER + lines(20))
    tasks = Tasks()
    beginning.begin(import_, tasks)
    for _ in range(3):
        tasks.run_one()
    assert lifecycle.cancel(import_)
    tasks.run()
    import_.refresh_from_db()
    assert (import_.state, import_.error_code) == (State.CANCELLED, "undo_stopped")
    done = undo_counts(import_)["reversed"]
    assert 0 < done < 20
    assert len(averages()) == 20 - done == registered()
    assert take_back(import_) == {"reversed": 20}
    assert registered() == 0


class DiesAfterTakingBack:
    """A repository whose process ends when the records are taken back, and before that counts."""

    def __init__(self, repository):
        self._repository = repository

    def __getattr__(self, name):
        return getattr(self._repository, name)

    def take_back(self, reversals, deadline):
        self._repository.take_back(reversals, deadline)
        raise ServiceError("the process ended", "Killed", permanent=False)


def test_a_chunk_whose_process_died_counts_as_if_it_had_not(editor):
    run(newer(3, value=80))
    before = contents()
    import_ = run(newer(6), key="newer.csv", on_conflict="replace")
    tasks = Tasks()
    beginning.begin(import_, tasks)
    import_.refresh_from_db()
    repository = DiesAfterTakingBack(BUILTIN.repository)
    for chunk in import_.chunks.all():
        with pytest.raises(ServiceError, match="the process ended"):
            undo(import_, chunk, repository, tasks, Deadline(30))
    assert registered() == 6
    tasks.run()
    assert undo_counts(import_) == {"reversed": 3, "restored": 3}
    assert contents() == before
    assert registered() == 3


def test_rows_that_were_written_and_not_counted_are_taken_back_and_counted():
    tasks = Tasks()
    import_ = start(HEADER + lines(20), tasks)
    tasks.run_one()
    chunk = import_.chunks.get(number=1)

    class DiesAfterWriting:
        schema = MESSAGE

        def insert_in_parts(self, messages, on_conflict, deadline, keep_aside=None):
            BUILTIN.repository.insert_many(messages, on_conflict, deadline)
            raise ServiceError("the process ended", "Killed", permanent=False)

    with pytest.raises(ServiceError):
        write(Import.objects.get(pk=import_.pk), chunk, DiesAfterWriting(), tasks, Deadline(30))
    written = len(records())
    lifecycle.fail(import_, "dead_letter", "It is.")
    Import.objects.filter(pk=import_.pk).update(finished_at="2026-01-01T00:00Z")
    import_.refresh_from_db()
    assert registered() == 0
    assert take_back(import_) == {"reversed": written}
    assert counts(import_) == {"read": written, "written": written}
    assert (averages(), registered(), state(import_)) == ([], 0, State.UNDONE)
    late = Chunk.objects.get(pk=chunk.pk)
    write(import_, late, pinned_kind("messages", 0).repository, tasks, Deadline(30))
    assert averages() == []


def test_a_cancelled_import_is_taken_back():
    tasks = Tasks()
    import_ = start(HEADER + lines(20), tasks)
    tasks.run_one()
    tasks.run_one()
    lifecycle.cancel(import_)
    written = counts(import_)["written"]
    assert take_back(import_) == {"reversed": written}
    assert averages() == []


def test_old_imports_that_kept_no_copies_leave_their_records_unless_told_otherwise():
    run(HEADER + lines(3))
    import_ = run(newer(4), key="newer.csv", on_conflict="replace")
    assert beginning.without_copy(import_) == 0
    import_.chunks.update(keeps_copies=False)
    assert beginning.without_copy(import_) == 3


@pytest.mark.parametrize(
    ("choice", "result", "there"),
    [
        (WithoutCopy.LEAVE, {"reversed": 1, "edited": 3}, [10, 11, 12]),
        (WithoutCopy.DELETE, {"reversed": 4}, []),
    ],
)
def test_records_without_a_copy_are_left_or_deleted(settings, choice, result, there):
    run(HEADER + lines(3))
    import_ = run(newer(4), key="newer.csv", on_conflict="replace")
    for key in s3.keys(import_.bucket, aside_prefix(str(import_.pk))):
        s3_client().delete_object(Bucket=import_.bucket, Key=key)
    Import.objects.filter(pk=import_.pk).update(created_at="2020-01-01T00:00Z")
    import_.refresh_from_db()
    assert beginning.without_copy(import_) == 3
    assert take_back(import_, without=choice) == result
    assert averages() == there
    assert {one.reason for one in left.stored(import_)} == ({"no_copy"} if there else set())
    assert len(there) == registered()


def test_what_cannot_be_taken_back_says_why(settings):
    tasks = Tasks()
    running = start(HEADER + lines(3), tasks, key="running.csv")
    assert beginning.refusal(running).code == "import_running"
    assert not beginning.begin(running, tasks)
    nothing = run("nonsense\n", key="nonsense.csv")
    assert beginning.refusal(nothing).code == "no_records"
    import_ = run(HEADER + lines(3), key="gone.csv")
    assert beginning.refusal(import_) is None
    take_back(import_)
    assert beginning.refusal(import_).code == "import_undone"
    other = run(HEADER + lines(3), key="deleted.csv")
    s3_client().delete_object(Bucket=other.bucket, Key=other.key, VersionId=other.version_id)
    assert beginning.refusal(other).code == "object_gone"


def test_counts_that_do_not_add_up_are_a_failure():
    import_ = run(HEADER + lines(3))
    Import.objects.filter(pk=import_.pk).update(written=4)
    take_back(import_)
    assert (state(import_), import_.error_code) == (State.FAILED, "undo_mismatch")


def test_records_lost_behind_sluices_back_are_gone():
    import_ = run(HEADER + lines(3))
    lose(records()[:1])
    assert take_back(import_) == {"reversed": 2, "gone": 1}
