"""The requests of which there are very many, without botocore's walk over the shape of each value:
the JSON of a request is what its arguments say, and that of an answer is given as it is.

Credentials, addresses, signatures, connections and exceptions are botocore's, and its listeners
are told of each request. Whoever calls has made sure of the arguments: nothing checks them here but
the service itself.
"""

import time
import zlib
from base64 import b64decode
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    NoCredentialsError,
    ResponseStreamingError,
)
from botocore.parsers import create_parser

# Gives the seconds until a request is sent again, from its error and how often it was sent; None
# when it is not.
Pause = Callable[[Exception, int], float | None]


class QuickClient:
    """A boto3 client of a service that speaks JSON; what a subclass defines costs little.
    ``plain`` is the client beneath."""

    def __init__(self, client: Any, credentials: Any, pause: Pause) -> None:
        self.plain = client
        self._credentials = credentials
        self._pause = pause
        self._model = client.meta.service_model
        self._parser = create_parser(self._model.metadata["protocol"])
        config = client.meta.config
        name = config.user_agent_appid
        self._agent = f"{config.user_agent} app/{name}" if name else config.user_agent
        # Its pool of connections, which knows timeouts, proxies and whom to trust.
        self._http = client._endpoint.http_session  # noqa: SLF001

    def __getattr__(self, name: str) -> Any:
        """All else is the client's."""
        return getattr(self.plain, name)

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        """The answer's JSON. Raises ClientError and BotoCoreError, as the client does."""
        if self._credentials is None:
            raise NoCredentialsError
        model = self._model.operation_model(operation)
        event: dict[str, Any] = {"model": model, "context": {}}
        params = self._tell("provide-client-params", operation, params=params, **event) or params
        headers = {
            "Content-Type": f"application/x-amz-json-{self._model.metadata['jsonVersion']}",
            "User-Agent": self._agent,
            "X-Amz-Target": f"{self._model.metadata['targetPrefix']}.{operation}",
        }
        request = {"headers": headers, "body": orjson.dumps(params)}
        self._tell("before-call", operation, params=request, **event)
        sent = self._sent(model, request)
        if sent.http is not None:
            self._tell(
                "after-call", operation, http_response=sent.http, parsed=sent.answer, **event
            )
        else:
            self._tell("after-call-error", operation, exception=sent.error, **event)
        if isinstance(sent.error, ClientError):
            raise self._of_its_class(sent.error, event["context"])
        if sent.error is not None:
            raise sent.error
        return sent.answer

    def _of_its_class(self, error: ClientError, context: dict[str, Any]) -> ClientError:
        """As the client chooses it: for SQS by a code that a listener to the answer found."""
        code = context.get("error_code_override") or error.response["Error"]["Code"]
        error_class: type[ClientError] = self.plain.exceptions.from_code(code)
        return error_class(error.response, error.operation_name)

    def _tell(self, event: str, operation: str, **about: Any) -> Any:
        """What the last listener says that has something to say."""
        answers = self.plain.meta.events.emit(
            f"{event}.{self._model.service_name}.{operation}", **about
        )
        return next((response for _, response in reversed(answers) if response is not None), None)

    def _sent(self, model: Any, request: dict[str, Any]) -> "_Sent":
        """A request that is sent as often as its errors allow."""
        count = 1
        while True:
            sent = self._sent_once(model, request)
            seconds = self._pause(sent.error, count) if sent.error else None
            if seconds is None:
                return sent
            time.sleep(seconds)
            count += 1

    def _sent_once(self, model: Any, request: dict[str, Any]) -> "_Sent":
        http = None
        try:
            http = self._http.send(self._signed(request))
            parsed = self._answer(http, model)
        except BotoCoreError as error:
            return _Sent(http, {}, error)
        if "Error" not in parsed:
            return _Sent(http, parsed)
        return _Sent(http, parsed, ClientError(parsed, model.name))  # type: ignore[arg-type]

    def _signed(self, request: dict[str, Any]) -> Any:
        url, body = self.plain.meta.endpoint_url, request["body"]
        http = AWSRequest("POST", url, headers=request["headers"], data=body)
        SigV4Auth(
            self._credentials.get_frozen_credentials(),
            self._model.signing_name,
            self.plain.meta.region_name,
        ).add_auth(http)
        return http.prepare()

    def _answer(self, http: Any, model: Any) -> dict[str, Any]:
        """Of an error, what botocore makes of it: its code and message under ``Error``."""
        status, body, headers = http.status_code, http.content, http.headers
        if status >= 300:
            response = {"status_code": status, "headers": headers, "body": body}
            error: dict[str, Any] = self._parser.parse(response, model.output_shape)
            return error
        checksum = zlib.crc32(body)
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
        expected = headers.get("x-amz-crc32", checksum)
        if int(expected) != checksum:
            raise ChecksumError(
                checksum_type="crc32",
                expected_checksum=str(expected),
                actual_checksum=str(checksum),
            )
        try:
            parsed: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ResponseStreamingError(error=error) from error
        parsed["ResponseMetadata"] = {"HTTPStatusCode": status}
        return parsed


class _Sent(NamedTuple):
    """What came of a request; ``http`` is None where nothing was answered."""

    http: Any
    answer: dict[str, Any]
    error: BotoCoreError | ClientError | None = None


class QuickDynamoDB(QuickClient):
    """A boto3 client for DynamoDB."""

    def batch_execute_statement(self, **params: Any) -> Any:
        return self._call("BatchExecuteStatement", params)

    def batch_get_item(self, **params: Any) -> Any:
        return self._call("BatchGetItem", params)

    def get_item(self, **params: Any) -> Any:
        return self._call("GetItem", params)

    def put_item(self, **params: Any) -> Any:
        return self._call("PutItem", params)

    def query(self, **params: Any) -> Any:
        return self._call("Query", params)


class QuickSQS(QuickClient):
    """A boto3 client for SQS."""

    def receive_message(self, **params: Any) -> Any:
        response = self._call("ReceiveMessage", params)
        for message in response.get("Messages", ()):
            for value in message.get("MessageAttributes", {}).values():
                if "BinaryValue" in value:
                    value["BinaryValue"] = b64decode(value["BinaryValue"])
        return response

    def delete_message_batch(self, **params: Any) -> Any:
        return self._call("DeleteMessageBatch", params)
