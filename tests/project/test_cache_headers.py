"""Who may keep an answer."""

import pytest
from django.contrib.auth.models import User

from tests.messages_app.api_client import api_client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/api/messages/", "/api/messages/export/", "/api/imports/", "/message"]
)
def test_nobody_on_the_way_keeps_records(aws, address):
    client = api_client("messages_app.view_message", "ingestion.view_import")
    assert client.get(address)["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_pages_with_records_are_not_kept_either(aws, client):
    client.force_login(User.objects.create_superuser("kim"))
    assert {"private", "no-store"} <= set(client.get("/messages/")["Cache-Control"].split(", "))


@pytest.mark.django_db
def test_what_is_the_same_for_everybody_is_kept(client):
    response = client.get("/static/sluice/frame.css")
    response.close()
    assert "no-store" not in response["Cache-Control"]
