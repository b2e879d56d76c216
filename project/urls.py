from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ingestion.pages import dates
from messages_app.pages.urls import patterns as message_pages
from project.accounts import LoginView, PasswordChangeView


def healthz(_: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", include("ingestion.pages.urls")),
    path("", include(message_pages(dates.latest))),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", PasswordChangeView.as_view(), name="password"),
    path("admin/", admin.site.urls),
    path("api/", include("messages_app.api.urls")),
    path("api/", include("ingestion.api.urls")),
    path("healthz", healthz, name="healthz"),
]

handler403 = "project.errors.forbidden"
handler404 = "project.errors.not_found"
