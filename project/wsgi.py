import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from common.aws.collector import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
settings.AWS_PATIENCE = "web"
application = get_wsgi_application()
# The pages are loaded before anybody waits for the first.
assert get_resolver().url_patterns
collect_seldom()
