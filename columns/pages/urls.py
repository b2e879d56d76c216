from django.urls import path

from columns.pages.charts.views import chart_json
from columns.pages.exports import export
from columns.pages.ranking.views import ranking

_KIND = "records/<str:kind>/"

urlpatterns = [
    path("messages/chart.json", chart_json, name="messages-chart"),
    path("messages/export/", export, name="messages-export"),
    path("messages/ranking/", ranking, name="messages-ranking"),
    path(f"{_KIND}chart.json", chart_json, name="records-chart"),
    path(f"{_KIND}export/", export, name="records-export"),
    path(f"{_KIND}ranking/", ranking, name="records-ranking"),
]
