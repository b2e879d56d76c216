import os

# For whatever is loaded first: gunicorn asks for its worker before it asks for the application.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
