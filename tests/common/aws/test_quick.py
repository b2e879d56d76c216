"""The requests that go past botocore's slow parts answer and fail as those of its own client do."""

import zlib
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from django.conf import LazySettings
from django.conf import settings as configured

from common.aws.clients import dynamodb_client, sqs_client
from common.aws.quick import QuickDynamoDB, QuickSQS
from tests.support.away import black_hole, point_at, refusing
from tests.support.ports import free_port

KEY = {"date": {"S": "2019-05-28"}, "time": {"S": "10:55:09.385333"}}
ITEM = {**KEY, "location": {"S": "Zürich “”"}, "origin": {"M": {"line": {"N": "2"}}}}
INSERT = "INSERT INTO \"sluice-messages\" VALUE {'date': ?, 'time': ?}"
READ: dict[str, Any] = {
    "KeyConditionExpression": "#d = :d",
    "ExpressionAttributeNames": {"#d": "date"},
    "ExpressionAttributeValues": {":d": {"S": "2019-05-28"}},
}


def both() -> tuple[Any, Any]:
    """Ours, and boto3's own beneath it."""
    quick: Any = dynamodb_client("once")
    assert isinstance(quick, QuickDynamoDB)
    return quick, quick.plain


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def failure(request: Any, **params: Any) -> tuple[type[Exception], str, str]:
    with pytest.raises(ClientError) as caught:
        request(**params)
    error = caught.value.response["Error"]
    return type(caught.value), error["Code"], error["Message"]


@pytest.mark.both_engines
def test_answers_are_those_of_boto3(aws: str) -> None:
    quick, plain = both()
    table = configured.MESSAGES_TABLE
    quick.put_item(TableName=table, Item=ITEM)
    requests: list[tuple[str, dict[str, Any]]] = [
        ("get_item", {"TableName": table, "Key": KEY}),
        ("get_item", {"TableName": table, "Key": {**KEY, "time": {"S": "1"}}}),
        ("query", {"TableName": table, **READ}),
        ("query", {"TableName": table, **READ, "Limit": 1}),
        ("batch_get_item", {"RequestItems": {table: {"Keys": [KEY]}}}),
        ("put_item", {"TableName": table, "Item": ITEM, "ReturnValues": "ALL_OLD"}),
    ]
    for name, params in requests:
        ours, theirs = getattr(quick, name)(**params), getattr(plain, name)(**params)
        assert without_metadata(ours) == without_metadata(theirs), name
    taken = [{"Statement": INSERT, "Parameters": list(KEY.values())}]
    ours = quick.batch_execute_statement(Statements=taken)
    assert ours["Responses"][0]["Error"]["Code"] == "DuplicateItem"
    theirs = plain.batch_execute_statement(Statements=taken)
    assert without_metadata(ours) == without_metadata(theirs)


def test_errors_are_those_of_boto3(aws: str) -> None:
    table = configured.MESSAGES_TABLE
    condition = {"ConditionExpression": "attribute_exists(#d)"}
    names = {"ExpressionAttributeNames": {"#d": "date"}}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("get_item", {"TableName": "not-there", "Key": KEY}),
        ("get_item", {"TableName": table, "Key": {"date": {"S": "2019-05-28"}}}),
        ("put_item", {"TableName": table, "Item": ITEM, **condition, **names}),
    ]
    quick, plain = both()
    for name, params in requests:
        assert failure(getattr(quick, name), **params) == failure(getattr(plain, name), **params)


