"""The DynamoDB tables of records, one for each kind."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from common.aws.clients import dynamodb_client
from common.errors import ServiceError, wrapped
from common.provision.outcome import Provisioned, error_code
from common.provision.readiness import when_ready
from common.retry import Backoff
from messages_app.store.expiring.moments import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef

_KEY: "list[KeySchemaElementTypeDef]" = [
    {"AttributeName": "date", "KeyType": "HASH"},
    {"AttributeName": "time", "KeyType": "RANGE"},
]
# The table is there, and its backups are not yet; or the backups do not know of the table yet.
_TOO_EARLY = {
    "ContinuousBackupsUnavailableException",
    "ResourceInUseException",
    "TableNotFoundException",
}
_UNSUPPORTED = {"UnknownOperationException", "UnsupportedOperation", "InvalidAction"}


def provision_table(table: str, client: "DynamoDBClient | None" = None) -> Provisioned:
    """Without a ``client``, here and below, the usual one. Raises ServiceError."""
    with wrapped("DynamoDB", f"provision the table {table}"):
        return _table(table, client or dynamodb_client())


def provision_recovery(table: str, client: "DynamoDBClient", backoff: Backoff) -> Provisioned:
    """Point-in-time recovery, where there is such a thing; a new table has it after a while."""
    with wrapped("DynamoDB", f"switch on the recovery of table {table}"):
        return when_ready(
            lambda: _recovery(table, client),
            lambda error: error_code(error) in _TOO_EARLY,
            backoff,
        )


def provision_expiry(
    table: str, *, is_on: bool, client: "DynamoDBClient | None" = None
) -> Provisioned:
    """Let DynamoDB delete what has expired, or no more. Raises ServiceError."""
    with wrapped("DynamoDB", f"change the expiry of table {table}"):
        return _expiry(table, is_on, client or dynamodb_client())


def delete_table(table: str, client: "DynamoDBClient | None" = None) -> None:
    """Delete a table; nothing is done when there is none. Raises ServiceError."""
    client = client or dynamodb_client()
    with wrapped("DynamoDB", f"delete the table {table}"):
        try:
            client.delete_table(TableName=table)
        except client.exceptions.ResourceNotFoundException:
            return


def has_table(table: str, client: "DynamoDBClient | None" = None) -> bool:
    """Whether there is a table of that name. Raises ServiceError."""
    client = client or dynamodb_client()
    with wrapped("DynamoDB", f"look for the table {table}"):
        try:
            client.describe_table(TableName=table)
        except client.exceptions.ResourceNotFoundException:
            return False
    return True


def _table(table: str, client: "DynamoDBClient") -> Provisioned:
    try:
        current = client.describe_table(TableName=table)["Table"]
    except client.exceptions.ResourceNotFoundException:
        _create(table, client)
        result = Provisioned(f"table {table}", "created")
    else:
        if current["KeySchema"] != _KEY:
            raise ServiceError(
                f"The table {table} has another key than date and time."
                " Name another one in MESSAGES_TABLE.",
                "OtherKeySchema",
                permanent=True,
            )
        result = Provisioned(f"table {table}", "exists")
    waiter = client.get_waiter("table_exists")
    waiter.wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    return result


def _create(table: str, client: "DynamoDBClient") -> None:
    client.create_table(
        TableName=table,
        KeySchema=_KEY,
        AttributeDefinitions=[
            {"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in _KEY
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _recovery(table: str, client: "DynamoDBClient") -> Provisioned:
    thing = f"point-in-time recovery of table {table}"
    try:
        response = client.describe_continuous_backups(TableName=table)
        current = response["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if current.get("PointInTimeRecoveryStatus") == "ENABLED":
            return Provisioned(thing, "exists")
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    except ClientError as error:
        if error_code(error) in _UNSUPPORTED:
            return Provisioned(thing, "not supported here")
        raise
    return Provisioned(thing, "created")


def _expiry(table: str, is_on: bool, client: "DynamoDBClient") -> Provisioned:
    thing = f"expiry of table {table}"
    current = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if (current["TimeToLiveStatus"] in ("ENABLED", "ENABLING")) == is_on:
        return Provisioned(thing, "exists")
    client.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": is_on, "AttributeName": EXPIRES}
    )
    return Provisioned(thing, "created" if is_on else "corrected")
