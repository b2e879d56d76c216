"""What pages show of columns, each test with copies of files of its own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def cache_folder(settings: Any, tmp_path: Path) -> None:
    settings.COLUMNS_CACHE_DIR = str(tmp_path / "columns")
