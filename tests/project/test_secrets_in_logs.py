"""No password, token or key of a session is in the logs, at whatever level."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from project.settings.logging import logging_config

PASSWORD = "the-right-password-17"
WRONG_PASSWORD = "the-wrong-password-18"
TYPED_IN_THE_WRONG_FIELD = "the-password-as-name-19"
WRONG_TOKEN = "f00d" * 16


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that is logged, below the levels of the configuration too."""
    for name in logging_config("json")["loggers"]:
        caplog.set_level(logging.DEBUG, name)
    caplog.set_level(logging.DEBUG)
    return caplog


def test_secrets_are_not_logged(written: pytest.LogCaptureFixture, db: None) -> None:
    user = User.objects.create_superuser("kim", password=PASSWORD)
    _, token = AuthToken.objects.create(user)
    client = Client()
    for name, password in (
        ("kim", WRONG_PASSWORD),
        (TYPED_IN_THE_WRONG_FIELD, WRONG_PASSWORD),
        ("kim", PASSWORD),
    ):
        client.post("/login/", {"username": name, "password": password})
    for shown in (token, WRONG_TOKEN):
        APIClient(HTTP_AUTHORIZATION=f"Token {shown}").get("/api/imports/")
    session = client.cookies["sessionid"].value

    lines = written.text + str([record.__dict__ for record in written.records])

    assert "/login/" in lines
    for secret in (PASSWORD, WRONG_PASSWORD, TYPED_IN_THE_WRONG_FIELD, token, WRONG_TOKEN, session):
        assert secret not in lines
