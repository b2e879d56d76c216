"""What a page costs does not grow with what there is: few SQL statements, few calls of AWS, and no
more records read than it shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from columns.asking.days import READ_AT_ONCE
from common.aws.clients import dynamodb_client, probing_client, s3_client, sqs_client
from common.deadline import Deadline
from ingestion.models import Import
from messages_app.kinds.record_kind import BUILTIN
from messages_app.store.expiring import retention
from messages_app.store.partitions import spread
from silence import reporting
from tests.messages_app.records import record
from tests.pages.contents import FIRST_DAY, fill
from tests.pages.every_page import BROWSER, Page, every_page, parts_of_pages

pytestmark = pytest.mark.django_db

MAX_STATEMENTS = 20
MAX_CALLS = 20
# Where a filter matches little, DynamoDB is asked again and looks at more: few times, see
# messages_app/store/paging.py.
FILTERED = {"messages-filtered", "messages-none"}
# The API's pages have 100 records, and look at one more.
MAX_ITEMS = 101
# Those that sum up all records.
SUMMED_UP = ("part-chart", "ranking", "values")


@dataclass
class Calls:
    """What was sent to AWS, how many items of the table came back, and what had no answer in time:
    a probe waits two seconds, and asks no further then."""

    sent: list[str] = field(default_factory=list)
    items: int = 0
    unanswered: int = 0

    def send(self, model: Any, **_: Any) -> None:
        self.sent.append(model.name)

    def receive(self, parsed: dict[str, Any], **_: Any) -> None:
        self.items += parsed.get("Count", 0)

    def fail(self, **_: Any) -> None:
        self.unanswered += 1


@pytest.fixture
def calls(aws: str) -> Iterator[Calls]:
    counted = Calls()
    clients: list[Any] = [dynamodb_client(), s3_client(), sqs_client()]
    clients += [probing_client(name) for name in ("dynamodb", "s3", "sqs")]
    for client in clients:
        client.meta.events.register("before-call", counted.send)
        client.meta.events.register("after-call", counted.receive)
        client.meta.events.register("after-call-error", counted.fail)
    yield counted
    for client in clients:
        client.meta.events.unregister("before-call", counted.send)
        client.meta.events.unregister("after-call", counted.receive)
        client.meta.events.unregister("after-call-error", counted.fail)


@dataclass(frozen=True)
class Cost:
    statements: list[str]
    calls: list[str]
    items: int

    def excesses(self, name: str, before: "Cost") -> Iterator[str]:
        """What is wrong with the cost of a page that was ``before`` when there was little."""
        # A day that changed lately is read whole; of one with more the file is read.
        most_items = READ_AT_ONCE if name.startswith(SUMMED_UP) else MAX_ITEMS
        if len(self.statements) > len(before.statements):
            more = [one for one in self.statements if one not in before.statements]
            yield f"{len(before.statements)} statements became {len(self.statements)}: {more}"
        if len(self.calls) > len(before.calls) and name not in FILTERED:
            yield f"the calls {before.calls} became {self.calls}"
        if len(self.statements) > MAX_STATEMENTS:
            yield f"{len(self.statements)} statements: {self.statements}"
        if len(self.calls) > MAX_CALLS or "Scan" in self.calls:
            yield f"{len(self.calls)} calls: {self.calls}"
        if self.items > most_items:
            yield f"{self.items} items were read"


def test_no_page_costs_more_where_there_is_more(calls: Calls) -> None:
    fill(80)
    _ask_no_more()
    clients = {user.username: _client(user) for user in User.objects.all()}
    pages = [page for page in [*every_page(), *parts_of_pages()] if page.visitor in clients]

    few = {page.name: _cost(page, clients[page.visitor], calls) for page in pages}
    _add_many()
    many = {page.name: _cost(page, clients[page.visitor], calls) for page in pages}

    found = [
        f"{name}: {excess}"
        for name, cost in many.items()
        for excess in cost.excesses(name, few[name])
    ]
    assert not found, "\n".join(found)
    assert many["messages"].items > few["messages"].items > 0


def _ask_no_more() -> None:
    """What a process asks the database for once in some seconds it knows from now on, however long
    the pages take."""
    for known in (retention.known, reporting.known, spread.known):
        known.hold(known.get())


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False, **BROWSER)
    client.force_login(user)
    return client


def _cost(page: Page, client: Client, calls: Calls) -> Cost:
    """What it costs where all that it asks answers: on a busy machine that takes several times."""
    client.get(page.address)  # whatever is made once is made now
    cost = _measured(page, client, calls)
    for _attempt in range(20):
        if not calls.unanswered:
            break
        cost = _measured(page, client, calls)
    return cost


def _measured(page: Page, client: Client, calls: Calls) -> Cost:
    calls.sent, calls.items, calls.unanswered = [], 0, 0
    with CaptureQueriesContext(connection) as statements:
        client.get(page.address)
    return Cost([one["sql"] for one in statements], list(calls.sent), calls.items)


def _add_many() -> None:
    """500 imports, and 2,000 records in the partition that the pages show."""
    Import.objects.bulk_create(
        Import(bucket="b", key=f"many/{number}.csv", identity="i", state="done", rejected=1)
        for number in range(500)
    )
    records = [record(FIRST_DAY + 30 * number + 7) for number in range(2000)]
    BUILTIN.repository.insert_many(records, "keep", Deadline(60))
