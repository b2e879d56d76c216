"""What is answered where no view answers: pages in the look of all others, and to clients of the
API problem details."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from common.pages.render import render_page
from common.rest.problems import RETRY_AFTER, UNAVAILABLE, plain_problem

_APIS = ("api", "message")


def is_api(request: HttpRequest) -> bool:
    """Whether programs ask for this address, who cannot read pages."""
    return request.path.split("/", 2)[1:2][0] in _APIS


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return plain_problem(400, "bad_request", "The request cannot be understood.")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    if is_api(request):
        return plain_problem(403, "permission_denied", "This request is not allowed.")
    return render_page(request, "403.html", {"title": "Not allowed"}, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    if is_api(request):
        return plain_problem(404, "not_found", "There is nothing at this address.")
    return render_page(request, "404.html", {"title": "Not found"}, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        sentence = "This is a fault in Sluice, and it is in the log under the request_id."
        return plain_problem(500, "server_error", sentence)
    return defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """AWS does not answer."""
    if is_api(request):
        response: HttpResponse = plain_problem(503, "service_unavailable", UNAVAILABLE)
    else:
        response = render_page(request, "503.html", {"title": "Not answering"}, 503)
    response["Retry-After"] = RETRY_AFTER
    return response
