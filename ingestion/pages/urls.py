from django.urls import path

from ingestion.pages import actions, dead_letters, home, import_list, import_page, preview, upload

urlpatterns = [
    path("", home.home, name="home"),
    path("overview/imports/", home.home_imports, name="home-imports"),
    path("overview/state/", home.home_state, name="home-state"),
    path("upload/", upload.upload_page, name="upload"),
    path("upload/preview/", preview.preview_upload, name="upload-preview"),
    path("upload/<uuid:pk>/settle/", upload.settle_upload, name="upload-settle"),
    path("upload/<uuid:pk>/", upload.upload_result, name="upload-result"),
    path("imports/", import_list.imports, name="imports"),
    path("imports/rows/", import_list.import_rows, name="import-rows"),
    path("imports/<uuid:pk>/", import_page.import_page, name="import"),
    path("imports/<uuid:pk>/progress/", import_page.import_progress, name="import-progress"),
    path("imports/<uuid:pk>/rejects.csv", import_page.import_rejects, name="import-rejects"),
    path("imports/<uuid:pk>/cancel/", actions.cancel_import, name="import-cancel"),
    path("imports/<uuid:pk>/run-again/", actions.run_import_again, name="import-run-again"),
    path("dead-letters/", dead_letters.dead_letters_page, name="dead-letters"),
    path("dead-letters/redrive/", dead_letters.redrive, name="dead-letters-redrive"),
    path("dead-letters/discard/", dead_letters.discard, name="dead-letters-discard"),
    path("dead-letters/<str:letter>/", dead_letters.dead_letter_page, name="dead-letter"),
    path("dead-letters/<str:letter>/resend/", dead_letters.resend, name="dead-letter-resend"),
]
