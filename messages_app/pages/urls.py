from django.urls import path

from messages_app.pages import saved_views
from messages_app.pages.browse import views as browse
from messages_app.pages.kinds import views as kinds
from messages_app.pages.kinds.reporting import devices
from messages_app.pages.kinds.retention import retention
from messages_app.pages.record import views as record

_KEY = "<str:date>/<str:time>/"
_KIND = "records/<str:kind>/"

urlpatterns = [
    path("messages/", browse.records, name="messages"),
    path("messages/new/", record.new, name="message-new"),
    path(f"messages/{_KEY}", record.record, name="message"),
    path(f"messages/{_KEY}edit/", record.edit, name="message-edit"),
    path(f"messages/{_KEY}delete/", record.delete, name="message-delete"),
    path(_KIND, browse.records, name="records"),
    path(f"{_KIND}new/", record.new, name="record-new"),
    path(f"{_KIND}{_KEY}", record.record, name="record"),
    path(f"{_KIND}{_KEY}edit/", record.edit, name="record-edit"),
    path(f"{_KIND}{_KEY}delete/", record.delete, name="record-delete"),
    path("kinds/", kinds.kinds, name="kinds"),
    path("kinds/new/", kinds.new, name="kind-new"),
    path("kinds/import/", kinds.import_json, name="kind-import"),
    path("kinds/<str:name>/", kinds.kind, name="kind"),
    path("kinds/<str:name>/edit/", kinds.edit, name="kind-edit"),
    path("kinds/<str:name>/export/", kinds.export, name="kind-export"),
    path("kinds/<str:name>/delete/", kinds.delete, name="kind-delete"),
    path("kinds/<str:name>/retention/", retention, name="kind-retention"),
    path("kinds/<str:name>/devices/", devices, name="kind-devices"),
    path("saved-views/", saved_views.saved_views, name="saved-views"),
    path("saved-views/<int:pk>/", saved_views.change_saved_view, name="saved-view"),
]
