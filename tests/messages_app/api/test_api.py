"""The messages API, as its clients meet it: real tokens, real storage, the very bytes."""

from decimal import Decimal

import pytest
import simplejson

from messages_app.schema.record import Origin
from tests.messages_app.api_client import api_client
from tests.messages_app.records import record

pytestmark = pytest.mark.django_db

JSON = "application/json"
LIST = "/api/messages/"
URL = "/api/messages/2019-05-28/10:55:09.385333/"
BODY = """{"timestamp": 1559040909.3853335, "location": "location-03", "source": "wireless",
 "local_dest": "router-1", "local_avg": 4.39, "remote_dest": "device-1", "remote_avg": 9.09}"""


@pytest.fixture
def client(aws):
    actions = ("view", "add", "change", "delete")
    return api_client(*(f"messages_app.{action}_message" for action in actions))


def send(method, url, body=BODY, **changes):
    """Send JSON; ``changes`` replace fields of the body, None takes them out."""
    if changes:
        fields = simplejson.loads(body, use_decimal=True) | changes
        fields = {name: value for name, value in fields.items() if value is not None}
        body = simplejson.dumps(fields, use_decimal=True)
    return method(url, body, content_type="application/json")


def json_of(response):
    return simplejson.loads(response.content, use_decimal=True)


def faulty(response):
    """The fields that an answer finds fault with."""
    assert response.status_code == 400, response.content
    return {fault["field"] for fault in json_of(response)["errors"]}


def test_a_new_record_is_created(client, repository):
    response = send(client.post, LIST)
    assert response.status_code == 201
    assert repository.get(*record().key) == record()


