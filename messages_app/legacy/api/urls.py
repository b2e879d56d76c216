from django.urls import path

from messages_app.legacy.api.views import MessagesView, MessageView

urlpatterns = [
    path("message", MessagesView.as_view(), name="ancestor-messages"),
    path("message/<str:date>", MessageView.as_view(), name="ancestor-message"),
    # The same with a slash at the end; the OpenAPI document leaves them out.
    path("message/", MessagesView.as_view(schema=None)),
    path("message/<str:date>/", MessageView.as_view(schema=None)),
]
