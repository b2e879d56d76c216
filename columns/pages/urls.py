from django.urls import path

from columns.pages.charts.views import chart_json
from columns.pages.exports import export
from columns.pages.ranking.views import ranking
from columns.pages.sql.views import change_statement, sql
from columns.pages.values.views import near, values

_KIND = "records/<str:kind>/"

urlpatterns = [
    path("sql/", sql, name="sql"),
    path("sql/<int:pk>/", change_statement, name="sql-statement"),
    path("messages/chart.json", chart_json, name="messages-chart"),
    path("messages/export/", export, name="messages-export"),
    path("messages/ranking/", ranking, name="messages-ranking"),
    path("messages/values/", values, name="messages-values"),
    path("messages/values/near/", near, name="messages-near"),
    path(f"{_KIND}chart.json", chart_json, name="records-chart"),
    path(f"{_KIND}export/", export, name="records-export"),
    path(f"{_KIND}ranking/", ranking, name="records-ranking"),
    path(f"{_KIND}values/", values, name="records-values"),
    path(f"{_KIND}values/near/", near, name="records-near"),
]
