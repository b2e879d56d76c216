"""Compares pages with the plain calls beneath them, in one run, for what there is just now.

A page is asked for in this process, so that the time is that of the server alone. Its calls of AWS
and SQL statements are noted, and sent again without anything around them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from axes.models import AccessLog
from botocore import xform_name
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from common.aws.clients import dynamodb_client, probing_client, s3_client, sqs_client
from ingestion.models import Import
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Day
from messages_app.store.query import Query
from project.benchmarks.reads import Times, medians


@dataclass(slots=True)
class _Beneath:
    """What a page asked the database and AWS for, as functions that ask again."""

    asked: list[Callable[[], object]] = field(default_factory=list)

    def note_statement(
        self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
    ) -> Any:
        if sql.startswith("SELECT"):
            self.asked.append(lambda: _read(sql, parameters))
        return execute(sql, parameters, many, context)

    def noting(self, client: Any) -> Callable[..., None]:
        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            call, data = getattr(client, xform_name(model.name)), dict(params)
            self.asked.append(lambda: call(**data))

        return note

    def again(self) -> None:
        for ask in self.asked:
            ask()


def compare(rounds: int) -> dict[str, Times]:
    """The pages that people open most; of messages those of the day with most of them."""
    with _superuser() as client:
        return {name: _times(address, client, rounds) for name, address in _addresses()}


def _addresses() -> Iterator[tuple[str, str]]:
    for name in ("home", "upload", "imports"):
        yield name, reverse(name)
    if import_ := Import.objects.order_by("-read").first():
        yield "import", import_.get_absolute_url()
    if day := Day.objects.order_by("-count").first():
        query = f"?date={day.date}"
        yield "messages", reverse("messages") + query
        yield "messages, chart", reverse("messages-chart") + query
        yield "messages, all days", f"{reverse('messages')}?date="
        for record in BUILTIN.repository.page(Query(day.date), 1).records:
            yield "message", reverse("message", args=record.key)
    yield "admin, messages", reverse("admin:messages_app_message_changelist")
    yield "admin, imports", reverse("admin:ingestion_import_changelist")


def _times(address: str, client: Client, rounds: int) -> Times:
    def ask() -> None:
        response = client.get(address)
        if response.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{address} answered {response.status_code}")

    ask()  # templates are loaded, connections made
    return medians(rounds, ask, _beneath(ask).again)


def _beneath(ask: Callable[[], None]) -> _Beneath:
    beneath = _Beneath()
    clients: list[Any] = [dynamodb_client(), s3_client(), sqs_client()]
    clients += [probing_client(name) for name in ("dynamodb", "s3", "sqs")]
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(beneath.note_statement))
        for client in clients:
            note, events = beneath.noting(client), client.meta.events
            events.register("provide-client-params", note)
            stack.callback(events.unregister, "provide-client-params", note)
        ask()
    return beneath


def _read(sql: str, parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        cursor.fetchall()


@contextmanager
def _superuser() -> Iterator[Client]:
    user = User.objects.create_superuser(f"benchmark-{uuid4()}")
    client = Client()
    client.force_login(user)
    try:
        # Asked by the name that the client uses, and by plain HTTP.
        with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
            yield client
    finally:
        client.logout()
        AccessLog.objects.filter(username=user.username).delete()
        user.delete()
