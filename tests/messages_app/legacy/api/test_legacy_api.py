"""The ancestor's contract, as its clients meet it: its own events, bodies and status codes."""

import json
from decimal import Decimal

import pytest
import simplejson
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from audit.models import AuditEntry
from messages_app.models import Day
from messages_app.schema.record import Origin
from tests.messages_app.api_client import api_client
from tests.messages_app.records import record
from tests.support.processes import ROOT

pytestmark = pytest.mark.django_db

EVENTS = ROOT / "sample_data" / "events"
JSON = "application/json"
LIST = "/message"
ACTIONS = ("view", "add", "change", "delete")
FRACTION = "10:55:09.385333"
ITEM = {
    "date": "2019-05-28",
    "time": FRACTION,
    "timestamp": Decimal("1559040909.3853335"),
    "location": "location-03",
    "source": "wireless",
    "local_dest": "router-1",
    "local_avg": Decimal("4.39"),
    "remote_dest": "device-1",
    "remote_avg": Decimal("9.09"),
}
CHANGE = {"UpdateExpression": "SET source = :x", "ExpressionAttributeValues": {":x": "wired"}}


@pytest.fixture
def client(aws):
    return api_client(*(f"messages_app.{action}_message" for action in ACTIONS))


def url(time=FRACTION, date="2019-05-28"):
    return f"/message/{date}?time={time}"


def send(method, url, body):
    text = body if isinstance(body, str) else simplejson.dumps(body, use_decimal=True)
    return method(url, text, content_type=JSON)


def post(client, **changes):
    """Post the usual item; ``changes`` replace attributes of it, None takes them out."""
    item = ITEM | changes
    return send(
        client.post, LIST, {"Item": {name: item[name] for name in item if item[name] is not None}}
    )


def json_of(response, code=200):
    assert response.status_code == code, response.content
    return simplejson.loads(response.content, use_decimal=True)


def refusal(response):
    """The sentence of an error."""
    body = json_of(response, 400)
    assert response["Content-Type"] == JSON
    assert list(body) == ["error"]
    assert body["error"].startswith("Could not ")
    return body["error"]


def replay(client, name):
    """Send what API Gateway handed over as this event."""
    event = json.loads((EVENTS / f"event_{name}.json").read_text())
    method = {"SCAN": "GET"}.get(event["httpMethod"], event["httpMethod"])
    path = "/".join([event["path"], *event["pathParameters"].values()])
    query = "&".join(f"{name}={value}" for name, value in event["queryStringParameters"].items())
    return client.generic(method, f"{path}?{query}", event["body"], JSON)


def test_the_ancestors_events_have_its_answers(client):
    item = {
        "date": "2000-01-01",
        "time": "06:45:43",
        "timestamp": Decimal(946709143),
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": Decimal("7.31"),
        "remote_dest": "device-1",
        "remote_avg": Decimal("14.22"),
    }
    assert json_of(replay(client, "getMessages")) == {"Items": [], "Count": 0, "ScannedCount": 0}
    assert json_of(replay(client, "getMessage")) == {}
    assert json_of(replay(client, "postMessage"), 201) == {}
    assert json_of(replay(client, "getMessage")) == {"Item": item}
    put = replay(client, "putMessage")
    assert (put.status_code, put.content) == (204, b"")
    item["remote_avg"] = Decimal(9)
    assert json_of(replay(client, "getMessages")) == {
        "Items": [item],
        "Count": 1,
        "ScannedCount": 1,
    }
    assert json_of(replay(client, "deleteMessage")) == {}
    assert json_of(replay(client, "getMessage")) == {}
    assert json_of(replay(client, "deleteMessage")) == {}


def test_a_slash_at_the_end_does_no_harm(client):
    assert post(client).status_code == 201
    responses = [client.get("/message/"), client.get(f"/message/2019-05-28/?time={FRACTION}")]
    assert json_of(responses[0])["Items"] == [json_of(responses[1])["Item"]] == [ITEM]
    assert send(client.put, f"/message/2019-05-28/?time={FRACTION}", CHANGE).status_code == 204
    assert send(client.post, "/message/", {"Item": {}}).status_code == 400


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_headers_do_not_matter(client, content_type, accept):
    body = simplejson.dumps({"Item": ITEM}, use_decimal=True)
    client.defaults["HTTP_ACCEPT"] = accept
    response = client.generic("POST", LIST, body, content_type or "")
    assert json_of(response, 201) == {}
    assert response["Content-Type"] == JSON
    assert json_of(client.get(url() + "&format=html"))["Item"] == ITEM


