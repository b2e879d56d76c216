"""Batches of records through the API, and the register of days."""

from decimal import Decimal

import pytest
import simplejson
from django.core.management import call_command

from messages_app.models import Day
from tests.messages_app.api_client import api_client
from tests.messages_app.records import MOMENT, record

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

URL = "/api/messages/batch/"
DAY = 86_400


@pytest.fixture
def client(aws):
    return api_client("messages_app.add_message", "messages_app.change_message")


def as_sent(seconds=0, **values):
    return {**record(MOMENT + seconds).values, **values}


def send(client, *records, **options):
    body = simplejson.dumps({"messages": records, **options}, use_decimal=True)
    return client.post(URL, body, content_type="application/json")


def json_of(response):
    assert response.status_code == 200, response.content
    return simplejson.loads(response.content, use_decimal=True)


def outcomes(response):
    return [one["outcome"] for one in json_of(response)["results"]]


def test_each_record_has_an_outcome_and_wrong_ones_stop_no_others(client, repository):
    response = send(client, as_sent(), as_sent(1, location="", colour="red"), as_sent(2))
    first, second, third = json_of(response)["results"]
    assert first == {"outcome": "written", "date": "2019-05-28", "time": "10:55:09.385333"}
    assert second["outcome"] == "rejected"
    assert {fault["field"] for fault in second["errors"]} == {"location", "colour"}
    assert third["outcome"] == "written"
    assert repository.get(*record().key) == record()


def test_the_receipt_adds_up(client):
    receipt = json_of(send(client, as_sent(), as_sent(), as_sent(1, location="")))["receipt"]
    assert receipt == {
        "read": 3,
        "written": 1,
        "unchanged": 1,
        "kept": 0,
        "replaced": 0,
        "rejected": 1,
    }


def test_a_batch_that_is_sent_again_changes_nothing(client):
    batch = [as_sent(), as_sent(local_avg=5)]
    assert outcomes(send(client, *batch)) == ["written", "kept"]
    assert outcomes(send(client, *batch)) == ["unchanged", "unchanged"]


def test_a_record_that_is_kept_beside_another_tells_its_key(client, repository):
    send(client, as_sent())
    [result] = json_of(send(client, as_sent(local_avg=5)))["results"]
    kept = repository.get(result["date"], result["time"])
    assert kept.values["local_avg"] == 5


def test_reject_leaves_the_record_that_is_there(client, repository):
    send(client, as_sent())
    [result] = json_of(send(client, as_sent(local_avg=5), on_conflict="reject"))["results"]
    assert result["outcome"] == "rejected"
    assert [fault["code"] for fault in result["errors"]] == ["key_taken"]
    assert repository.get(*record().key) == record()


@pytest.mark.parametrize(
    ("averages", "expected"),
    [
        ((5,), ["replaced"]),
        ((5, 5), ["replaced", "unchanged"]),
        ((5, 6), ["replaced", "replaced"]),
        ((5, 6, 7, 7, 8), ["replaced", "replaced", "replaced", "unchanged", "replaced"]),
    ],
)
def test_under_replace_the_last_record_of_a_key_stands(client, repository, averages, expected):
    send(client, as_sent())
    batch = [as_sent(local_avg=average) for average in averages]
    assert outcomes(send(client, *batch, on_conflict="replace")) == expected
    assert repository.get(*record().key) == record(local_avg=Decimal(averages[-1]))


def test_to_replace_needs_the_permission_to_change(aws):
    client = api_client("messages_app.add_message")
    assert send(client, as_sent(), on_conflict="replace").status_code == 403
    assert send(client, as_sent()).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        '{"messages": []}',
        '{"messages": {}}',
        '{"messages": [7]}',
        '{"messages": [{}], "on_conflict": "guess"}',
        '{"messages": [{}], "colour": "red"}',
        '{"messages": [' + "{}," * 1000 + "{}]}",
    ],
)
def test_a_batch_that_is_none_is_refused_whole(client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 400


def test_how_many_there_are_is_checked_before_any_is_looked_at(client):
    body = '{"messages": [' + "7," * 100_000 + "7]}"
    response = client.post(URL, body, content_type="application/json")
    assert response.status_code == 400
    [fault] = response.json()["errors"]
    assert (fault["field"], fault["code"]) == ("messages", "max_length")


def test_of_many_faults_the_first_are_told_and_how_many_more_there_are(client):
    response = client.post(
        URL, '{"messages": [' + "7," * 99 + "7]}", content_type="application/json"
    )
    errors = response.json()["errors"]
    assert len(errors) == 21
    assert errors[-1] == {
        "field": None,
        "code": "more_faults",
        "detail": "there are 80 more faults: correct these first",
    }


def test_a_record_with_many_unknown_fields_is_told_of_the_first(client):
    [result] = json_of(send(client, {f"field{number}": 0 for number in range(5000)}))["results"]
    assert len(result["errors"]) == 21


def test_what_lies_too_deep_is_not_read(client):
    deep = "[" * 21 + "]" * 21
    response = client.post(URL, '{"messages": ' + deep + "}", content_type="application/json")
    assert response.status_code == 400
    assert "it nests more than 20 objects and lists" in response.json()["detail"]


def test_brackets_in_text_are_no_depth(client):
    assert outcomes(send(client, as_sent(location='[{"' * 100))) == ["written"]


def counted():
    return dict(Day.objects.values_list("date", "count"))


def test_the_register_counts_the_records_of_each_day(client, repository):
    send(client, as_sent(), as_sent(1), as_sent(DAY), as_sent(local_avg=5), as_sent())
    assert counted() == {"2019-05-28": 3, "2019-05-29": 1}
    repository.insert(record(MOMENT + 2))
    repository.insert(record(MOMENT + 2))
    repository.delete(record(MOMENT + DAY))
    assert counted() == {"2019-05-28": 4, "2019-05-29": 0}


def test_a_recount_corrects_the_register(client):
    send(client, as_sent(), as_sent(1), as_sent(DAY))
    Day.objects.update(count=7)
    Day.objects.create(date="2020-01-01", count=1)
    call_command("recount", "--if-empty")
    assert counted()["2020-01-01"] == 1
    call_command("recount")
    assert counted() == {"2019-05-28": 2, "2019-05-29": 1}


@pytest.mark.parametrize("url", [URL, "/api/messages/"])
def test_null_instead_of_an_object_is_told_what_to_send(client, url):
    response = client.post(url, "null", content_type="application/json")
    [fault] = response.json()["errors"]
    assert (response.status_code, fault["field"], fault["code"]) == (400, None, "null")
    assert fault["detail"].startswith("Send a JSON object")
