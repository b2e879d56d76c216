"""All settings, read from the environment. The README has the table that explains them."""

from datetime import timedelta
from pathlib import Path

from project.http.content_security import directives, object_store_origins
from project.settings.environment import Environment
from project.settings.logging import logging_config
from project.settings.openapi import openapi_settings
from project.settings.theme import PRIMARY, STYLESHEETS, frame_script

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = Environment()

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")

# AWS. boto3 takes credentials from its own default chain; the endpoints, one for all services and
# one for each, are for the embedded AWS. Their names are boto3's own.
AWS_ENDPOINT_URL = env.optional("AWS_ENDPOINT_URL")
AWS_ENDPOINT_URL_DYNAMODB = env.optional("AWS_ENDPOINT_URL_DYNAMODB")
AWS_ENDPOINT_URL_S3 = env.optional("AWS_ENDPOINT_URL_S3")
AWS_ENDPOINT_URL_SQS = env.optional("AWS_ENDPOINT_URL_SQS")
AWS_REGION = env.text("AWS_REGION", default="us-east-1")
DATA_BUCKET = env.text("DATA_BUCKET")
BUCKET_EVENTS_QUEUE = env.text("BUCKET_EVENTS_QUEUE", default="sluice-bucket-events")
MESSAGE_INBOX_QUEUE = env.text("MESSAGE_INBOX_QUEUE", default="sluice-message-inbox")
# Queues that messages of the inbox may have answers sent to.
INBOX_REPLY_QUEUES = env.items("INBOX_REPLY_QUEUES")
CELERY_QUEUE = env.text("CELERY_QUEUE", default="sluice-celery")
MESSAGES_TABLE = env.text("MESSAGES_TABLE", default="sluice-messages")

