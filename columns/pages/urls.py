from django.urls import path

from columns.pages.charts.views import chart_json
from columns.pages.exports import export

_KIND = "records/<str:kind>/"

urlpatterns = [
    path("messages/chart.json", chart_json, name="messages-chart"),
    path("messages/export/", export, name="messages-export"),
    path(f"{_KIND}chart.json", chart_json, name="records-chart"),
    path(f"{_KIND}export/", export, name="records-export"),
]