def test_an_answer_has_the_key_the_fields_and_the_origin(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    assert json_of(client.get(URL)) == {
        "date": "2019-05-28",
        "time": "10:55:09.385333",
        "timestamp": Decimal("1559040909.3853335"),
        "location": "location-03",
        "source": "wireless",
        "local_dest": "router-1",
        "local_avg": Decimal("4.39"),
        "remote_dest": "device-1",
        "remote_avg": Decimal("9.09"),
        "origin": {"import": "an-import", "line": 7},
    }


def test_a_record_made_through_the_api_has_no_origin(client):
    assert json_of(send(client.post, LIST))["origin"] is None


def test_an_equal_record_is_there_already(client):
    send(client.post, LIST)
    assert send(client.post, LIST).status_code == 200


def test_a_different_record_under_a_taken_key_is_a_conflict(client, repository):
    send(client.post, LIST)
    assert send(client.post, LIST, local_avg=5).status_code == 409
    assert repository.get(*record().key) == record()


@pytest.mark.parametrize(
    "digits", ["0.1", "4.39", "120", "0.12345678901234567890123456789012345678", "1E-30"]
)
def test_numbers_keep_their_digits_in_both_directions(client, digits):
    response = send(client.post, LIST, local_avg=Decimal(digits))
    assert f'"local_avg": {digits},' in response.content.decode()
    assert f'"local_avg": {digits},' in client.get(URL).content.decode()


def test_the_timestamp_can_be_left_out_where_date_and_time_are_given(client):
    response = send(client.post, LIST, timestamp=None, date="2019-05-28", time="10:55:09.5")
    assert response.status_code == 201
    assert json_of(response)["timestamp"] == Decimal("1559040909.5")


def test_date_and_time_that_agree_with_the_timestamp_are_taken(client):
    response = send(client.post, LIST, date="2019-05-28", time="10:55:09.385333")
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": "2019-05-29"}, "date"),
        ({"time": "10:55:09"}, "time"),
        ({"timestamp": None, "date": "2019-02-29", "time": "10:55:09"}, "date"),
        ({"timestamp": None, "date": "2019-05-28", "time": "10:55"}, "time"),
        ({"timestamp": None, "date": "1960-05-28", "time": "10:55:09"}, "date"),
        ({"timestamp": None}, "timestamp"),
        ({"timestamp": None, "date": "2019-05-28"}, "timestamp"),
        ({"timestamp": 1559040909385}, "timestamp"),
        ({"timestamp": "1559040909"}, "timestamp"),
        ({"location": "a" * 1024 + " "}, "location"),
        ({"location": None}, "location"),
        ({"location": ""}, "location"),
        ({"location": 7}, "location"),
        ({"location": "a\0"}, "location"),
        ({"location": "a\ud800"}, "location"),
        ({"local_avg": "many"}, "local_avg"),
        ({"local_avg": True}, "local_avg"),
        ({"local_avg": -1}, "local_avg"),
        ({"local_avg": 10**39 + 1}, "local_avg"),
        ({"local_avg": 10**38}, "local_avg"),
        ({"local_avg": "4.39"}, "local_avg"),
        ({"colour": "red"}, "colour"),
        ({"\ud800": "red"}, "\ud800"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_stored(client, repository, changes, field):
    response = send(client.post, LIST, **changes)
    assert faulty(response) == {field}
    assert repository.lookup("2019-05-28", "1") == []


def test_all_faults_are_told_at_once(client):
    response = send(client.post, LIST, location="", local_avg="x", colour="red")
    assert faulty(response) == {"location", "local_avg", "colour"}


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", '"text"', "null", '{"local_avg": NaN}', "[" * 100_000, b"\xff"]
)
def test_a_body_that_is_no_json_object_is_refused(client, body):
    assert send(client.post, LIST, body).status_code == 400


def test_a_number_of_a_million_digits_is_refused_quickly(client):
    body = BODY.replace("4.39", "1" * 1_000_000)
    assert send(client.post, LIST, body).status_code == 400


def test_what_is_not_there_is_404(client):
    assert client.get(URL).status_code == 404
    assert client.delete(URL).status_code == 404
    assert send(client.put, URL).status_code == 404
    assert send(client.patch, URL, "{}").status_code == 404


@pytest.mark.parametrize("date", ["2019-02-29", "yesterday", "20190528"])
def test_a_date_that_is_none_is_400(client, date):
    assert client.get(f"/api/messages/{date}/10:55:09/").status_code == 400


def test_the_second_of_a_record_finds_it(client, repository):
    repository.insert(record())
    assert json_of(client.get("/api/messages/2019-05-28/10:55:09/"))["time"] == "10:55:09.385333"


def test_a_time_that_several_records_begin_with_names_them_all(client, repository):
    repository.insert(record())
    repository.insert(record(Decimal("1559040909.5")))
    response = client.get("/api/messages/2019-05-28/10:55:09/")
    assert response.status_code == 300
    assert [one["time"] for one in json_of(response)["results"]] == [
        "10:55:09.385333",
        "10:55:09.500000",
    ]


def test_nothing_is_changed_where_several_records_are_meant(client, repository):
    repository.insert(record())
    repository.insert(record(Decimal("1559040909.5")))
    url = "/api/messages/2019-05-28/10:55:09/"
    assert client.delete(url).status_code == 300
    assert send(client.patch, url, '{"source": "wired"}').status_code == 300
    assert len(repository.lookup("2019-05-28", "10:55:09")) == 2


def test_a_record_beside_another_is_reached_by_its_key(client, repository):
    conflict_copy = record().with_conflict_suffix(6)
    repository.insert(conflict_copy)
    assert client.get(f"/api/messages/2019-05-28/{conflict_copy.time}/").status_code == 200


def test_patch_changes_the_fields_given(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    response = send(client.patch, URL, '{"local_avg": 5.5}')
    assert response.status_code == 200
    assert repository.get(*record().key) == record(
        local_avg=Decimal("5.5"), origin=Origin("an-import", 7)
    )


def test_an_empty_patch_changes_nothing(client, repository):
    repository.insert(record())
    assert json_of(send(client.patch, URL, "{}"))["local_avg"] == Decimal("4.39")


def test_put_replaces_all_fields_and_keeps_the_origin(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    response = send(client.put, URL, source="wired", timestamp=None)
    assert response.status_code == 200
    stored = repository.get(*record().key)
    assert stored == record(source="wired", origin=Origin("an-import", 7))


def test_put_needs_every_field(client, repository):
    repository.insert(record())
    response = send(client.put, URL, location=None)
    assert faulty(response) == {"location"}


@pytest.mark.parametrize(
    "changes", [{"timestamp": 1}, {"date": "2019-05-29"}, {"time": "10:55:10"}]
)
def test_the_key_of_a_record_cannot_be_changed(client, repository, changes):
    repository.insert(record())
    assert send(client.patch, URL, "{}", **changes).status_code == 400
    assert send(client.put, URL, **changes).status_code == 400
    assert repository.get(*record().key) == record()


def test_digits_of_the_timestamp_behind_the_key_can_be_changed(client, repository):
    repository.insert(record())
    response = send(client.patch, URL, '{"timestamp": 1559040909.3853339}')
    assert json_of(response)["timestamp"] == Decimal("1559040909.3853339")


def test_a_patch_with_an_unknown_field_is_refused(client, repository):
    repository.insert(record())
    assert send(client.patch, URL, '{"colour": "red"}').status_code == 400


def test_a_record_as_it_was_read_can_be_sent_back(client, repository):
    repository.insert(record(origin=Origin("an-import", 7)))
    assert (
        client.put(URL, client.get(URL).content, content_type="application/json").status_code == 200
    )


def test_a_deleted_record_is_gone(client, repository):
    repository.insert(record())
    assert client.delete(URL).status_code == 204
    assert repository.get(*record().key) is None


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", [LIST, URL])
def test_without_a_token_nothing_is_told(db, method, url):
    client = api_client()
    client.credentials()
    client.defaults.pop("HTTP_AUTHORIZATION")
    assert getattr(client, method)(url).status_code == 401


def test_a_wrong_token_is_401(db):
    client = api_client()
    client.defaults["HTTP_AUTHORIZATION"] = "Token " + "0" * 64
    assert client.get(LIST).status_code == 401


@pytest.mark.parametrize(
    ("method", "url", "needed"),
    [
        ("get", LIST + "?date=2019-05-28", "view"),
        ("get", URL, "view"),
        ("post", LIST, "add"),
        ("put", URL, "change"),
        ("patch", URL, "change"),
        ("delete", URL, "delete"),
    ],
)
def test_each_method_needs_its_permission(repository, method, url, needed):
    repository.insert(record())
    others = {"view", "add", "change", "delete"} - {needed}
    without = api_client(*(f"messages_app.{action}_message" for action in others))
    request = (method.upper(), url, BODY, "application/json")
    assert without.generic(*request).status_code == 403
    with_it = api_client(f"messages_app.{needed}_message")
    assert with_it.generic(*request).status_code in (200, 204)


def times(response):
    return [one["time"] for one in json_of(response)["results"]]


def store_seconds(repository, count):
    for second in range(count):
        repository.insert(record(1559040900 + second, location=f"location-{second % 2}"))


def test_a_page_has_the_records_of_a_date(client, repository):
    store_seconds(repository, 3)
    response = client.get(LIST, {"date": "2019-05-28"})
    assert times(response) == ["10:55:00", "10:55:01", "10:55:02"]
    assert json_of(response)["next"] is None


def test_times_and_filters_narrow_a_page(client, repository):
    store_seconds(repository, 9)
    query = {"date": "2019-05-28", "time_from": "10:55:02", "time_to": "10:55:06"}
    assert times(client.get(LIST, query | {"location": "location-1"})) == ["10:55:03", "10:55:05"]


def test_the_next_links_lead_through_all_records_once(client, repository):
    store_seconds(repository, 9)
    seen: list[str] = []
    url = LIST + "?date=2019-05-28&location=location-0&page_size=2"
    while url and len(seen) < 9:
        response = client.get(url)
        seen += times(response)
        url = json_of(response)["next"]
    assert seen == [f"10:55:0{second}" for second in (0, 2, 4, 6, 8)]


@pytest.mark.parametrize("page_size", ["0", "-1", "1001", "many", "1.5", "٣", "9" * 5000])
def test_a_page_size_out_of_bounds_is_refused(client, page_size):
    response = client.get(LIST, {"date": "2019-05-28", "page_size": page_size})
    assert faulty(response) == {"page_size"}


@pytest.mark.parametrize("page_size", ["1", "1000"])
def test_a_page_size_within_bounds_is_taken(client, page_size):
    query = {"date": "2019-05-28", "page_size": page_size}
    assert client.get(LIST, query).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"date": "yesterday"}, "date"),
        ({"date_from": "2019-02-29"}, "date_from"),
        ({"date_from": "2019-05-28T25"}, "date_from"),
        ({"date_to": "2019-05-28 10:55"}, "date_to"),
        ({"time_from": "25"}, "time_from"),
        ({"order": "random"}, "order"),
        ({"fields": "time,colour"}, "fields"),
        ({"local_avg_min": "x"}, "local_avg_min"),
        ({"timestamp_min": "1"}, "timestamp_min"),
        ({"source": ["x"] * 101}, "source"),
        ({"date": "2019-05-28", "colour": "red"}, "colour"),
        ({"date": "2019-05-28", "local_avg": "many"}, "local_avg"),
    ],
)
def test_a_query_that_is_wrong_is_refused_by_field(client, query, field):
    assert faulty(client.get(LIST, query)) == {field}


