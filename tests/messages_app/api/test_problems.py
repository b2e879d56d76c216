"""Every error of the API is problem details (RFC 9457), whatever raised it."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.test import Client
from django.urls import include, path
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import BadCursor, Conflict, NotFound, PreconditionFailed, ServiceError
from common.rest.exact_json import ExactJSONRenderer
from messages_app.models import Message
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]

URL = "/api/trial/"
MEMBERS = ["type", "title", "status", "detail", "code", "request_id"]


class TrialView(APIView):
    """Raises what the test gives it."""

    permission_model = Message
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (ExactJSONRenderer, BrowsableAPIRenderer)
    error: Exception

    def get(self, request):
        raise self.error

    def post(self, request):
        return Response(request.data)


class CsvRenderer(ExactJSONRenderer):
    media_type = "text/csv"
    format = "csv"


def django_view(request):
    raise TrialView.error


urlpatterns = [
    path("api/trial/", TrialView.as_view()),
    path("api/csv/", TrialView.as_view(renderer_classes=(CsvRenderer,))),
    path("message/django/", django_view),
    path("messages/django/", django_view),
    path("", include("project.urls")),
]
handler400 = "project.http.error_views.bad_request"
handler403 = "project.http.error_views.forbidden"
handler404 = "project.http.error_views.not_found"
handler500 = "project.http.error_views.server_error"


def ask(error, url=URL, **headers):
    """The answer to a request whose view raises this error."""
    TrialView.error = error
    return Client(raise_request_exception=False).get(url, headers=headers)


def problem_of(response):
    """The body, whose members agree with the answer's head."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank"
    assert body["status"] == response.status_code
    assert body["request_id"] == response["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    ("error", "status", "title", "code"),
    [
        (NotFound("there is no such record"), 404, "Not Found", "not_found"),
        (BadCursor("the cursor was altered"), 404, "Not Found", "bad_cursor"),
        (PreconditionFailed("it changed"), 412, "Precondition Failed", "precondition_failed"),
        (Http404("There is none."), 404, "Not Found", "not_found"),
        (PermissionDenied("You may not."), 403, "Forbidden", "permission_denied"),
    ],
)
def test_an_error_is_a_problem_with_its_status_and_code(error, status, title, code):
    told = problem_of(ask(error))
    assert list(told) == MEMBERS
    assert (told["status"], told["title"], told["code"]) == (status, title, code)


def test_the_detail_is_a_sentence():
    told = problem_of(ask(NotFound("there is no such record")))
    assert told["detail"] == "There is no such record."


def test_a_conflict_tells_where_the_record_is_that_has_the_key():
    response = ask(Conflict("the key is taken", ("2019-05-28", "10:55:09~3fa2c1")))
    told = problem_of(response)
    assert (told["status"], told["code"]) == (409, "conflict")
    assert told["existing"] == "http://testserver/api/messages/2019-05-28/10:55:09~3fa2c1/"
    assert response["Location"] == told["existing"]


def test_storage_that_fails_is_503_and_says_when_to_come_again():
    response = ask(ServiceError("secret name", "Throttling", permanent=False))
    told = problem_of(response)
    assert (told["status"], told["code"]) == (503, "service_unavailable")
    assert "secret" not in response.content.decode()
    assert int(response["Retry-After"]) > 0


def test_an_unexpected_error_tells_nothing_of_itself():
    response = ask(RuntimeError("secret"))
    told = problem_of(response)
    assert (told["status"], told["code"]) == (500, "server_error")
    assert "secret" not in response.content.decode()


