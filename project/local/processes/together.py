"""Steps of a start that run side by side."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*steps: Coroutine[Any, Any, None]) -> None:
    """Run all at once. When one fails, or all are broken off, none is still at it afterwards.

    Raises the first failure. (``asyncio.gather`` does not wait for the others: they would still be
    ending their processes when the event loop is closed.)
    """
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
