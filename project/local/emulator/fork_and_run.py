"""Runs a function in a forked child, so that it sees the memory as it is at this moment."""

import gc
import os
import signal
import traceback
import warnings
from collections.abc import Callable
from typing import NoReturn

from project.local.processes.die_with_parent import die_with_parent

_FIRST_OWN_DESCRIPTOR = 3


def fork_and_run(work: Callable[[], None]) -> int:
    """Start ``work`` in a child. Returns its process id; its exit code is 0 if nothing was raised.

    Only the calling thread lives on in the child. What the others held locked stays locked, so
    the caller gives up on a child that takes too long.
    """
    parent = os.getpid()
    with warnings.catch_warnings():
        # Python 3.12 and later warn of just those locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _run(work, parent)
    return child


def _run(work: Callable[[], None], parent: int) -> NoReturn:
    # The one way out is _exit: the parent's event loop, exit handlers and buffers are not ours.
    code = 1
    try:
        _detach(parent)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is must not get out
        traceback.print_exc()
    finally:
        os._exit(code)


def _detach(parent: int) -> None:
    # A finalizer of the parent's objects would close descriptors that are ours by then.
    gc.disable()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # An open copy here would keep the parent's connections and its port alive.
    os.closerange(_FIRST_OWN_DESCRIPTOR, os.sysconf("SC_OPEN_MAX"))
    die_with_parent(parent, signal.SIGKILL)
    os.nice(5)
