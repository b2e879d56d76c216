from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ingestion.running import health
from project.access import token_pages
from project.access.login import LoginView, PasswordChangeView, admin_login
from project.api import DocsView, RootView, SchemaView
from project.http.links import view_on_site
from project.http.metrics.views import MetricsView
from project.settings.theme import favicon

admin.autodiscover()


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(_: HttpRequest) -> HttpResponse:
    """Whether requests can be served: 503 names the parts that do not answer, and tells no more."""
    parts = {check.name: check.is_ok for check in health.recent_services()}
    is_ready = all(parts.values())
    responses = {name: "ok" if is_ok else "no answer" for name, is_ok in parts.items()}
    return JsonResponse({"ready": is_ready, "parts": responses}, status=200 if is_ready else 503)


@require_safe
def favicon_ico(request: HttpRequest) -> HttpResponse:
    """Browsers look there for the icon of a page that names none."""
    return redirect(favicon(request))


urlpatterns = [
    # Programs ask most often; an address is compared with one pattern after the other.
    path("api/", RootView.as_view(), name="api-root"),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", DocsView.as_view(), name="api-docs"),
    path("api/", include("columns.api.urls")),
    path("api/", include("messages_app.api.urls")),
    path("api/", include("ingestion.api.urls")),
    path("api/", include("notices.api.urls")),
    path("", include("ingestion.pages.urls")),
    path("", include("columns.pages.urls")),
    path("", include("messages_app.pages.urls")),
    path("", include("notices.pages.urls")),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", PasswordChangeView.as_view(), name="password"),
    path("tokens/", token_pages.tokens_page, name="tokens"),
    path("tokens/revoke/", token_pages.revoke_token, name="token-revoke"),
    # In the place of the admin's own:
    path("admin/login/", admin_login),
    path("admin/logout/", LogoutView.as_view()),
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    path("admin/", admin.site.urls),
    path("", include("messages_app.legacy.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("favicon.ico", favicon_ico),
]

handler400 = "project.http.error_views.bad_request"
handler403 = "project.http.error_views.forbidden"
handler404 = "project.http.error_views.not_found"
handler500 = "project.http.error_views.server_error"