def fault(field, code, detail):
    return {"field": field, "code": code, "detail": detail}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ("is no record", [fault(None, "invalid", "is no record")]),
        ({"non_field_errors": ["differ"]}, [fault(None, "invalid", "differ")]),
        ({"a": [ErrorDetail("is none", "not_a_time")]}, [fault("a", "not_a_time", "is none")]),
        ({"a": ["x", "y"]}, [fault("a", "invalid", "x"), fault("a", "invalid", "y")]),
        ({"a": "x", "b": "y"}, [fault("a", "invalid", "x"), fault("b", "invalid", "y")]),
        ({"message": {"code": ["x"]}}, [fault("message.code", "invalid", "x")]),
        ([{}, {"a": ["x"]}], [fault("1.a", "invalid", "x")]),
        ({"rows": [{}, {"a": ["x"]}]}, [fault("rows.1.a", "invalid", "x")]),
        ({"rows": [{"non_field_errors": ["x"]}]}, [fault("rows.0", "invalid", "x")]),
    ],
)
def test_what_is_not_valid_is_told_by_the_path_of_its_field(data, errors):
    told = problem_of(ask(ValidationError(data)))
    assert (told["status"], told["code"]) == (400, "invalid")
    assert told["errors"] == errors


class Rows(serializers.Serializer):
    rows = serializers.ListField(child=serializers.IntegerField(max_value=5))


def test_the_faults_of_a_serializer_keep_their_codes():
    serializer = Rows(data={"rows": [1, 9, "x"]})
    assert not serializer.is_valid()
    told = problem_of(ask(ValidationError(serializer.errors)))
    assert [(one["field"], one["code"]) for one in told["errors"]] == [
        ("rows.1", "max_value"),
        ("rows.2", "invalid"),
    ]


def test_malformed_json_is_a_parse_error(client):
    response = client.post(URL, "{", content_type="application/json")
    assert (response.status_code, problem_of(response)["code"]) == (400, "parse_error")


def test_a_media_type_that_is_not_read_is_415(client):
    response = client.post(URL, "a,b", content_type="text/csv")
    assert (response.status_code, problem_of(response)["code"]) == (415, "unsupported_media_type")


def test_a_media_type_that_is_not_written_is_406_and_told_in_json(client):
    response = client.get(URL, headers={"Accept": "image/png"})
    assert (response.status_code, problem_of(response)["code"]) == (406, "not_acceptable")


def test_a_method_that_is_not_there_is_405_and_tells_which_are(client):
    response = client.delete(URL)
    assert (response.status_code, problem_of(response)["code"]) == (405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


def test_without_a_token_the_answer_tells_how_to_authenticate(client):
    response = client.get("/api/imports/")
    assert (response.status_code, problem_of(response)["code"]) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Token"


def test_a_wrong_token_is_401(client):
    response = client.get("/api/imports/", headers={"Authorization": "Token " + "0" * 64})
    assert (response.status_code, problem_of(response)["code"]) == (401, "authentication_failed")


def test_without_the_permission_it_is_403():
    response = api_client("messages_app.view_message").get("/api/imports/")
    assert (response.status_code, problem_of(response)["code"]) == (403, "permission_denied")


def test_a_view_that_writes_another_format_tells_its_errors_as_problems():
    assert problem_of(ask(NotFound("none"), "/api/csv/"))["code"] == "not_found"


def test_the_browsable_api_shows_an_error_as_a_page():
    response = ask(ValidationError({"time": ["is none"]}), Accept="text/html")
    assert response.status_code == 400
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "is none" in response.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SuspiciousOperation("secret"), 400, "bad_request"),
        (PermissionDenied("secret"), 403, "permission_denied"),
        (Http404("secret"), 404, "not_found"),
        (RuntimeError("secret"), 500, "server_error"),
        (ServiceError("secret", "SlowDown", permanent=False), 503, "service_unavailable"),
    ],
)
def test_outside_of_api_views_programs_get_problems_and_people_pages(error, status, code):
    told = problem_of(ask(error, "/message/django/"))
    assert (told["status"], told["code"]) == (status, code)
    page = ask(error, "/messages/django/")
    assert page.status_code == status
    assert page["Content-Type"].startswith("text/html")
    assert "secret" not in page.content.decode()


@pytest.mark.parametrize("url", ["/api/nothing/", "/message/nothing/else/"])
def test_an_unknown_address_of_the_api_is_a_problem(client, url):
    response = client.get(url)
    assert (response.status_code, problem_of(response)["code"]) == (404, "not_found")


def test_an_unknown_host_is_a_problem(client):
    response = client.get(URL, headers={"Host": "elsewhere.example"})
    assert (response.status_code, problem_of(response)["code"]) == (400, "bad_request")
