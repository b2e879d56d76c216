"""Which tests go to one process when several share the work."""

from functools import cache

from xdist.scheduler import LoadScopeScheduling

from tests.support.processes import ROOT


class Scheduling(LoadScopeScheduling):
    """Each test goes to whichever process is free, but for those of a module that share a fixture:
    one process makes it for all of them."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if _shares_a_fixture(module) else nodeid


@cache
def _shares_a_fixture(module: str) -> bool:
    return '@pytest.fixture(scope="module"' in (ROOT / module).read_text()
