"""Threads that work for who asked: their lines in the log and their spans belong to the same
request."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any


class Threads(ThreadPoolExecutor):
    """A pool whose work has the context of its caller."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(copy_context().run, fn, *args, **kwargs)
