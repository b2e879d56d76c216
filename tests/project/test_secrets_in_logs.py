"""No password, token or key of a session is in the logs, at whatever level, and no row."""

import logging

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from ingestion.running.inbox.inbox_listener import InboxListener
from project.settings.logging import logging_config
from tests.ingestion import producer
from tests.ingestion.helpers import HEADER, lines, run

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


HIDDEN = "kept-quiet-20"


def test_rows_and_messages_are_not_logged(caplog, db, aws) -> None:
    caplog.set_level(logging.INFO)
    right = ["1559040000", "a", "b", "c", "1", "d", "2"]
    rows = [",".join([*right[:at], HIDDEN, *right[at + 1 :]]) for at in range(len(right))]
    run(HEADER + "\n".join([*rows, HIDDEN, f'"{HIDDEN}"x,', ""]) + lines(1))
    table = {"TableName": settings.MESSAGES_TABLE}
    items = [producer.item(local_avg=HIDDEN), producer.item(location="")]
    items += [{**items[1], name: {"N": HIDDEN}} for name in producer.key()]
    wrong = [HIDDEN, f'{{"TableName": {HIDDEN}}}', *({**table, "Item": one} for one in items)]
    for body in wrong:
        producer.send("POST", body)
    for values in ({"local_avg": HIDDEN}, {"location": HIDDEN}, {"origin": HIDDEN}):
        producer.send("PUT", producer.put(**values))
    for method in ("GET", "DELETE"):
        producer.send(method, producer.of_key(HIDDEN))
    InboxListener().listen_once()
    written = caplog.text + str([record.__dict__ for record in caplog.records])
    assert "import done" in written
    assert "inbox message refused" in written
    assert HIDDEN not in written
