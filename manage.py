#!/usr/bin/env python
import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from project.local.settings_file import read_settings

_LOCAL_SETTINGS = Path(__file__).resolve().parent / ".local" / "env"
# It speaks to the stack on this machine, and finds its settings by itself.
_LOCAL_COMMAND = "invoke"


def main() -> None:
    if sys.argv[1:2] == [_LOCAL_COMMAND] and "SECRET_KEY" not in os.environ:
        os.environ.update(read_settings(_LOCAL_SETTINGS))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
