"""The SQL database cannot be written for a while."""

import sqlite3
import time
from contextlib import closing

import pytest
from django.conf import settings

from tests.faults.effects import late
from tests.faults.files import CsvFile

# Longer than a task, and than the visibility timeout of its message.
LOCKED_SECONDS = 30


@pytest.mark.sqlite
def test_the_database_is_locked_in_the_middle_of_an_import(stack):
    stack.proxy.inject(late(0.2), "dynamodb")
    file = CsvFile()
    stack.upload(file)
    stack.wait_for_chunks(2)
    with closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED_SECONDS)
        holder.execute("ROLLBACK")
    stack.proxy.clear()
    stack.assert_done(stack.ended(), file)
