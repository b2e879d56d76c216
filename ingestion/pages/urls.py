from django.urls import path

from ingestion.pages.dead_letters import views as dead_letters
from ingestion.pages.deletions import views as deletions
from ingestion.pages.devices import views as devices
from ingestion.pages.formats import new_kind, understand
from ingestion.pages.formats import views as formats
from ingestion.pages.home import views as home
from ingestion.pages.imports import actions, deletion, detail, listing, undo
from ingestion.pages.imports.replay import replay
from ingestion.pages.inbox import views as inbox
from ingestion.pages.rejects import across
from ingestion.pages.rejects import views as rejects
from ingestion.pages.uploads import preview
from ingestion.pages.uploads import views as uploads

urlpatterns = [
    path("", home.home, name="home"),
    path("overview/imports/", home.home_imports, name="home-imports"),
    path("overview/state/", home.home_state, name="home-state"),
    path("overview/arrivals/", home.home_arrivals, name="home-arrivals"),
    path("overview/settle/", home.settle, name="home-settle"),
    path("upload/", uploads.upload_page, name="upload"),
    path("upload/preview/", preview.preview_upload, name="upload-preview"),
    path("upload/<uuid:pk>/confirm/", uploads.confirm_upload, name="upload-confirm"),
    path("upload/<uuid:pk>/", uploads.upload_result, name="upload-result"),
    path("imports/", listing.imports, name="imports"),
    path("imports/rows/", listing.import_rows, name="import-rows"),
    path("imports/replay/", replay, name="replay"),
    path("imports/<uuid:pk>/", detail.import_page, name="import"),
    path("imports/<uuid:pk>/progress/", detail.import_progress, name="import-progress"),
    path("imports/<uuid:pk>/rejects.csv", detail.import_rejects, name="import-rejects"),
    path("rejects/", across.groups, name="rejects"),
    path("rejects/fault/", across.fault, name="rejects-fault"),
    path("imports/<uuid:pk>/rejects/", rejects.rejects, name="import-rejects-part"),
    path("imports/<uuid:pk>/rejects/<int:line>/", rejects.mend_row, name="import-reject"),
    path("imports/<uuid:pk>/rejects/many/", rejects.mend_many, name="import-rejects-many"),
    path("imports/<uuid:pk>/rejects/load/", rejects.load, name="import-rejects-load"),
    path("imports/<uuid:pk>/cancel/", actions.cancel_import, name="import-cancel"),
    path("imports/<uuid:pk>/run/", actions.make_forecast_real, name="import-run"),
    path("imports/<uuid:pk>/verify/", actions.verify_import, name="import-verify"),
    path("imports/<uuid:pk>/run-again/", actions.run_import_again, name="import-run-again"),
    path("imports/<uuid:pk>/take-back/", undo.take_back, name="import-take-back"),
    path("imports/<uuid:pk>/left/", undo.left, name="import-left"),
    path("imports/<uuid:pk>/delete/", deletion.delete_import, name="import-delete"),
    path("records/<str:kind>/delete/", deletions.ask, name="records-delete"),
    path("deletions/", deletions.deletions, name="deletions"),
    path("deletions/chosen/<str:kind>/", deletions.ask_chosen, name="records-delete-chosen"),
    path("deletions/<uuid:pk>/", deletions.deletion_page, name="deletion"),
    path("deletions/<uuid:pk>/run/", deletions.run, name="deletion-run"),
    path("deletions/<uuid:pk>/cancel/", deletions.cancel, name="deletion-cancel"),
    path("deletions/<uuid:pk>/restore/", deletions.restore, name="deletion-restore"),
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:pk>/", devices.device, name="device"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("imports/<uuid:pk>/format/", understand.understand, name="import-format"),
    path("imports/<uuid:pk>/kind/", new_kind.new_kind, name="import-kind"),
    path("formats/", formats.formats_page, name="formats"),
    path("formats/new/", formats.new_format, name="format-new"),
    path("formats/<int:pk>/", formats.format_page, name="format"),
    path("formats/<int:pk>/edit/", formats.edit_format, name="format-edit"),
    path("formats/<int:pk>/delete/", formats.delete_format, name="format-delete"),
    path("formats/<int:pk>/format.json", formats.export_format, name="format-export"),
    path("dead-letters/", dead_letters.dead_letters_page, name="dead-letters"),
    path("dead-letters/redrive/", dead_letters.redrive, name="dead-letters-redrive"),
    path("dead-letters/discard/", dead_letters.discard, name="dead-letters-discard"),
    path("dead-letters/<str:letter>/", dead_letters.dead_letter_page, name="dead-letter"),
    path("dead-letters/<str:letter>/resend/", dead_letters.resend, name="dead-letter-resend"),
]
