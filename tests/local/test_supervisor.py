"""The supervisor: what it restarts, what it says, and that nothing is left."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from project.local.processes.output import Output
from project.local.processes.supervisor import Service, StartFailure, Supervisor
from project.local.processes.together import together
from tests.support.processes import DIE_WITH_PARENT, ROOT, wait_until

# Writes its process id into the file that is its argument, and waits.
NOTE_AND_WAIT = """
import os, sys, time
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
print("noted", flush=True)
time.sleep(1000)
"""
# Takes a moment to end, and notes that it has.
SLOW_TO_END = """
import os, signal, sys, time
def end(*_):
    time.sleep(0.3)
    open(sys.argv[2], "a").write(f"{os.getpid()}\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
time.sleep(1000)
"""
# As NOTE_AND_WAIT, but it starts one more process and does not listen to SIGTERM.
STUBBORN = (
    """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) < 3:
    subprocess.Popen([sys.executable, "-c", sys.orig_argv[2], sys.argv[1], "child"])
"""
    + NOTE_AND_WAIT
)


def service(name: str, code: str, *arguments: str, grace_seconds: float = 10) -> Service:
    return Service(name, [sys.executable, "-c", code, *arguments], grace_seconds)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip().startswith("Z") or not done.stdout.strip()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def supervise(scenario) -> list[str]:
    """Run a scenario with a supervisor. Returns the lines that were written."""
    stream = io.StringIO()

    async def run() -> None:
        await asyncio.wait_for(scenario(Supervisor(dict(os.environ), Output(stream))), 60)

    asyncio.run(run())
    return stream.getvalue().splitlines()


def test_a_process_that_dies_is_started_again_and_the_reason_is_told(tmp_path):
    notes = tmp_path / "notes"

    async def scenario(supervisor):
        supervisor.keep(service("web", NOTE_AND_WAIT, str(notes)))
        await until(lambda: len(pids(notes)) == 1)
        os.kill(pids(notes)[0], signal.SIGKILL)
        await until(lambda: len(pids(notes)) == 2)
        await supervisor.stop([["web"]])

    lines = supervise(scenario)
    assert "web was ended by SIGKILL and is started again" in lines
    assert not any(lives(pid) for pid in pids(notes))


def test_each_line_of_a_process_bears_its_name(tmp_path):
    async def scenario(supervisor):
        await supervisor.run("step", [sys.executable, "-c", "print('one\\ntwo')"])

    assert supervise(scenario) == ["step      | one", "step      | two"]


def test_a_process_that_does_not_stop_is_killed_with_its_children(tmp_path):
    notes = tmp_path / "notes"

    async def scenario(supervisor):
        supervisor.keep(service("worker", STUBBORN, str(notes), grace_seconds=0.3))
        await until(lambda: len(pids(notes)) == 2)
        await supervisor.stop([["worker"]])

    lines = supervise(scenario)
    assert lines[-1] == "worker did not stop within 0.3 seconds and was killed"
    wait_until(lambda: not any(lives(pid) for pid in pids(notes)))


def test_processes_stop_stage_by_stage(tmp_path):
    notes = tmp_path / "notes"
    code = """
