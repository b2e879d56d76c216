"""How often the collector looks, in processes that serve."""

import os
import subprocess
import sys

import pytest

from tests.support.processes import ROOT

# Of 40,000 objects that stay, as of an answer of the table.
LOOKS = """
import gc
looks = []
gc.callbacks.append(lambda phase, info: looks.append(info["generation"]) if phase == "stop" else 0)
kept = [{} for _ in range(40_000)]
print(len(looks), max(looks), gc.get_freeze_count() > 10_000)
"""
LOADED = {
    "web server": "import project.wsgi",
    "worker": "import project.celery, celery.signals; celery.signals.worker_ready.send(None)",
}


@pytest.mark.parametrize("loaded", LOADED.values(), ids=LOADED.keys())
def test_large_answers_are_not_looked_over_again_and_again(loaded):
    done = subprocess.run(
        [sys.executable, "-c", f"{loaded}\n{LOOKS}"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    looks, oldest, is_frozen = done.stdout.split()
    assert int(looks) <= 5
    assert (oldest, is_frozen) == ("0", "True")
