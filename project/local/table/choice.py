"""Which engine serves the embedded table: its own, else that of the rest of the embedded AWS."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from project.local.options import Options
from project.local.processes.child import Child
from project.local.processes.output import Output
from project.local.processes.supervisor import StartFailure
from project.local.table import engine

_INSTALL_SECONDS = 90


async def embedded_table(
    options: Options, output: Output, why_not: Callable[[Output], Awaitable[str | None]]
) -> bool:
    """Whether the table's own engine can serve it. Says so when it cannot.

    ``why_not``: :func:`why_no_engine`. Raises StartFailure when the records are in a file that
    only this engine reads.
    """
    reason = await why_not(output)
    if reason is None:
        return True
    if options.table_file.exists():
        raise StartFailure(
            f"The records are in {options.table_file}, which only dynoxide reads, and {reason}."
            " Start again when the npm registry can be reached."
        )
    output.say(
        f"table: {reason}, so ministack serves it: slower, and in memory, with a snapshot every"
        " half minute"
    )
    return False


async def why_no_engine(output: Output) -> str | None:
    """Why the engine cannot be used here; None when it can. Installs it, once."""
    try:
        engine.hidden_address()
    except OSError:
        return "this system has no loopback address that pages in a browser cannot guess"
    if not engine.is_installed():
        output.say("installing the engine of the table; this happens once")
        return await _install()
    return None


async def _install() -> str | None:
    lines: list[str] = []
    command = [sys.executable, "-m", "project.local.npm", str(engine.FOLDER)]
    command.append(str(engine.FILE))
    installing = await Child.start(command, dict(os.environ), lines.append)
    try:
        code = await asyncio.wait_for(installing.ended(), _INSTALL_SECONDS)
    except TimeoutError:
        await installing.stop(grace_seconds=1)
        return f"its engine did not come from npm within {_INSTALL_SECONDS} seconds"
    except asyncio.CancelledError:
        await installing.stop(grace_seconds=1)
        raise
    return f"its engine could not be had ({lines[-1] if lines else code})" if code else None