def test_an_item_tells_its_origin_where_it_has_one(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    item = ITEM | {"origin": {"import": "an-import", "line": 7}}
    assert json_of(client.get(url())) == {"Item": item}
    assert json_of(client.get(LIST))["Items"] == [item]


@pytest.mark.parametrize("digits", ["0.1", "120", "0.12345678901234567890123456789012345678"])
def test_numbers_keep_their_digits_whether_numbers_or_strings(client, repository, digits):
    post(client, local_avg=Decimal(digits), remote_avg=digits)
    text = client.get(url()).content.decode()
    assert f'"local_avg": {digits},' in text
    assert f'"remote_avg": {digits}}}' in text


def test_the_timestamp_follows_from_date_and_time(client, repository):
    assert post(client, timestamp=None, time="10:55:09.5").status_code == 201
    item = json_of(client.get(url("10:55:09.5")))["Item"]
    assert (item["time"], item["timestamp"]) == ("10:55:09.500000", Decimal("1559040909.5"))


def test_an_item_as_it_was_read_can_be_sent_back(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    item = json_of(client.get(url()))["Item"]
    assert json_of(send(client.post, LIST, {"Item": item}), 201) == {}
    assert json_of(client.get(LIST))["Count"] == 1


def test_an_equal_record_is_left_as_it_is(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    assert post(client).status_code == 201
    assert repository.scan()[0] == [record(origin=Origin("an-import", 7))]
    assert not AuditEntry.objects.exists()


def test_a_different_record_of_the_same_moment_stays_beside(client, repository):
    post(client)
    assert post(client, source="wired").status_code == 201
    conflict_copy = record(source="wired").with_conflict_suffix(6)
    found, _ = repository.scan()
    assert sorted(found, key=lambda one: one.key) == [record(), conflict_copy]
    assert json_of(client.get(url()))["Item"]["source"] == "wireless"
    assert json_of(client.get(url(conflict_copy.time)))["Item"]["source"] == "wired"
    assert Day.objects.get().count == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"location": None}, "location is missing"),
        ({"location": ""}, "location must not be empty"),
        ({"location": 7}, "location must be a string"),
        ({"local_avg": "many"}, "local_avg is not a number"),
        ({"local_avg": "-1"}, "local_avg must be 0 or more"),
        ({"local_avg": True}, "local_avg must be a number"),
        ({"local_avg": {"N": "4.39"}}, "local_avg must be a number"),
        ({"colour": "red"}, "colour is not a field of a message"),
        ({"timestamp": None, "date": None}, "timestamp is missing"),
        ({"timestamp": None, "date": "2019-02-29"}, "date is not a date"),
        ({"timestamp": None, "date": "1969-12-31"}, "date lies outside the years"),
        ({"timestamp": None, "time": "10:55"}, "time is not a time"),
        ({"timestamp": None, "time": "10:55:09~3fa2c1"}, "time is not a time"),
        ({"time": "10:55:10"}, "time does not agree with timestamp"),
        ({"location": "", "colour": "red"}, "location must not be empty; colour is not a field"),
    ],
)
def test_a_wrong_item_is_refused_and_nothing_is_stored(client, repository, changes, sentence):
    told = refusal(post(client, **changes))
    assert told.startswith("Could not write the message: ")
    assert sentence in told
    assert repository.scan()[0] == []


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", "null", "{}", '{"Item": []}', '{"Item": {"local_avg": NaN}}']
)
def test_a_body_without_an_item_is_refused(client, body):
    refusal(send(client.post, LIST, body))
    refusal(send(client.put, url(), body))


def test_what_is_wrong_with_json_is_told(client):
    assert "Could not write the message: the body is not JSON" in refusal(
        send(client.post, LIST, "{")
    )


def store_seconds(repository, count):
    for second in range(count):
        repository.insert(record(1559040900 + second))


def test_pages_lead_through_all_records_once(client, repository):
    store_seconds(repository, 5)
    seen: list[str] = []
    query = {"Limit": "2"}
    while len(seen) < 9:
        page = json_of(client.get(LIST, query))
        assert page["Count"] == page["ScannedCount"] == len(page["Items"]) <= 2
        seen += [item["time"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        query["ExclusiveStartKey"] = json.dumps(page["LastEvaluatedKey"])
    assert sorted(seen) == [f"10:55:0{second}" for second in range(5)]


def test_a_page_begins_also_behind_a_record_with_a_digest(client, repository):
    post(client)
    post(client, source="wired")
    first = json_of(client.get(LIST, {"Limit": "1"}))
    rest = json_of(client.get(LIST, {"ExclusiveStartKey": json.dumps(first["LastEvaluatedKey"])}))
    times = {first["Items"][0]["time"], rest["Items"][0]["time"]}
    assert times == {FRACTION, record(source="wired").with_conflict_suffix(6).time}


def test_without_a_limit_all_is_on_one_page_while_it_is_little(client, repository):
    store_seconds(repository, 5)
    page = json_of(client.get(LIST))
    assert page["Count"] == 5
    assert "LastEvaluatedKey" not in page


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "many", "٣", "2147483648", "9" * 5000])
def test_a_limit_out_of_bounds_is_refused(client, limit):
    assert "Limit must be a number from 1" in refusal(client.get(LIST, {"Limit": limit}))


