"""Notices of real processes, which are killed while they send them."""

import threading
from collections.abc import Iterator

import pytest

from notices.models import Event, Notice, Occurrence, Webhook
from tests.faults.files import CsvFile
from tests.notices.receivers import Receiver, http_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as found:
        yield found


@pytest.fixture
def told(idle_stack, receiver):
    """A stack whose webhook is told of imports that are done."""
    Webhook.objects.create(name="a", url=receiver.url, salt="a", events=[Event.IMPORT_DONE])
    idle_stack.processes.configure(NOTICE_GATHER_SECONDS="0", NOTICE_PRIVATE_ADDRESSES="true")
    idle_stack.start(workers=1)
    return idle_stack


def test_a_worker_that_is_killed_before_it_knows_the_answer_leaves_the_notice_to_another(
    told, receiver
):
    receiver.hangs = threading.Event()
    told.upload(CsvFile(20))
    told.wait_until(lambda: receiver.requests)
    told.processes.kill("worker")
    receiver.hangs.set()
    assert Notice.objects.get().state == "waiting"
    told.processes.start_workers()
    told.wait_until(lambda: Notice.objects.get().state == "sent")
    assert receiver.ids == [str(Notice.objects.get().pk)] * 2
    assert receiver.requests[0][1] == receiver.requests[1][1]


def test_what_is_told_outlives_all_processes_and_is_sent_once(told, receiver):
    told.upload(CsvFile(20))
    told.wait_until(Occurrence.objects.exists)
    told.processes.kill("")
    told.processes.start()
    told.wait_until(lambda: Notice.objects.filter(state="sent").exists())
    assert Notice.objects.count() == 1
    assert set(receiver.ids) == {str(Notice.objects.get().pk)}


def test_a_receiver_that_hangs_holds_no_import_up(told, receiver):
    """There is one worker, and it is let go when the time for a notice is up."""
    receiver.hangs = threading.Event()
    told.upload(CsvFile(20))
    told.wait_until(lambda: receiver.requests)
    told.upload(CsvFile(40))
    told.wait_until(lambda: Occurrence.objects.count() == 2)
    assert len(receiver.requests) == 1
    receiver.hangs.set()
