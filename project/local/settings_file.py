"""The running stack's settings: the environment of its processes, and the file ``env``."""

import os
import secrets
import shlex
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from project.local.emulator.snapshots import replace_file
from project.local.options import Options

# Sizes and times that may be tried out from outside: ``TASK_SECONDS=6 bin/up``.
_PASSED_ON = (
    *("TASK_SECONDS", "CHUNK_BYTES", "MAX_UPLOAD_BYTES", "SWEEP_MINUTES", "SWEEP_PREFIX"),
    *("INBOX_REPLY_QUEUES", "NOTICE_GATHER_SECONDS", "NOTICE_PRIVATE_ADDRESSES"),
)


def write_settings(
    options: Options, outside: Mapping[str, str], *, has_table: bool
) -> dict[str, str]:
    """Write ``env`` (mode 600), for ``set -a; . .local/env``. Returns the settings in it.

    ``has_table``: whether the table has an engine and an address of its own.
    """
    settings = {
        "SECRET_KEY": _secret_key(options.data_dir / "secret-key"),
        "DEBUG": "false",
        "HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "LOG_FORMAT": "console",
        "DATABASE_URL": f"sqlite:///{quote(str(options.data_dir / 'sluice.sqlite3'))}",
        "AWS_ENDPOINT_URL": options.aws_url,
        **({"AWS_ENDPOINT_URL_DYNAMODB": options.table_url} if has_table else {}),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",  # the name that the AWS CLI knows
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "DATA_BUCKET": "sluice-data",
        "BUCKET_EVENTS_QUEUE": "sluice-bucket-events",
        "MESSAGE_INBOX_QUEUE": "sluice-message-inbox",
        "CELERY_QUEUE": "sluice-celery",
        "MESSAGES_TABLE": "sluice-messages",
        # Where `manage.py invoke` finds the web, and a token for it.
        "SLUICE_URL": options.url,
        "SITE_URL": options.url,
        # Mails are written to a folder, and shown on a page.
        "EMAIL_URL": f"filemail://{quote(str(options.data_dir / 'mails'))}",
        "SLUICE_TOKEN_FILE": str(options.data_dir / "api-token"),
        **{name: outside[name] for name in _PASSED_ON if name in outside},
        **_past_the_proxy(),
    }
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    replace_file(options.data_dir / "env", "".join(lines))
    return settings


def process_environment(settings: Mapping[str, str], outside: Mapping[str, str]) -> dict[str, str]:
    """The environment of the stack's processes; nothing of a real AWS account gets in."""
    inherited = {name: value for name, value in outside.items() if not name.startswith("AWS_")}
    return {
        **inherited,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",  # they speak to developers: root user, no collected statics
        **settings,
    }


def read_settings(path: Path) -> dict[str, str]:
    """What :func:`write_settings` wrote; nothing when there is no such file."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    named = (line.partition("=") for line in lines)
    return {name: "".join(shlex.split(value)) for name, _, value in named}


def _secret_key(path: Path) -> str:
    """Made once: sessions and signed cursors outlive a restart."""
    if not path.exists():
        replace_file(path, secrets.token_urlsafe(48) + "\n")
    return path.read_text().strip()


def _past_the_proxy() -> dict[str, str]:
    proxies = urllib.request.getproxies()
    if not proxies:
        return {}
    hosts = ",".join(filter(None, [proxies.get("no"), "127.0.0.1,localhost"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
