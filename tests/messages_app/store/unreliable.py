"""Stand-ins for a client of DynamoDB: the real one, whose operations go wrong as told, and one that
answers as told."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

Operation = Callable[..., Any]
Fault = Callable[[Operation, dict[str, Any]], Any]


class Unreliable:
    """For each operation a list of faults, one for each call; then it works. Counts the calls."""

    def __init__(self, client: Any, **faults: list[Fault]) -> None:
        self._client = client
        self._faults = faults
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Operation:
        operation = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self.calls.append(name)
            waiting = self._faults.get(name)
            return waiting.pop(0)(operation, request) if waiting else operation(**request)

        return call


class Told:
    """Has nothing: for each operation a list of answers, one for each call. Keeps what it is asked,
    as (operation, arguments). Errors among the answers are raised."""

    def __init__(self, **answers: list[Any]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Operation:
        def call(**request: Any) -> Any:
            self.asked.append((name, request))
            answer = self._answers[name].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def error(code: str, status: int = 400) -> ClientError:
    """As AWS answers a request that it refuses."""
    response: Any = {
        "Error": {"Code": code, "Message": "told so"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


def refused(code: str, status: int = 400) -> Fault:
    """Nothing is done; AWS answers with an error."""

    def fault(operation: Operation, request: dict[str, Any]) -> Any:
        raise error(code, status)

    return fault


def answer_lost(operation: Operation, request: dict[str, Any]) -> Any:
    """The work is done and the answer never comes."""
    operation(**request)
    raise ReadTimeoutError(endpoint_url="http://dynamodb")


def statements_refused(code: str, *positions: int) -> Fault:
    """Some statements of a batch are refused, the others are done."""

    def fault(operation: Operation, request: dict[str, Any]) -> Any:
        statements = request["Statements"]
        done = [one for index, one in enumerate(statements) if index not in positions]
        responses = iter(operation(Statements=done)["Responses"] if done else [])
        refusal = {"Error": {"Code": code, "Message": "told so"}}
        return {
            "Responses": [
                refusal if index in positions else next(responses)
                for index in range(len(statements))
            ]
        }

    return fault


def keys_unprocessed(operation: Operation, request: dict[str, Any]) -> Any:
    """Only the first key of a batch is read."""
    ((table, wanted),) = request["RequestItems"].items()
    first, rest = wanted["Keys"][:1], wanted["Keys"][1:]
    response = operation(RequestItems={table: {**wanted, "Keys": first}})
    return {**response, "UnprocessedKeys": {table: {**wanted, "Keys": rest}} if rest else {}}


def keys_must_differ(operation: Operation, request: dict[str, Any]) -> Any:
    """DynamoDB refuses a batch that names a key twice; the embedded AWS takes it."""
    if "Statements" in request:
        keys = [one["Parameters"][:2] for one in request["Statements"]]
    else:
        keys = [key for table in request["RequestItems"].values() for key in table["Keys"]]
    if len({str(key) for key in keys}) < len(keys):
        return refused("ValidationException")(operation, request)
    return operation(**request)


def limits_hold(operation: Operation, request: dict[str, Any]) -> Any:
    """DynamoDB refuses a batch of more than 25 statements or 100 keys, and a sort key of more than
    1,024 bytes; the embedded AWS takes them. What is compared has to be read consistently.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    """
    if "Statements" in request:
        is_right = len(request["Statements"]) <= 25
        times = [one["Parameters"][1]["S"] for one in request["Statements"] if "Parameters" in one]
    else:
        (wanted,) = request["RequestItems"].values()
        is_right = len(wanted["Keys"]) <= 100 and wanted.get("ConsistentRead") is True
        times = [key["time"]["S"] for key in wanted["Keys"]]
    if not is_right or any(len(time.encode()) > 1024 for time in times):
        return refused("ValidationException")(operation, request)
    return operation(**request)
