from django.urls import path

from ingestion.pages import actions, dead_letters, upload, views

urlpatterns = [
    path("", views.home, name="home"),
    path("upload/", upload.upload_page, name="upload"),
    path("imports/", views.imports, name="imports"),
    path("imports/<uuid:pk>/", views.import_page, name="import"),
    path("imports/<uuid:pk>/progress/", views.import_progress, name="import-progress"),
    path("imports/<uuid:pk>/rejects.csv", views.import_rejects, name="import-rejects"),
    path("imports/<uuid:pk>/cancel/", actions.cancel_import, name="import-cancel"),
    path("imports/<uuid:pk>/run-again/", actions.run_import_again, name="import-run-again"),
    path("dead-letters/", dead_letters.dead_letters_page, name="dead-letters"),
    path("dead-letters/redrive/", dead_letters.redrive, name="dead-letters-redrive"),
    path("dead-letters/discard/", dead_letters.discard, name="dead-letters-discard"),
]