@pytest.mark.parametrize("limit", ["1", "2147483647", ""])
def test_a_limit_within_bounds_and_an_empty_one_are_taken(client, repository, limit):
    repository.insert(record())
    page = json_of(client.get(LIST, {"Limit": limit, "ExclusiveStartKey": ""}))
    assert page["Items"] == [ITEM]


@pytest.mark.parametrize(
    "start",
    [
        "{",
        "[]",
        "2019-05-28",
        "[" * 10_000,
        '{"date": "2019-05-28"}',
        '{"date": "2019-05-28", "time": "10:55:09", "line": 7}',
        '{"date": "yesterday", "time": "10:55:09"}',
        '{"date": "2019-05-28", "time": "10:55"}',
        '{"date": "2019-05-28", "time": 105509}',
        '{"date": {"S": "2019-05-28"}, "time": {"S": "10:55:09"}}',
    ],
)
def test_a_start_that_is_no_key_is_refused(client, start):
    assert "ExclusiveStartKey" in refusal(client.get(LIST, {"ExclusiveStartKey": start}))


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("/message/2019-05-28", "the time is missing"),
        (url(""), "time is not a time"),
        (url("10:55"), "time is not a time"),
        (url("24:00:00"), "time is not a time"),
        (url("10:55:09~"), "time is not a time"),
        (url("10:55:09~xyz123"), "time is not a time"),
        (url("10:55:09%00"), "time is not a time"),
        (url("10:55:09~" + "a" * 2000), "time is not a time"),
        (url(date="2019-02-29"), "date is not a date"),
        (url(date="yesterday"), "date is not a date"),
    ],
)
def test_a_wrong_key_is_refused(client, repository, method, where, sentence):
    repository.insert(record())
    body = simplejson.dumps(CHANGE) if method == "put" else ""
    assert sentence in refusal(client.generic(method.upper(), where, body, JSON))
    assert repository.get(*record().key) == record()


def test_the_second_finds_the_record_with_a_fraction(client, repository):
    repository.insert(record())
    assert json_of(client.get(url("10:55:09")))["Item"]["time"] == FRACTION
    assert send(client.put, url("10:55:09"), CHANGE).status_code == 204
    assert repository.get(*record().key) == record(source="wired")
    assert json_of(client.delete(url("10:55:09"))) == {}
    assert repository.scan()[0] == []


def test_of_several_the_first_is_read_and_none_is_changed(client, repository):
    several = [
        record(Decimal("1559040909.5")),
        record(),
        record(source="wired").with_conflict_suffix(6),
    ]
    for one in several:
        repository.insert(one)
    assert json_of(client.get(url("10:55:09")))["Item"]["time"] == FRACTION
    for response in (client.delete(url("10:55:09")), send(client.put, url("10:55:09"), CHANGE)):
        told = refusal(response)
        assert all(one.time in told for one in several)
    assert len(repository.scan()[0]) == 3


def test_the_exact_time_is_meant_before_those_that_begin_so(client, repository):
    repository.insert(record(1559040909))
    repository.insert(record())
    assert json_of(client.get(url("10:55:09")))["Item"]["time"] == "10:55:09"
    assert json_of(client.delete(url("10:55:09"))) == {}
    assert repository.scan()[0] == [record()]


