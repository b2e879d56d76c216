"""Which of Django's checks matter to a process that shows no pages.

The others load every page, the API and the admin, which takes as long as all the rest of a start.
"""

from django.core.checks import Tags

# Of our own settings.
SETTINGS = "settings"
WITHOUT_PAGES = (
    Tags.caches,
    Tags.compatibility,
    Tags.files,
    Tags.models,
    Tags.security,
    Tags.signals,
    SETTINGS,
)
