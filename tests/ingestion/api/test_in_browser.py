"""The imports API as pages for people: its forms work with a session."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIRequestFactory

from common.aws import s3
from common.rest.browsable import BrowsableAPIRenderer
from common.rest.exact_json import ExactJSONRenderer
from ingestion.api.views import ImportViewSet
from ingestion.models import Import
from tests.ingestion.helpers import HEADER, Tasks, lines, run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]

SECRET = "a" * 32
PAGES = [ExactJSONRenderer, BrowsableAPIRenderer]


@pytest.fixture
def user(db):
    return User.objects.create_superuser("kim")


def ask(user, actions, body=None, path="", **route):
    """The page that a logged-in browser gets; it has a CSRF cookie."""
    factory = APIRequestFactory(enforce_csrf_checks=True, HTTP_ACCEPT="text/html")
    factory.cookies["csrftoken"] = SECRET
    address = f"/api/imports/{path}"
    request = factory.get(address) if body is None else factory.post(address, body, "multipart")
    request.user = user
    view = ImportViewSet.as_view(actions, renderer_classes=PAGES, basename="api-import", **route)
    response = view(request, **({"pk": path.split("/")[0]} if path else {}))
    response.render()
    return response


def test_the_list_has_a_form_for_uploads(user):
    run(HEADER + lines(1))
    page = ask(user, {"get": "list", "post": "create"}).content.decode()
    assert 'type="file"' in page
    assert 'name="on_conflict"' in page
    assert "file.csv" in page


def test_the_form_uploads_a_file(user):
    body = {
        "file": SimpleUploadedFile("file.csv", (HEADER + lines(2)).encode()),
        "on_conflict": "reject",
        "csrfmiddlewaretoken": SECRET,
    }
    assert ask(user, {"get": "list", "post": "create"}, body).status_code == 201
    import_ = Import.objects.get()
    assert import_.on_conflict == "reject"
    assert s3.read(import_.bucket, import_.key) == (HEADER + lines(2)).encode()


def test_a_form_without_the_token_uploads_nothing(user):
    body = {"file": SimpleUploadedFile("file.csv", HEADER.encode())}
    assert ask(user, {"get": "list", "post": "create"}, body).status_code == 403
    assert not Import.objects.exists()


def test_the_pages_of_an_import_are_shown(user):
    import_ = run(HEADER + "bad\n")
    assert "file.csv" in ask(user, {"get": "retrieve"}, path=f"{import_.pk}/").content.decode()


def test_a_button_cancels_an_import(user):
    import_ = start(HEADER + lines(1), Tasks())
    kwargs = {
        "permission_action": "change",
        "parser_classes": ImportViewSet.cancel.kwargs["parser_classes"],
    }
    body = {"csrfmiddlewaretoken": SECRET}
    response = ask(user, {"post": "cancel"}, body, path=f"{import_.pk}/cancel/", **kwargs)
    assert response.status_code == 200
    assert "cancelled" in response.content.decode()
