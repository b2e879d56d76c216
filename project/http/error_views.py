"""What is answered where no view answers: pages in the look of all others, and to clients of the
API problem details."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from common.database.optional_write import DATABASE_AWAY
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
    """Of whatever nobody handled, in views and in middleware."""
    if isinstance(sys.exception(), DATABASE_AWAY):
        return _database_unavailable(request)
    if is_api(request):
        sentence = "This is a fault in Sluice, and it is in the log under the request_id."
        return plain_problem(500, "server_error", sentence)
    return defaults.server_error(request)


def _database_unavailable(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        sentence = "The database cannot be read or written at the moment; try again."
        response: HttpResponse = plain_problem(503, "database_unavailable", sentence)
    else:  # the usual frame would have to be read from it
        response = HttpResponse(render_to_string("project/errors/503_database.html"), status=503)
    response["Retry-After"] = RETRY_AFTER
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """AWS does not answer."""
    if is_api(request):
        response: HttpResponse = plain_problem(503, "service_unavailable", UNAVAILABLE)
    else:
        response = render_page(request, "project/errors/503.html", {"title": "Not answering"}, 503)
    response["Retry-After"] = RETRY_AFTER
    return response
