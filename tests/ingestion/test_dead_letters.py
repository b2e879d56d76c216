"""What staff can do with messages that could not be handled."""

import pytest
from django.conf import settings

from ingestion import dead_letters, imports, progress, sqs
from tests.ingestion.helpers import HEADER, Tasks, counts, lines, put, start
from tests.ingestion.letters import dead_import, make_dead_letter, waiting_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def test_a_dead_letter_tells_its_task_and_its_import():
    of = dead_import()
    (letter,) = dead_letters.waiting()
    assert (letter.task, letter.import_id) == ("ingestion.plan_import", str(of.pk))


def test_looking_at_dead_letters_leaves_them_where_they_are():
    dead_import()
    dead_letters.waiting()
    assert len(dead_letters.waiting()) == 1


def test_a_redriven_letter_is_back_in_its_queue_and_its_import_goes_on():
    of = dead_import()
    assert dead_letters.redrive() == 1
    of.refresh_from_db()
    assert (of.state, of.error_code) == ("planning", "")
    assert waiting_tasks() == 1
    assert dead_letters.waiting() == []


def test_only_the_chosen_letters_are_redriven():
    first, second = dead_import("in/1.csv"), dead_import("in/2.csv")
    chosen = [one.id for one in dead_letters.waiting() if one.import_id == str(first.pk)]
    assert dead_letters.redrive(chosen) == 1
    assert [letter.import_id for letter in dead_letters.waiting()] == [str(second.pk)]


def test_a_discarded_letter_is_gone_and_its_import_stays_failed():
    of = dead_import()
    assert dead_letters.discard() == 1
    of.refresh_from_db()
    assert of.state == "failed"
    assert dead_letters.waiting() == []
    assert waiting_tasks() == 0


def test_an_event_that_nobody_could_read_is_a_dead_letter_without_a_task():
    url = sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE))
    sqs.send(url, "not an event")
    (letter,) = dead_letters.waiting()
    assert (letter.queue, letter.task, letter.body) == (
        settings.BUCKET_EVENTS_QUEUE,
        "",
        "not an event",
    )


def test_more_letters_than_one_answer_holds_are_all_seen():
    url = sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE))
    for number in range(25):
        sqs.send(url, f"event {number}")
    assert len(dead_letters.waiting()) == 25


def test_a_letter_of_celery_that_cannot_be_read_is_shown_without_a_task():
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(settings.CELERY_QUEUE)), "hello")
    (letter,) = dead_letters.waiting()
    assert (letter.queue, letter.task, letter.body) == (settings.CELERY_QUEUE, "", "hello")


def test_a_redriven_plan_goes_on_to_the_end_of_its_import():
    tasks = Tasks()
    of = start(HEADER + lines(3), tasks)
    imports.fail(of, progress.DEAD_LETTER, "Gave up.")
    make_dead_letter(of)
    dead_letters.redrive()
    tasks.run()
    assert counts(of) == {"read": 3, "written": 3}


def test_a_redriven_event_is_back_in_its_own_queue():
    put(HEADER)
    url = sqs.queue_url(settings.BUCKET_EVENTS_QUEUE)
    (event,) = sqs.receive(url)
    sqs.send(sqs.queue_url(sqs.dead_letter_queue(settings.BUCKET_EVENTS_QUEUE)), event.body)
    sqs.delete(url, [event])
    dead_letters.redrive()
    assert [one.body for one in sqs.receive(url)] == [event.body]
