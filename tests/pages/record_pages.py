"""Records for the tests of pages, and what reading them asks of DynamoDB."""

from decimal import Decimal
from typing import Any

from common.aws.clients import dynamodb_client
from messages_app.kinds.record_kind import BUILTIN
from messages_app.schema.builtin import MESSAGE
from messages_app.schema.record import Origin, Record, build_record
from messages_app.schema.schema import Values

DATE = "2019-05-28"
MIDNIGHT = 1_559_001_600  # of that date
DAY = 86_400


def made(second: Decimal | int, origin: Origin | None = None, **values: Any) -> Record:
    """A message, so many seconds behind midnight."""
    data: Values = {
        "timestamp": Decimal(MIDNIGHT + second),
        "location": "Lisbon",
        "source": "10.0.0.1",
        "local_dest": "gw",
        "local_avg": Decimal("4.39"),
        "remote_dest": "dns",
        "remote_avg": Decimal("120.07250000000000000000000000000000001"),
    }
    return build_record(MESSAGE, {**data, **values}, origin)


def stored(second: Decimal | int, origin: Origin | None = None, **values: Any) -> Record:
    """The same, in the table."""
    built = made(second, origin, **values)
    BUILTIN.repository.insert(built)
    return built


class AskedOfDynamoDB:
    """Notes the requests that are sent while it is open."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.most_at_once = 0
        self.records = 0

    def __enter__(self) -> "AskedOfDynamoDB":
        events = dynamodb_client().meta.events
        events.register("provide-client-params.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._answered)
        return self

    def __exit__(self, *_: object) -> None:
        events = dynamodb_client().meta.events
        events.unregister("provide-client-params.dynamodb", self._sent)
        events.unregister("after-call.dynamodb", self._answered)

    def _sent(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.operations.append(model.name)
        self.most_at_once = max(self.most_at_once, params.get("Limit", 0))

    def _answered(self, parsed: dict[str, Any], **_: Any) -> None:
        self.records += parsed.get("ScannedCount", 0)