import signal, sys, time
def stop(*_):
    time.sleep(float(sys.argv[3]))
    open(sys.argv[1], "a").write(sys.argv[2] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
time.sleep(1000)
"""
    stream = io.StringIO()

    async def scenario() -> None:
        supervisor = Supervisor(dict(os.environ), Output(stream))
        supervisor.keep(service("aws", code, str(notes), "aws", "0"))
        supervisor.keep(service("worker", code, str(notes), "worker", "0.3"))
        await until(lambda: stream.getvalue().count("up") == 2)
        await supervisor.stop([["worker"], ["aws"]])

    asyncio.run(scenario())
    assert notes.read_text().split() == ["worker", "aws"]


def test_a_process_that_keeps_dying_at_the_start_ends_the_start_with_its_last_words():
    async def scenario(supervisor):
        supervisor.keep(service("web", "raise SystemExit('no such module')"))
        await supervisor.until_ready(asyncio.Event().wait())

    with pytest.raises(StartFailure, match="web does not stay up; it last said: no such module"):
        supervise(scenario)


def test_a_step_that_fails_ends_the_start_with_its_last_words():
    async def scenario(supervisor):
        step = supervisor.run("migrate", [sys.executable, "-c", "raise SystemExit('disk full')"])
        await supervisor.until_ready(step)

    with pytest.raises(StartFailure, match="migrate ended with exit code 1: disk full"):
        supervise(scenario)


def test_a_step_that_is_broken_off_leaves_no_process(tmp_path):
    notes = tmp_path / "notes"

    async def scenario(supervisor):
        command = [sys.executable, "-c", NOTE_AND_WAIT, str(notes)]
        step = asyncio.create_task(supervisor.run("migrate", command))
        await until(lambda: pids(notes))
        step.cancel()
        await asyncio.wait({step})

    supervise(scenario)
    assert not lives(pids(notes)[0])


def test_of_steps_side_by_side_that_are_broken_off_each_has_ended(tmp_path):
    begun, ended = tmp_path / "begun", tmp_path / "ended"

    async def scenario(supervisor):
        quick = supervisor.run("aws", [sys.executable, "-c", NOTE_AND_WAIT, str(begun)])
        command = [sys.executable, "-c", SLOW_TO_END, str(begun), str(ended)]
        steps = asyncio.create_task(together(quick, supervisor.run("migrate", command)))
        await until(lambda: len(pids(begun)) == 2)
        steps.cancel()
        await asyncio.wait({steps})
        assert steps.cancelled()
        assert len(pids(ended)) == 1

    supervise(scenario)
    assert not any(lives(pid) for pid in pids(begun))


def test_of_steps_side_by_side_a_failure_is_told_once_the_others_have_ended(tmp_path):
    begun, ended = tmp_path / "begun", tmp_path / "ended"

    async def fail() -> None:
        await until(lambda: pids(begun))
        raise StartFailure("disk full")

    async def scenario(supervisor):
        command = [sys.executable, "-c", SLOW_TO_END, str(begun), str(ended)]
        with pytest.raises(StartFailure, match="disk full"):
            await together(supervisor.run("migrate", command), fail())
        assert len(pids(ended)) == 1

    supervise(scenario)


def test_what_has_to_follow_a_restart_is_done(tmp_path):
    notes = tmp_path / "notes"
    mended = []

    async def mend() -> None:
        mended.append(True)

    async def scenario(supervisor):
        command = [sys.executable, "-c", NOTE_AND_WAIT, str(notes)]
        supervisor.keep(Service("aws", command, 10, on_restart=mend))
        await until(lambda: pids(notes))
        assert not mended
        os.kill(pids(notes)[0], signal.SIGKILL)
        await until(lambda: mended)
        await supervisor.stop([["aws"]])

    supervise(scenario)
    assert mended == [True]


@pytest.mark.parametrize("options", [[], ["--watch"]], ids=["kernel", "watch"])
def test_a_command_dies_with_the_killed_process_that_started_it(tmp_path, options):
    notes = tmp_path / "notes"
    command = [sys.executable, str(DIE_WITH_PARENT), *options, sys.executable, "-c", NOTE_AND_WAIT]
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess; subprocess.Popen({[*command, str(notes)]!r}).wait()",
        ],
        cwd=ROOT,
        start_new_session=True,
    )
    wait_until(lambda: pids(notes), parent)
    parent.kill()
    parent.wait()
    wait_until(lambda: not lives(pids(notes)[0]))


def test_the_watching_tether_passes_signals_and_the_exit_code_on(tmp_path):
    code = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
open(sys.argv[1], "w").write("0")
time.sleep(1000)
"""
    notes = tmp_path / "notes"
    command = [
        sys.executable,
        str(DIE_WITH_PARENT),
        "--watch",
        sys.executable,
        "-c",
        code,
        str(notes),
    ]
    process = subprocess.Popen(command)
    wait_until(lambda: pids(notes), process)
    process.terminate()
    assert process.wait() == 7


def test_output_is_coloured_on_a_terminal_alone():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, is_coloured in ((io.StringIO(), False), (Terminal(), "NO_COLOR" not in os.environ)):
        Output(stream).event("web", "up")
        assert ("\033[" in stream.getvalue()) is is_coloured
