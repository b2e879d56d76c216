"""Processes are killed, restarted and replaced in the middle of an import."""

import random

import pytest
from django.conf import settings

from common.aws.clients import s3_client
from ingestion.models import Import, Replay, State
from ingestion.running.unannounced import turns
from ingestion.running.unannounced.search import Scope
from tests.faults.effects import Watched, kill_soon, late
from tests.faults.files import CsvFile
from tests.ingestion.helpers import HEADER, line, put


@pytest.mark.parametrize(
    ("on_conflict", "is_compressed", "seed"), [("keep", False, 1), ("replace", True, 2)]
)
def test_an_import_whose_workers_are_killed_ten_times_is_complete(
    stack, on_conflict, is_compressed, seed
):
    chance = random.Random(seed)
    file = CsvFile(3000, copies=on_conflict == "keep")
    stack.upload(file, on_conflict, is_compressed=is_compressed)
    for number in range(10):
        killing = stack.proxy.inject(
            kill_soon(stack.processes, chance),
            # The first two may well die while they plan, which begins with S3.
            service="s3" if number < 2 else "",
            sender="worker",
            share=0.2,
            times=1,
        )
        workers = len(stack.processes.running)
        stack.wait_until(lambda workers=workers: len(stack.processes.running) < workers)
        assert killing.fired
        stack.processes.start_workers()
    stack.assert_done(stack.ended(), file, on_conflict)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_listener_that_is_killed_starts_an_import_once(stack, seed):
    killing = kill_soon(stack.processes, random.Random(seed))
    stack.proxy.inject(killing, "sqs", "SendMessage", sender="listener")
    file = CsvFile(500)
    stack.upload(file)
    stack.wait_until(lambda: len(stack.processes.running) < 3)
    stack.proxy.clear()
    stack.processes.start_listener()
    stack.assert_done(stack.ended(), file)
    assert Import.objects.count() == 1


def test_everything_is_killed_and_started_again(stack):
    stack.proxy.inject(late(0.2), "dynamodb")
    file = CsvFile()
    stack.upload(file)
    stack.wait_for_chunks(3)
    stack.processes.kill("")
    stack.proxy.clear()
    stack.processes.start()
    stack.assert_done(stack.ended(), file)


def test_a_deploy_lets_every_process_finish_what_it_does(stack):
    stack.proxy.inject(late(0.2), "dynamodb", "BatchExecuteStatement")
    receives = Watched()
    stack.proxy.inject(receives, "sqs", "ReceiveMessage", sender="worker")
    file = CsvFile()
    stack.upload(file)
    stack.wait_for_chunks(3)
    assert stack.processes.deploy() == [0, 0, 0]
    stack.assert_done(stack.ended(), file)
    # Nothing was left to the visibility timeout.
    assert (receives.most_deliveries, receives.most_at_once) == (1, 1)


def test_a_replay_whose_listeners_are_killed_starts_each_file_once(stack):
    """One turn of it is not enough for all."""
    s3_client().put_bucket_notification_configuration(
        Bucket=settings.DATA_BUCKET, NotificationConfiguration={}
    )
    count = turns.MAX_STARTS + 10
    for number in range(count):
        put(HEADER + line(number), key=f"devices/{number}.csv")
    stack.processes.start_listener()
    turns.ask_for(Scope("devices/"))
    for started in (1, 10, 40):
        stack.wait_until(lambda started=started: Import.objects.count() >= started)
        stack.processes.kill("listener")
        stack.processes.start_listener()
        stack.processes.start_listener()
    stack.wait_until(lambda: not Replay.objects.exists())
    stack.wait_until(lambda: Import.objects.filter(state=State.DONE).count() == count)
    assert Import.objects.count() == stack.records().total() == count