def test_a_cursor_of_another_query_is_refused(client, repository):
    store_seconds(repository, 3)
    next_url = json_of(client.get(LIST + "?date=2019-05-28&page_size=1"))["next"]
    response = client.get(next_url.replace("05-28", "05-29"))
    assert response.status_code == 404
    assert json_of(response)["code"] == "bad_cursor"


def test_storage_that_fails_is_503_and_not_the_clients_fault(bare_aws):
    response = api_client("messages_app.view_message").get(URL)
    assert response.status_code == 503
    assert "Retry-After" in response


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"date_from": "2019-05-28", "date_to": "2019-05-28"}, ["10:55:00"]),
        ({"date_from": "2019-05-27"}, ["10:55:00"]),
        ({"date_to": "2019-05-29"}, ["10:55:00"]),
        ({"date_from": "2019-05-29"}, []),
        ({"date_to": "2019-05-27"}, []),
        ({"date_from": "2019-05-29", "date_to": "2019-05-27"}, []),
        ({"date_from": "2019-05-28T10:55"}, ["10:55:00"]),
        ({"date_from": "2019-05-28T10:56"}, []),
        ({"date_to": "2019-05-28T10:55Z"}, ["10:55:00"]),
        ({"date_to": "2019-05-28T10:54"}, []),
        ({"date_from": "2019-05-27T10:56", "date_to": "2019-05-29T09"}, ["10:55:00"]),
        ({"date_from": "2019-05-28T11", "date_to": "2019-05-28T10"}, []),
    ],
)
def test_a_date_and_a_range_of_dates_hold_both(client, repository, query, expected):
    for day in (-1, 0, 1):
        repository.insert(record(1559040900 + 86_400 * day))
    assert times(client.get(LIST, {"date": "2019-05-28", **query})) == expected


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_a_span_begins_and_ends_at_a_moment(client, repository, order):
    for hour in range(72):
        repository.insert(record(1558915200 + 3600 * hour))
    query = {"date_from": "2019-05-27T21:30", "date_to": "2019-05-29T01", "order": order}
    found = []
    response = json_of(client.get(LIST, {**query, "page_size": 7}))
    found += response["results"]
    while response["next"]:
        response = json_of(client.get(response["next"]))
        found += response["results"]
    moments = [f"{one['date']}T{one['time'][:2]}" for one in found]
    whole = [f"2019-05-28T{hour:02}" for hour in range(24)]
    wanted = ["2019-05-27T22", "2019-05-27T23", *whole, "2019-05-29T00", "2019-05-29T01"]
    assert moments == (wanted if order == "oldest" else wanted[::-1])


