"""A table and tasks that tests meddle with."""

from functools import partial

from messages_app.kinds.record_kind import BUILTIN
from tests.ingestion.helpers import Tasks


class TimedTasks(Tasks):
    """Tasks with how long each waits; those of chunks by number, others by id."""

    def write(self, import_id, chunk_number, delay_seconds=0):
        self.waiting.append((chunk_number, delay_seconds))

    def undo(self, import_id, chunk_number, delay_seconds=0):
        self.waiting.append((chunk_number, delay_seconds))

    def verify(self, import_id, delay_seconds=0):
        self.waiting.append((import_id, delay_seconds))

    def delete_records(self, deletion_id, delay_seconds=0):
        self.waiting.append((deletion_id, delay_seconds))


class Table:
    """The table, with something else in the place of some of its methods: each gets the real one
    before its arguments."""

    def __init__(self, **methods):
        self._real = BUILTIN.repository
        self._methods = methods

    def __getattr__(self, name):
        real = getattr(self._real, name)
        return partial(self._methods[name], real) if name in self._methods else real


def first(what):
    """A method before whose first call something is done."""
    waiting = [what]

    def method(real, *arguments):
        if waiting:
            waiting.pop()()
        return real(*arguments)

    return method


def then(what):
    """A method behind whose calls something is done."""

    def method(real, *arguments):
        result = real(*arguments)
        what()
        return result

    return method
