"""Which tests go to one process when several share the work."""

from functools import cache

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.support.processes import ROOT

# Marks of what takes long, much of it by waiting.
_LONG = ("faults", "stack", "schemathesis", "browser")


def long_ones_first(items: list[pytest.Item]) -> None:
    """So that at the end no process works alone on one of them."""
    items.sort(key=lambda item: not any(item.get_closest_marker(mark) for mark in _LONG))


class Scheduling(LoadScopeScheduling):
    """Each test goes to whichever process is free, but for those of a module that share a fixture:
    one process makes it for all of them. Every other process begins at the end: so some wait for
    time limits to pass while others work.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        if list(self.assigned_work).index(node) % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """What is done is forgotten: to count it again after each test took seconds of a run."""
        nodeid = self.registered_collections[node][item_index]
        assigned, scope = self.assigned_work[node], self._split_scope(nodeid)
        assigned[scope][nodeid] = True
        if all(assigned[scope].values()):
            del assigned[scope]
        self._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if _shares_a_fixture(module) else nodeid


@cache
def _shares_a_fixture(module: str) -> bool:
    return '@pytest.fixture(scope="module"' in (ROOT / module).read_text()
