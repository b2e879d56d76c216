"""Processor time and memory of the stack's processes, as Linux tells them (proc(5))."""

import os
from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# By what their command lines have, the first that fits.
_NAMES = {
    "dynoxide": "table",
    "project.local.table.server": "table",
    "project.local.emulator": "aws",
    "celery": "worker",
    "gunicorn": "web",
    "listen": "listener",
}


def descendants(parent: int) -> dict[int, str]:
    """The names of the stack's processes by id: all below its supervisor."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    found: dict[int, str] = {}
    waiting = [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        waiting += below
        found |= {pid: _name(pid) for pid in below}
    return {pid: name for pid, name in found.items() if name}


def cpu_seconds(processes: dict[int, str]) -> dict[str, float]:
    """Processor time by name, since they began."""
    seconds: dict[str, float] = defaultdict(float)
    for pid, name in processes.items():
        ticks = map(int, _fields(pid)[11:13])
        seconds[name] += sum(ticks) / _TICKS
    return seconds


def forget_peaks(processes: dict[int, str]) -> None:
    """Have the most memory counted from now on."""
    for pid in processes:
        (_PROC / str(pid) / "clear_refs").write_text("5")


def peaks(processes: dict[int, str]) -> dict[str, float]:
    """The most memory of a process of each name, in MB."""
    found: dict[str, float] = {}
    for pid, name in processes.items():
        status = (_PROC / str(pid) / "status").read_text()
        kilobytes = int(status.partition("VmHWM:")[2].split()[0])
        found[name] = max(found.get(name, 0.0), kilobytes / 1000)
    return found


def _parent(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[1]) if fields else 0


def _fields(pid: int) -> list[str]:
    """Those of ``stat`` behind the command's name; none of a process that is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        command = (_PROC / str(pid) / "cmdline").read_text()
    except OSError:
        return ""
    return next((name for part, name in _NAMES.items() if part in command), "")