def test_messages_are_received_and_deleted_as_by_boto3(aws: str) -> None:
    quick: Any = sqs_client()
    assert isinstance(quick, QuickSQS)
    url = quick.create_queue(QueueName="quick")["QueueUrl"]
    attributes = {
        "Method": {"DataType": "String", "StringValue": "POST"},
        "Raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    quick.send_message(QueueUrl=url, MessageBody="Zürich", MessageAttributes=attributes)
    wanted = {"QueueUrl": url, "MessageAttributeNames": ["All"], "VisibilityTimeout": 0}
    [ours] = quick.receive_message(**wanted)["Messages"]
    [theirs] = quick.plain.receive_message(**wanted)["Messages"]
    assert {**ours, "ReceiptHandle": ""} == {**theirs, "ReceiptHandle": ""}
    assert ours["MessageAttributes"] == attributes
    entries = [{"Id": str(n), "ReceiptHandle": n * theirs["ReceiptHandle"]} for n in range(2)]
    answer = quick.delete_message_batch(QueueUrl=url, Entries=entries[1:])
    assert answer["Successful"] == [{"Id": "1"}]
    assert "Messages" not in quick.receive_message(**wanted)


def test_the_errors_of_queues_are_those_of_boto3(aws: str) -> None:
    quick: Any = sqs_client()
    params = {"QueueUrl": f"{aws}/000000000000/not-there"}
    theirs = failure(quick.plain.receive_message, **params)
    assert failure(quick.receive_message, **params) == theirs


def test_what_has_no_quick_way_is_boto3s(aws: str) -> None:
    assert configured.MESSAGES_TABLE in dynamodb_client().list_tables()["TableNames"]


@pytest.mark.parametrize("patience", ["worker", "web"])
@pytest.mark.parametrize(("status", "attempts"), [(503, configured.AWS_ATTEMPTS), (403, 1)])
def test_a_fault_that_passes_is_asked_again(
    settings: LazySettings, patience: str, status: int, attempts: int
) -> None:
    settings.AWS_PATIENCE = patience
    with refusing(status) as aws:
        point_at(settings, aws.url)
        with pytest.raises(ClientError) as caught:
            dynamodb_client().get_item(TableName="table", Key=KEY)
    assert aws.requests == attempts
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_the_client_of_a_loop_asks_once(settings: LazySettings) -> None:
    with refusing(503) as aws:
        point_at(settings, aws.url)
        with pytest.raises(ClientError):
            dynamodb_client("once").get_item(TableName="table", Key=KEY)
    assert aws.requests == 1


def test_the_web_does_not_wait_twice_for_dynamodb(settings: LazySettings) -> None:
    settings.AWS_PATIENCE, settings.AWS_WEB_READ_SECONDS = "web", 0.2
    with black_hole() as aws:
        point_at(settings, aws.url)
        with pytest.raises(BotoCoreError) as caught:
            dynamodb_client().get_item(TableName="table", Key=KEY)
    assert (aws.requests, type(caught.value).__name__) == (1, "ReadTimeoutError")


def test_a_closed_port_is_named_as_boto3_names_it(settings: LazySettings) -> None:
    point_at(settings, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(BotoCoreError) as caught:
        dynamodb_client("once").get_item(TableName="table", Key=KEY)
    assert type(caught.value).__name__ == "EndpointConnectionError"


@pytest.mark.parametrize(
    ("body", "checksum"), [(b'{"Item": {}}', "1"), (b'{"Item": ', str(zlib.crc32(b'{"Item": ')))]
)
def test_an_answer_that_was_spoiled_is_asked_for_again(
    settings: LazySettings, body: bytes, checksum: str
) -> None:
    with refusing(200, body, {"x-amz-crc32": checksum}) as aws:
        point_at(settings, aws.url)
        with pytest.raises(BotoCoreError):
            dynamodb_client().get_item(TableName="table", Key=KEY)
    assert aws.requests == configured.AWS_ATTEMPTS


def test_without_credentials_nothing_is_sent(settings: LazySettings) -> None:
    with refusing() as aws:
        point_at(settings, aws.url)
        client = QuickDynamoDB(both()[1], None, lambda *_: None)
        with pytest.raises(NoCredentialsError):
            client.get_item(TableName="table", Key=KEY)
    assert aws.requests == 0
