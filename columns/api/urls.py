from django.urls import path

from columns.api.views import SummaryViewSet

urlpatterns = [
    path(
        "records/<str:kind>/summary/",
        SummaryViewSet.as_view({"get": "summary"}, name="Summary of records"),
        name="api-records-summary",
    )
]