# Time. One task works for at most TASK_SECONDS; every other limit follows from it.
TASK_SECONDS = env.number("TASK_SECONDS", default=45, minimum=2, maximum=600)
AWS_CONNECT_SECONDS = 5
AWS_READ_SECONDS = max(1, min(15, TASK_SECONDS // 3))
AWS_ATTEMPTS = 3
# Who waits for a page is told within 5 seconds that AWS does not answer; workers have patience.
# project/wsgi.py makes it "web".
AWS_PATIENCE = "worker"
AWS_WEB_CONNECT_SECONDS = 1
AWS_WEB_READ_SECONDS = 4
AWS_WEB_SECONDS = AWS_WEB_CONNECT_SECONDS + AWS_WEB_READ_SECONDS
# The message of a running task stays hidden for twice the longest task: its own limit and the
# last request that it had begun.
VISIBILITY_SECONDS = 2 * (TASK_SECONDS + AWS_ATTEMPTS * AWS_READ_SECONDS)
# A task that failed is delivered again after these pauses; after the last delivery it goes to the
# dead-letter queue without a pause.
RETRY_SECONDS = [*(max(1, VISIBILITY_SECONDS // part) for part in (36, 12, 4, 1)), 0]
MAX_DELIVERIES = len(RETRY_SECONDS)
# No progress for so long, and nothing in the queue: the import lost its workers.
STALL_SECONDS = VISIBILITY_SECONDS
POLL_SECONDS = max(1, AWS_READ_SECONDS // 3)

# How often the listeners look below a prefix for files that nobody announced; 0 for never.
SWEEP_MINUTES = env.number("SWEEP_MINUTES", default=0, minimum=0, maximum=10_080)
SWEEP_PREFIX = env.text("SWEEP_PREFIX", default="")
# A file that is younger has its event still on its way, as far as the sweep is concerned.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
EVENT_SECONDS = 300

# Size.
CHUNK_BYTES = env.number("CHUNK_BYTES", default=262_144, minimum=64, maximum=16_777_216)
# S3 takes an object in at most 10,000 parts.
UPLOAD_PART_BYTES = 8 * 1024**2
# An import of which nearly all rows are rejected stops at so many.
MAX_REJECTS = env.number("MAX_REJECTS", default=10_000, minimum=1, maximum=10_000_000)
# For so many days it is kept what imports replaced, and what was deleted by a query.
KEEP_ASIDE_DAYS = env.number("KEEP_ASIDE_DAYS", default=90, minimum=1, maximum=3650)
# A file is compared first, and held before anything of it is written, when more of its rows would
# be rejected than so many in a hundred; 100 for never.
HOLD_REJECTED_PERCENT = env.number("HOLD_REJECTED_PERCENT", default=100, minimum=0, maximum=100)
MAX_UPLOAD_BYTES = env.number(
    "MAX_UPLOAD_BYTES", default=5 * 1024**3, minimum=1, maximum=10_000 * UPLOAD_PART_BYTES
)
# An upload straight to S3 must begin so soon after its address was signed.
PRESIGNED_SECONDS = 15 * 60

# Columns: what DuckDB may take of a process at most; see docs/columns.md.
COLUMNS_MEMORY_MB = env.number("COLUMNS_MEMORY_MB", default=256, minimum=64, maximum=65_536)
COLUMNS_THREADS = env.number("COLUMNS_THREADS", default=2, minimum=1, maximum=64)
COLUMNS_READ_SECONDS = env.number("COLUMNS_READ_SECONDS", default=2, minimum=0, maximum=300)
COLUMNS_SECONDS = env.number("COLUMNS_SECONDS", default=10, minimum=1, maximum=300)
# Whether people may run SQL over them, and what one statement may take; see docs/columns.md.
COLUMNS_SQL = env.flag("COLUMNS_SQL", default=True)
COLUMNS_SQL_MEMORY_MB = env.number("COLUMNS_SQL_MEMORY_MB", default=512, minimum=64, maximum=65_536)
COLUMNS_SQL_SECONDS = env.number("COLUMNS_SQL_SECONDS", default=10, minimum=1, maximum=300)
# Copies of their files: how many bytes, and where; empty for a folder of our own below /tmp.
COLUMNS_CACHE_MB = env.number("COLUMNS_CACHE_MB", default=512, minimum=1, maximum=1_048_576)
COLUMNS_CACHE_DIR = env.text("COLUMNS_CACHE_DIR", default="")

# Notices. Pages are at this address for those who are told of them; see docs/notices.md.
SITE_URL = env.address("SITE_URL")
# Without EMAIL_URL no mail is sent.
vars().update(env.mail("EMAIL_URL"))
# For so long a mail server, or the receiver of a webhook, may take with one notice.
EMAIL_TIMEOUT = NOTICE_SECONDS = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default="Sluice <sluice@localhost>")
# What happens within so many seconds goes out together.
NOTICE_GATHER_SECONDS = env.number("NOTICE_GATHER_SECONDS", default=60, minimum=0, maximum=3600)
NOTICE_DIGEST_HOUR = env.number("NOTICE_DIGEST_HOUR", default=7, minimum=0, maximum=23)
NOTICE_DAYS = env.number("NOTICE_DAYS", default=30, minimum=4, maximum=3650)
# Whether webhooks may lead to private addresses, and go without TLS.
NOTICE_PRIVATE_ADDRESSES = env.flag("NOTICE_PRIVATE_ADDRESSES", default=False)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS: list[str] = []  # the upload view streams to S3; nothing else takes files

INSTALLED_APPS = [
    "unfold",
    "project.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "axes",
    "csp",
    "audit",
    "silence",
    "notices",
    "messages_app",
    "columns",
    "ingestion",
    "project",
]
MIDDLEWARE = [
    "project.http.middleware.RequestId",
    "project.http.security_headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "project.http.body_limit.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "project.http.sessions.KeepUsedSession",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "project.http.middleware.PageMethods",
    "project.http.middleware.ServiceErrorPage",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "project.urls"
# At the root of its host, whatever a request's SCRIPT_NAME says; see gunicorn.conf.py.
FORCE_SCRIPT_NAME = ""
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "imports": "ingestion.presentation.template_filters",
                "tokens": "project.access.token_tags",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///sluice.sqlite3")}
_IS_SQLITE = DATABASES["default"].get("ENGINE") == "django.db.backends.sqlite3"
if _IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # Take the write lock at BEGIN: a transaction that reads first and writes later would
        # otherwise fail at once when another process wrote in between.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    # The threads of a process share few connections; each is checked before it is handed out,
    # since it may have been lost in between.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery over SQS. What each option prevents is told in project/celery.py.
CELERY_BROKER_URL = "sqs://"
CELERY_BROKER_TRANSPORT = "project.sqs_transport:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "polling_interval": 0,
    "wait_time_seconds": POLL_SECONDS,
    "max_retries": 0,  # the client's own are enough; so too below
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = CELERY_QUEUE
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = False
CELERY_TASK_ACKS_ON_TIMEOUT = False
CELERY_TASK_IGNORE_RESULT = True
# One message at a time. Left to itself Celery takes one for each processor, and with the solo pool
# they wait behind each other while their visibility timeouts run.
CELERY_WORKER_CONCURRENCY = 1
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_POOL = "solo"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: AWS comes back

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# Failed logins, counted by user name and address (and by each alone: project/access/lockout.py);
# wrong API tokens by address.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, minimum=0, maximum=10)
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = env.number("LOGIN_ATTEMPTS", default=5, minimum=1, maximum=1000)
AXES_COOLOFF_TIME = timedelta(
    minutes=env.number("LOGIN_LOCK_MINUTES", default=15, minimum=1, maximum=10_080)
)
AXES_HANDLER = "project.access.lockout.LoginHandler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "project.access.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "project.access.login.locked_out"
AXES_RESET_ON_SUCCESS = True
# Who is locked out is not counted any further: the lock ends when it said that it would.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Neither logged nor stored with a failure. People type passwords into the field for their name.
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False  # project/admin/users.py has it in the look of all others

SESSION_HOURS = env.number("SESSION_HOURS", default=12, minimum=1, maximum=8760)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "project.access.token_authentication.CountedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["common.rest.permissions.ModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": [
        "common.rest.exact_json.ExactJSONRenderer",
        "common.rest.browsable.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["common.rest.exact_json.ExactJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["project.access.throttles.SharedThrottle"],
    "DEFAULT_SCHEMA_CLASS": "common.rest.openapi_schema.DocumentedView",
    "DEFAULT_METADATA_CLASS": "common.rest.metadata.Metadata",
    "VIEW_NAME_FUNCTION": "common.rest.metadata.view_name",
    "EXCEPTION_HANDLER": "common.rest.exception_handler.exception_handler",
}
API_REQUESTS_A_MINUTE = env.number(
    "API_REQUESTS_A_MINUTE", default=1200, minimum=1, maximum=1_000_000
)
API_EXPORTS_A_MINUTE = env.number("API_EXPORTS_A_MINUTE", default=30, minimum=1, maximum=1_000_000)
API_TOKEN_DAYS = env.number("API_TOKEN_DAYS", default=90, minimum=1, maximum=3650)
REST_KNOX = {"TOKEN_TTL": timedelta(days=API_TOKEN_DAYS), "AUTO_REFRESH": False}

SPECTACULAR_SETTINGS = openapi_settings()

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["project.settings.formats"]
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs them
WHITENOISE_USE_FINDERS = True  # served from where they are: there is no collectstatic step
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Plain HTTP is for one machine only: everywhere else browsers are sent to HTTPS and kept there.
HTTPS = env.flag("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# A load balancer asks for these by plain HTTP.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": directives(
        object_store_origins(AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, DATA_BUCKET, AWS_REGION)
    )
}

LOG_FORMAT = env.text("LOG_FORMAT", default="json")
# Touched by worker and listener while they are at work, for a container's health check.
HEARTBEAT_FILE = env.optional("HEARTBEAT_FILE")
# Where worker and listener tell their metrics, on loopback alone; 0 for nowhere.
METRICS_PORT = env.number("METRICS_PORT", default=0, minimum=0, maximum=65535)
# prometheus_client's own variable: there the processes of one machine count together.
if METRICS_DIR := env.optional("PROMETHEUS_MULTIPROC_DIR"):
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
LOGGING = logging_config(LOG_FORMAT)

UNFOLD = {
    "SITE_TITLE": "Sluice",
    "SITE_HEADER": "Sluice",
    "SITE_SUBHEADER": "CSV in, records out",
    "SITE_SYMBOL": "water",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "project.settings.theme.favicon"},
    ],
    "STYLES": STYLESHEETS,
    "SCRIPTS": [frame_script],
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "project.admin.dashboard.dashboard",
    "SIDEBAR": {"navigation": "project.admin.navigation.sidebar"},
    "COLORS": {"primary": PRIMARY},
}

env.check()
