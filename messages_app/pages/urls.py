from django.urls import path

from messages_app.pages import record_views, saved_views, views

urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/chart.json", views.chart_json, name="messages-chart"),
    path("messages/export/", views.export, name="messages-export"),
    path("messages/new/", record_views.new, name="message-new"),
    path("messages/<str:date>/<str:time>/", record_views.record, name="message"),
    path("messages/<str:date>/<str:time>/edit/", record_views.edit, name="message-edit"),
    path("messages/<str:date>/<str:time>/delete/", record_views.delete, name="message-delete"),
    path("saved-views/", saved_views.saved_views, name="saved-views"),
    path("saved-views/<int:pk>/", saved_views.change_saved_view, name="saved-view"),
]
