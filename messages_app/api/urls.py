from django.urls import path

from messages_app.api.views import MessageViewSet

urlpatterns = [
    path("messages/", MessageViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "messages/<str:date>/<str:time>/",
        MessageViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
]
