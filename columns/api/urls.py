from django.urls import path

from columns.api.exports import MessageExport, RecordExport
from columns.api.sql import StatementViewSet
from columns.api.views import SummaryViewSet

urlpatterns = [
    path("sql/", StatementViewSet.as_view({"post": "run"}, name="SQL"), name="api-sql"),
    path(
        "messages/export/",
        MessageExport.as_view({"get": "export"}, **MessageExport.export.kwargs),
        name="api-messages-export",
    ),
    path(
        "records/<str:kind>/export/",
        RecordExport.as_view({"get": "export"}, **RecordExport.export.kwargs),
        name="api-records-export",
    ),
    path(
        "records/<str:kind>/summary/",
        SummaryViewSet.as_view({"get": "summary"}, name="Summary of records"),
        name="api-records-summary",
    ),
]
