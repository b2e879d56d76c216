"""What ``bin/up`` runs: the whole stack on one machine, until Ctrl-C or SIGTERM."""

import asyncio
import os
import shutil
import signal
import sys

from project.local import options as command_line
from project.local import preflight, services
from project.local.prepare import STOP_SIGNALS
from project.local.processes.output import Output
from project.local.processes.supervisor import StartFailure, Supervisor
from project.local.settings_file import process_environment, write_settings
from project.local.stack import Stack
from project.local.table.choice import embedded_table, why_no_engine


def main() -> None:
    options = command_line.parse(sys.argv[1:])
    output = Output()
    sys.exit(asyncio.run(_until_stopped(options, output)))


async def _until_stopped(options: command_line.Options, output: Output) -> int:
    """Returns the exit code: 0 after a signal, 1 when the stack could not start."""
    stack = asyncio.create_task(_run(options, output))
    _cancel_on_signals(stack)
    try:
        await stack
    except asyncio.CancelledError:
        output.say("stopped")
        return 0
    except (StartFailure, OSError) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


def _cancel_on_signals(stack: "asyncio.Task[None]") -> None:
    def cancel() -> None:
        # Only once: a second Ctrl-C must not keep AWS from saving.
        if not stack.cancelling():
            stack.cancel()

    numbers = list(STOP_SIGNALS)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        numbers.append(signal.SIGHUP)
    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, cancel)
    # prepare.py held them back.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


async def _run(options: command_line.Options, output: Output) -> None:
    with preflight.owned(options.data_dir) as was_killed:
        await preflight.wait_for_old_aws(options.aws_dir)
        await preflight.check_port(options.port, "--port", was_killed=was_killed)
        await preflight.check_port(options.aws_port, "--aws-port", was_killed=was_killed)
        has_table = await embedded_table(options, output, why_no_engine)
        if has_table:
            await preflight.check_port(options.table_port, "--table-port", was_killed=was_killed)
        settings = write_settings(options, os.environ, has_table=has_table)
        os.chdir(services.ROOT)
        shutil.rmtree(options.metrics_dir, ignore_errors=True)  # counts of processes that ended
        counted = settings | {"PROMETHEUS_MULTIPROC_DIR": str(options.metrics_dir)}
        supervisor = Supervisor(process_environment(counted, os.environ), output)
        stack = Stack(options, supervisor, output, has_table=has_table)
        try:
            await supervisor.until_ready(stack.start())
            await asyncio.Event().wait()
        finally:
            output.say("stopping")
            await supervisor.stop(services.stop_order(options))


if __name__ == "__main__":
    main()
