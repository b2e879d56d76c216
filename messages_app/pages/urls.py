from django.urls import path

from messages_app.pages import saved_views
from messages_app.pages.browse import views as browse
from messages_app.pages.record import views as record

urlpatterns = [
    path("messages/", browse.messages, name="messages"),
    path("messages/chart.json", browse.chart_json, name="messages-chart"),
    path("messages/export/", browse.export, name="messages-export"),
    path("messages/new/", record.new, name="message-new"),
    path("messages/<str:date>/<str:time>/", record.record, name="message"),
    path("messages/<str:date>/<str:time>/edit/", record.edit, name="message-edit"),
    path("messages/<str:date>/<str:time>/delete/", record.delete, name="message-delete"),
    path("saved-views/", saved_views.saved_views, name="saved-views"),
    path("saved-views/<int:pk>/", saved_views.change_saved_view, name="saved-view"),
]
