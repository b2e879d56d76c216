"""What a task leaves of a chunk goes on in a new message, or is delivered again."""

import pytest

from common.errors import ServiceError
from messages_app.store.batch_requests import OUT_OF_TIME
from tests.common.clock import Clock
from tests.ingestion.running.core.chunks.script import Script, planned, written_by
from tests.ingestion.running.ended.stand_ins import TimedTasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@pytest.mark.parametrize("was_begun", [False, True])
@pytest.mark.parametrize(
    ("code", "known", "goes_on", "parts_kept", "is_clean"),
    [
        ("ThrottlingException", 0, True, 1, True),
        ("ThrottlingException", 1, True, 1, True),
        (OUT_OF_TIME, 0, False, 1, True),
        (OUT_OF_TIME, 1, True, 1, True),
        ("Killed", 0, False, 0, False),
        ("Killed", 1, False, 1, False),
    ],
)
def test_what_goes_on_in_a_new_message_and_what_is_delivered_again(
    was_begun, code, known, goes_on, parts_kept, is_clean
):
    import_ = planned()
    import_.chunks.update(is_begun=was_begun)
    tasks = TimedTasks()
    script = Script(Clock(), (0, known), code)
    if goes_on:
        written_by(script, import_, tasks)
    else:
        with pytest.raises(ServiceError, match="the table"):
            written_by(script, import_, tasks)
    chunk = import_.chunks.get()
    waits = [(number, delay > 0) for number, delay in tasks.waiting]
    assert waits == ([(1, known == 0)] if goes_on else [])
    assert (chunk.parts_kept, chunk.read, chunk.is_done) == (parts_kept, known, False)
    assert chunk.is_begun == (was_begun or not is_clean)