def test_without_a_date_all_days_are_listed(client, repository):
    repository.insert(record(1559040900 + 86_400))
    repository.insert(record(1559040900))
    results = json_of(client.get(LIST, {"order": "newest"}))["results"]
    assert [one["date"] for one in results] == ["2019-05-29", "2019-05-28"]


def test_a_sparse_answer_has_the_fields_asked_for(client, repository):
    repository.insert(record())
    response = client.get(LIST, {"fields": "local_avg,time"})
    assert json_of(response)["results"] == [
        {"time": "10:55:09.385333", "local_avg": Decimal("4.39")}
    ]


def test_numbers_can_be_bounded(client, repository):
    for second, average in enumerate((1, 2, 3)):
        repository.insert(record(1559040900 + second, local_avg=Decimal(average)))
    response = client.get(LIST, {"local_avg_min": "1.5", "local_avg_max": "2.0"})
    assert times(response) == ["10:55:01"]


def test_a_filter_can_have_several_values(client, repository):
    store_seconds(repository, 4)
    query = {"location": ["location-0", "location-9"]}
    assert times(client.get(LIST, query)) == ["10:55:00", "10:55:02"]


def test_a_new_record_tells_its_address(client):
    response = send(client.post, LIST)
    assert response["Location"] == f"http://testserver{URL}"
    assert client.get(response["Location"]).status_code == 200


