"""The environment of the tests, set before Django reads its settings.

A pytest plugin, loaded by name (``-p tests.environment``) before any other part of pytest asks for
the settings. Each process of pytest-xdist has an embedded AWS and a database of its own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.support.ports import free_port
from tests.support.table import why_no_engine

DIRECTORY = Path(tempfile.mkdtemp(prefix="sluice-tests-"))
AWS_PORT = free_port()
TABLE_PORT = free_port()
# Why the table has no engine of its own here, and is served by the rest of the embedded AWS.
NO_ENGINE = why_no_engine()
# Of pytest-django's live_server, whose pages the embedded AWS lets in.
WEB_PORT = free_port()

# A PostgreSQL server (tests/support/postgres.py), where each process has a database of its own,
# or else a file: tests start worker processes, which must see the same rows.
_POSTGRES = os.environ.get("SLUICE_TESTS_POSTGRES")
DATABASE_URL = (
    f"{_POSTGRES}/sluice_{os.getpid()}" if _POSTGRES else f"sqlite:///{DIRECTORY}/sluice.sqlite3"
)

atexit.register(shutil.rmtree, DIRECTORY, ignore_errors=True)
# A developer's real account, and collector, must be out of reach.
for name in [name for name in os.environ if name.startswith(("AWS_", "OTEL_"))]:
    del os.environ[name]
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{AWS_PORT}",
        "AWS_ENDPOINT_URL_DYNAMODB": "" if NO_ENGINE else f"http://127.0.0.1:{TABLE_PORT}",
        "AWS_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        # More than all tests of a minute send.
        "API_REQUESTS_A_MINUTE": "1000000",
        "API_EXPORTS_A_MINUTE": "1000000",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        # However busy the machine is: tests of the limit set their own.
        "COLUMNS_READ_SECONDS": "60",
        "CSRF_TRUSTED_ORIGINS": "",
        "DATA_BUCKET": "sluice-test-data",
        "DATABASE_URL": DATABASE_URL,
        "DEBUG": "false",
        "DJANGO_LIVE_TEST_SERVER_ADDRESS": f"localhost:{WEB_PORT}",
        # Playwright's synchronous interface runs an event loop in the thread of the tests.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "HTTPS": "false",
        "LOG_FORMAT": "json",
        "SECRET_KEY": "only-for-tests-0123456789-abcdefghij-klmnopqrst-uvwxyz",
        "TASK_SECONDS": "6",
    }
)
for name in (
    "BUCKET_EVENTS_QUEUE",
    "MESSAGE_INBOX_QUEUE",
    "INBOX_REPLY_QUEUES",
    "CELERY_QUEUE",
    "MESSAGES_TABLE",
    "API_TOKEN_DAYS",
    "CHUNK_BYTES",
    "HEARTBEAT_FILE",
    "LOGIN_ATTEMPTS",
    "LOGIN_LOCK_MINUTES",
    "MAX_UPLOAD_BYTES",
    "METRICS_PORT",
    "PROMETHEUS_MULTIPROC_DIR",
    "SESSION_HOURS",
    "SWEEP_MINUTES",
    "SITE_URL",
    "EMAIL_URL",
    "EMAIL_FROM",
    "NOTICE_GATHER_SECONDS",
    "NOTICE_DIGEST_HOUR",
    "NOTICE_DAYS",
    "NOTICE_PRIVATE_ADDRESSES",
    "SWEEP_PREFIX",
    "TRUSTED_PROXIES",
):
    os.environ.pop(name, None)
