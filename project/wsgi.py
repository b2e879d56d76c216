import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
settings.AWS_PATIENCE = "web"
application = get_wsgi_application()