def test_a_conflict_tells_the_address_of_the_record_that_is_there(client):
    send(client.post, LIST)
    response = send(client.post, LIST, local_avg=5)
    assert json_of(response)["existing"] == f"http://testserver{URL}"


def test_an_edit_of_what_another_has_edited_is_refused(client, repository):
    etag = send(client.post, LIST)["ETag"]
    first = client.patch(URL, '{"source": "a"}', content_type=JSON, HTTP_IF_MATCH=etag)
    assert first.status_code == 200
    for method in (client.patch, client.put):
        second = method(URL, BODY, content_type=JSON, HTTP_IF_MATCH=etag)
        assert second.status_code == 412
    assert client.delete(URL, HTTP_IF_MATCH=etag).status_code == 412
    assert repository.get(*record().key) == record(source="a")
    assert client.delete(URL, HTTP_IF_MATCH=first["ETag"]).status_code == 204


@pytest.mark.parametrize("data", ["*", '"x", {etag}'])
def test_any_of_the_etags_given_may_match(client, data):
    etag = send(client.post, LIST)["ETag"]
    response = client.patch(
        URL, '{"source": "a"}', content_type=JSON, HTTP_IF_MATCH=data.format(etag=etag)
    )
    assert response.status_code == 200


@pytest.mark.parametrize("data", ["", "x", '"x', "*, *"])
def test_what_is_no_list_of_etags_is_refused(client, repository, data):
    send(client.post, LIST)
    assert faulty(client.delete(URL, HTTP_IF_MATCH=data)) == {"If-Match"}
    assert repository.get(*record().key) == record()


def test_a_body_is_checked_before_what_it_is_bound_to(client):
    send(client.post, LIST)
    response = client.patch(URL, '{"colour": "red"}', content_type=JSON, HTTP_IF_MATCH='"other"')
    assert response.status_code == 400


@pytest.mark.parametrize("time", ["1", "10:5", "10:55:", "10:55:09.", "10:55:09.3853331", "noon"])
def test_what_is_no_beginning_of_a_time_finds_nothing(client, repository, time):
    repository.insert(record())
    assert client.get(f"/api/messages/2019-05-28/{time}/").status_code == 404


def test_what_the_client_has_already_is_not_sent_again(client):
    etag = send(client.post, LIST)["ETag"]
    response = client.get(URL, HTTP_IF_NONE_MATCH=etag)
    assert (response.status_code, response.content) == (304, b"")
    assert client.get(URL, HTTP_IF_NONE_MATCH='"other"').status_code == 200


@pytest.mark.parametrize("time", ["1", "10", "10:55", "10:55:0"])
def test_what_is_changed_has_to_be_named_to_the_second(client, repository, time):
    repository.insert(record())
    url = f"/api/messages/2019-05-28/{time}/"
    assert faulty(client.delete(url)) == {"time"}
    assert faulty(client.patch(url, "{}", content_type=JSON)) == {"time"}
    assert repository.get(*record().key) == record()


def test_a_body_that_is_too_large_is_refused(client):
    response = client.post(LIST, " " * 3_000_000, content_type=JSON)
    assert response.status_code == 413


def test_a_delete_that_is_sent_again_spares_the_record_beside(client, repository):
    repository.insert(record())
    conflict_copy = record(local_avg=Decimal(5)).with_conflict_suffix(6)
    repository.insert(conflict_copy)
    assert client.delete(URL).status_code == 204
    assert client.delete(URL).status_code == 300
    assert repository.get(*conflict_copy.key) == conflict_copy
    assert client.delete(f"/api/messages/2019-05-28/{conflict_copy.time}/").status_code == 204