def test_a_change_sets_fields_and_keeps_the_rest(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    body = {
        "UpdateExpression": "set #s = :s, local_avg = :a",
        "ExpressionAttributeNames": {"#s": "source"},
        "ExpressionAttributeValues": {":s": "wired", ":a": "0.123456789012345678901234567890"},
    }
    assert send(client.put, url(), body).status_code == 204
    average = Decimal("0.12345678901234567890123456789")
    assert repository.get(*record().key) == record(
        source="wired", local_avg=average, origin=Origin("an-import", 7)
    )


def test_a_change_of_what_is_not_there_creates_nothing(client, repository):
    assert "there is no record" in refusal(send(client.put, url(), CHANGE))
    assert repository.scan()[0] == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (CHANGE | {"UpdateExpression": "ADD local_avg :x"}, "UpdateExpression has ADD"),
        (CHANGE | {"UpdateExpression": "REMOVE source"}, "source cannot be removed"),
        (CHANGE | {"UpdateExpression": "SET timestamp = :x"}, "timestamp cannot change"),
        (CHANGE | {"ExpressionAttributeValues": {}}, "lacks :x"),
    ],
)
def test_a_wrong_change_is_refused_and_nothing_changes(client, repository, body, sentence):
    repository.insert(record())
    told = refusal(send(client.put, url(), body))
    assert told.startswith("Could not change the message: ")
    assert sentence in told
    assert repository.get(*record().key) == record()


def test_changes_are_in_the_audit_trail(client, repository):
    post(client)
    post(client, source="wired")
    send(client.put, url(), CHANGE | {"ExpressionAttributeValues": {":x": "cable"}})
    client.delete(url())
    told = [(one.action, one.target, one.channel) for one in AuditEntry.objects.order_by("pk")]
    conflict_copy = record(source="wired").with_conflict_suffix(6).time
    assert told == [
        ("created", f"2019-05-28 {FRACTION}", "api"),
        ("created", f"2019-05-28 {conflict_copy}", "api"),
        ("changed", f"2019-05-28 {FRACTION}", "api"),
        ("deleted", f"2019-05-28 {FRACTION}", "api"),
    ]
    changed = AuditEntry.objects.get(action="changed")
    assert changed.detail["values"] == {"source": ["wireless", "cable"]}


@pytest.mark.parametrize(
    ("method", "where", "needed"),
    [
        ("GET", LIST, "view"),
        ("GET", url(), "view"),
        ("POST", LIST, "add"),
        ("PUT", url(), "change"),
        ("DELETE", url(), "delete"),
    ],
)
def test_each_method_needs_a_login_and_its_permission(repository, method, where, needed):
    repository.insert(record())
    body = simplejson.dumps({"Item": ITEM} | CHANGE, use_decimal=True)
    assert APIClient().generic(method, where, body, JSON).status_code == 401
    without = api_client(*(f"messages_app.{one}_message" for one in ACTIONS if one != needed))
    assert without.generic(method, where, body, JSON).status_code == 403
    assert repository.scan()[0] == [record()]
    with_it = api_client(f"messages_app.{needed}_message")
    assert with_it.generic(method, where, body, JSON).status_code in (200, 201, 204)


def test_a_browser_that_is_logged_in_may_read_but_needs_a_csrf_token_to_write(aws):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("chief"))
    assert browser.get(LIST).status_code == 200
    assert send(browser.post, LIST, {"Item": ITEM}).status_code == 403


@pytest.mark.parametrize(("method", "where"), [("GET", LIST), ("POST", LIST), ("DELETE", url())])
def test_storage_that_fails_is_503_and_not_the_clients_fault(bare_aws, method, where):
    client = api_client(*(f"messages_app.{action}_message" for action in ACTIONS))
    body = simplejson.dumps({"Item": ITEM}, use_decimal=True)
    response = client.generic(method, where, body, JSON)
    assert response.status_code == 503
    assert "Retry-After" in response
    assert not AuditEntry.objects.exists()


def test_requests_are_counted_like_those_of_the_api(client, settings):
    settings.API_REQUESTS_A_MINUTE = 1
    responses = [client.get(LIST) for _ in range(3)]  # in two minutes at most
    assert 429 in {response.status_code for response in responses}


def test_other_methods_are_405_and_other_paths_404(client):
    assert client.patch(url()).status_code == 405
    assert client.delete(LIST).status_code == 405
    assert client.get("/message/2019-05-28/10:55:09").status_code == 404


def test_a_body_that_is_too_large_is_refused(client):
    assert client.post(LIST, " " * 3_000_000, content_type=JSON).status_code == 413
    form = 'Content-Disposition: form-data; name="a"\r\n\r\n' + " " * 3_000_000
    multipart = f"--b\r\n{form}\r\n--b--\r\n"
    response = client.generic("POST", LIST, multipart, "multipart/form-data; boundary=b")
    assert response.status_code == 413


def test_a_delete_that_is_sent_again_spares_the_record_beside(client, repository):
    post(client)
    post(client, source="wired")
    for _ in range(2):
        assert json_of(client.delete(url())) == {}
    conflict_copy = record(source="wired").with_conflict_suffix(6)
    assert repository.get(*conflict_copy.key) is not None
