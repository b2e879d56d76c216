"""Runs a command that dies with the process that started it, even if that one is killed.

``die_with_parent.py [--signal TERM] [--watch] COMMAND…``: when the parent process is gone, the
command gets the signal (KILL unless told otherwise). Linux's kernel does this by itself; elsewhere
(or with ``--watch``) this process stays and looks. A script without imports from the project, so
that it starts at once.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.5


def main() -> None:
    parent = os.getppid()
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", choices=["KILL", "TERM"], default="KILL")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    death_signal = signal.Signals[f"SIG{options.signal}"]
    if sys.platform == "linux" and not options.watch:
        die_with_parent(parent, death_signal)
        os.execvp(options.command[0], options.command)  # noqa: S606 - no shell is wanted
    sys.exit(_watch(options.command, parent, death_signal))


def die_with_parent(parent: int, death_signal: signal.Signals) -> None:
    """Let the kernel send this process ``death_signal`` when its parent ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), death_signal)


def _watch(command: list[str], parent: int, death_signal: signal.Signals) -> int:
    """Run the command, pass SIGTERM and SIGINT on to it. Returns its exit code."""
    child = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: child.send_signal(received))
    orphaned = False
    while child.poll() is None:
        if not orphaned and os.getppid() != parent:
            orphaned = True
            child.send_signal(death_signal)
        time.sleep(_LOOK_SECONDS)
    return child.returncode


if __name__ == "__main__":
    main()
