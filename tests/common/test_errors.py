"""What is kept of AWS's errors, and which of them pass by themselves."""

import pickle

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from common.errors import ServiceError


def wrapped(code, status=400):
    response = {
        "Error": {"Code": code, "Message": "told so"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ServiceError.wrap("S3", "read an object", ClientError(response, "GetObject"))


@pytest.mark.parametrize("code", ["ThrottlingException", "SlowDown", "RequestLimitExceeded"])
def test_throttling_passes(code):
    assert not wrapped(code).permanent


@pytest.mark.parametrize("code", ["AccessDenied", "ResourceNotFoundException", "NoSuchBucket"])
def test_what_somebody_has_to_change_is_permanent(code):
    assert wrapped(code).permanent


def test_an_unknown_code_of_the_server_passes():
    assert not wrapped("SomethingNew", 500).permanent


def test_an_answer_that_never_came_passes():
    cause = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    error = ServiceError.wrap("S3", "read an object", cause)
    assert (error.code, error.permanent) == ("EndpointConnectionError", False)


def test_an_error_names_service_action_code_and_message():
    assert str(wrapped("AccessDenied")) == "S3 could not read an object: AccessDenied: told so"


def test_an_error_survives_pickling():
    error = pickle.loads(pickle.dumps(wrapped("AccessDenied")))  # noqa: S301
    assert (str(error), error.code, error.permanent) == (
        "S3 could not read an object: AccessDenied: told so",
        "AccessDenied",
        True,
    )
