"""The pages for what went wrong, in the look of all others."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from messages_app.pages.render import render_page

API = "/api/"


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render_page(request, "403.html", {"title": "Not allowed"}, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    if request.path.startswith(API):
        return JsonResponse({"detail": "There is nothing at this address."}, status=404)
    return render_page(request, "404.html", {"title": "Not found"}, 404)
