from django.urls import path

from columns.pages.exports import export

urlpatterns = [
    path("messages/export/", export, name="messages-export"),
    path("records/<str:kind>/export/", export, name="records-export"),
]
