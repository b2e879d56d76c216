"""How tables are made and looked for, with a stand-in for the client."""

from types import SimpleNamespace

import pytest

from common.deadline import Deadline
from common.errors import ServiceError
from common.provision.outcome import Provisioned
from common.retry import Backoff
from messages_app.store.provision import (
    delete_table,
    has_table,
    provision_expiry,
    provision_recovery,
    provision_table,
)
from tests.messages_app.store.unreliable import error

TABLE = "records"
KEY = [
    {"AttributeName": "date", "KeyType": "HASH"},
    {"AttributeName": "time", "KeyType": "RANGE"},
]


class Missing(Exception):
    """There is no such table."""


class Client:
    """Keeps what it is asked, and answers each operation as told, or with nothing; an error that
    is waiting is raised first."""

    exceptions = SimpleNamespace(ResourceNotFoundException=Missing)

    def __init__(self, answers=(), **errors):
        self._answers = dict(answers)
        self._errors = {name: list(waiting) for name, waiting in errors.items()}
        self.asked = []

    def __getattr__(self, name):
        return lambda *what, **request: self._answer(name, what, request)

    def _answer(self, name, what, request):
        self.asked.append((name, *what, request))
        if self._errors.get(name):
            raise self._errors[name].pop(0)
        return self._answers.get(name, self)  # a waiter is asked as the client is

    @property
    def operations(self):
        return [one[0] for one in self.asked]


NOT_THERE = {"describe_table": [Missing()], "delete_table": [Missing()]}
WAITED = [
    ("get_waiter", "table_exists", {}),
    ("wait", {"TableName": TABLE, "WaiterConfig": {"Delay": 1, "MaxAttempts": 120}}),
]


def table_with(key):
    return Client({"describe_table": {"Table": {"KeySchema": key}}})


def test_a_table_that_there_is_not_is_made_and_waited_for():
    client = Client(**NOT_THERE)
    assert provision_table(TABLE, client) == Provisioned("table records", "created")
    assert client.asked == [
        ("describe_table", {"TableName": TABLE}),
        (
            "create_table",
            {
                "TableName": TABLE,
                "KeySchema": KEY,
                "AttributeDefinitions": [
                    {"AttributeName": "date", "AttributeType": "S"},
                    {"AttributeName": "time", "AttributeType": "S"},
                ],
                "BillingMode": "PAY_PER_REQUEST",
            },
        ),
        *WAITED,
    ]


def test_a_table_that_there_is_may_still_be_in_the_making():
    client = table_with(KEY)
    assert provision_table(TABLE, client) == Provisioned("table records", "exists")
    assert client.asked[1:] == WAITED


def test_a_table_with_another_key_is_refused_for_good():
    client = table_with(KEY[:1])
    with pytest.raises(ServiceError, match="another key") as caught:
        provision_table(TABLE, client)
    assert (caught.value.code, caught.value.permanent) == ("OtherKeySchema", True)
    assert client.operations == ["describe_table"]


def test_a_table_is_looked_for_and_deleted_if_there_is_one():
    there, missing = Client(), Client(**NOT_THERE)
    assert (has_table(TABLE, there), has_table(TABLE, missing)) == (True, False)
    for client in (there, missing):
        delete_table(TABLE, client)
        assert client.asked[1:] == [("delete_table", {"TableName": TABLE})]


@pytest.mark.parametrize("act", [has_table, delete_table, provision_table])
def test_what_fails_otherwise_is_told(act):
    denied = error("AccessDeniedException")
    with pytest.raises(ServiceError) as caught:
        act(TABLE, Client(describe_table=[denied], delete_table=[denied]))
    assert caught.value.code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("status", "is_on", "result"),
    [
        ("DISABLED", True, "created"),
        ("DISABLING", True, "created"),
        ("ENABLED", True, "exists"),
        ("ENABLING", True, "exists"),
        ("ENABLED", False, "corrected"),
        ("DISABLED", False, "exists"),
    ],
)
def test_expiry_is_switched_where_it_is_otherwise(status, is_on, result):
    client = Client(
        {"describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": status}}}
    )
    outcome = provision_expiry(TABLE, is_on=is_on, client=client)
    assert outcome == Provisioned("expiry of table records", result)
    expected = {
        "TableName": TABLE,
        "TimeToLiveSpecification": {"Enabled": is_on, "AttributeName": "_expires"},
    }
    changes = [("update_time_to_live", expected)] if result != "exists" else []
    assert client.asked[1:] == changes


def backoff(seconds=60):
    return Backoff(Deadline(seconds), lambda _: None)


def backups(**present):
    description = {"PointInTimeRecoveryDescription": present} if present else {}
    return {"describe_continuous_backups": {"ContinuousBackupsDescription": description}}


@pytest.mark.parametrize("present", [{}, {"PointInTimeRecoveryStatus": "DISABLED"}])
def test_recovery_is_switched_on(present):
    client = Client(backups(**present))
    assert provision_recovery(TABLE, client, backoff()).result == "created"
    expected = {"PointInTimeRecoveryEnabled": True}
    assert client.asked[1:] == [
        (
            "update_continuous_backups",
            {"TableName": TABLE, "PointInTimeRecoverySpecification": expected},
        )
    ]


def test_recovery_that_is_on_stays_so():
    client = Client(backups(PointInTimeRecoveryStatus="ENABLED"))
    assert provision_recovery(TABLE, client, backoff()).result == "exists"
    assert client.operations == ["describe_continuous_backups"]


@pytest.mark.parametrize(
    "code",
    ["ContinuousBackupsUnavailableException", "ResourceInUseException", "TableNotFoundException"],
)
def test_recovery_waits_for_a_new_table(code):
    client = Client(backups(), update_continuous_backups=[error(code), error(code)])
    assert provision_recovery(TABLE, client, backoff()).result == "created"
    assert client.operations.count("update_continuous_backups") == 3


@pytest.mark.parametrize(
    "code", ["UnknownOperationException", "UnsupportedOperation", "InvalidAction"]
)
def test_where_there_is_no_recovery_that_is_told(code):
    client = Client(describe_continuous_backups=[error(code)])
    assert provision_recovery(TABLE, client, backoff()).result == "not supported here"


def test_recovery_that_is_forbidden_is_an_error_at_once():
    client = Client(describe_continuous_backups=[error("AccessDeniedException")])
    with pytest.raises(ServiceError) as caught:
        provision_recovery(TABLE, client, backoff())
    assert caught.value.code == "AccessDeniedException"
    assert client.operations == ["describe_continuous_backups"]
