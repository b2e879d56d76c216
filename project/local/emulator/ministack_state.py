"""All that is used of ministack, private names included.

ministack saves its state at a clean stop only, and has no call for a snapshot. The names below
are private: ``requirements.in`` pins the release, and ``tests/local/test_embedded_aws.py`` says
when they have moved.
"""

import copy
import importlib
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]
Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH_PATH = "/_ministack/health"
RESET_PATH = "/_ministack/reset"
# Before all its own paths, which are those of no AWS service.
PRIVATE_PREFIX = "/_"


class Emulator:
    """ministack's application and its state.

    :param state: the directory whose state is loaded at start; None keeps everything in memory.
    :param objects: where the S3 objects lie; they are written there at once.
    """

    def __init__(self, port: int, state: Path | None, objects: Path | None) -> None:
        os.environ.update(_environment(port, state, objects))
        # ministack reads its configuration when it is imported, so not before this line.
        self._app_module: Any = importlib.import_module("ministack.app")
        self._persistence: Any = importlib.import_module("ministack.core.persistence")
        self.app: App = self._app_module.app
        self._s3: Any = importlib.import_module("ministack.services.s3") if objects else None
        self._faults = _Faults()
        for name in ("persistence", "ministack"):
            logging.getLogger(name).addHandler(self._faults)

    @property
    def faults(self) -> list[str]:
        """What it logged as errors so far: its functions swallow failures to load or save."""
        return list(self._faults.messages)

    def save_to(self, directory: Path) -> None:
        """Let the next save, also that of a clean stop, go to ``directory``."""
        self._persistence.STATE_DIR = str(directory)

    def save(self, directory: Path) -> None:
        """Write the state of all services. Raises OSError when any of them was not written."""
        before = len(self._faults.messages)
        self.save_to(directory)
        self._persistence.save_all(self._app_module._build_persistence_save_dict())
        if len(self._faults.messages) > before:
            raise OSError(self._faults.messages[-1])

    def state(self) -> dict[str, Any]:
        """All that its services hold, but for the content of S3 objects."""
        return {name: module.get_state() for name, module in self._services()}

    def restore(self, state: dict[str, Any]) -> None:
        """Let its services hold that again, and nothing else."""
        self._app_module._reset_all_state()
        for name, module in self._services():
            if name in state:  # else it has been loaded since, and holds nothing now
                module.load_persisted_state(copy.deepcopy(state[name]))

    def _services(self) -> list[tuple[str, Any]]:
        names = sorted(set(self._app_module._state_map.values()))
        found = ((name, sys.modules.get(f"ministack.services.{name}")) for name in names)
        return [(name, module) for name, module in found if hasattr(module, "get_state")]

    def object_file(self, bucket: str, key: str, version_id: str) -> Path | None:
        """Where the bytes of an object lie, for the account of the request that was last served
        in this task; None when they are only in memory. The file may be absent."""
        if self._s3 is None:
            return None
        if version_id and self._s3._version_file_exists(bucket, key, version_id):
            return Path(self._s3._version_disk_path(bucket, key, version_id))
        path = self._s3._object_disk_path(bucket, key)
        return Path(path) if path else None


class _Faults(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _environment(port: int, state: Path | None, objects: Path | None) -> dict[str, str]:
    persist = "1" if state else "0"
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        # Each of these would open further ports, some of them on all interfaces.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "USE_SSL": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_REGION": "us-east-1",
        "PERSIST_STATE": persist,
        "STATE_DIR": str(state or ""),
        "S3_PERSIST": persist,
        "S3_DATA_DIR": str(objects or ""),
    }
