from django.urls import path

from messages_app.api.batch import BatchView
from messages_app.api.export import ExportView
from messages_app.api.views import MessageViewSet

urlpatterns = [
    path(
        "messages/",
        MessageViewSet.as_view({"get": "list", "post": "create"}, suffix="List"),
        name="api-messages",
    ),
    path("messages/batch/", BatchView.as_view(), name="api-messages-batch"),
    path("messages/export/", ExportView.as_view(), name="api-messages-export"),
    path(
        "messages/<str:date>/<str:time>/",
        MessageViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api-message",
    ),
]
