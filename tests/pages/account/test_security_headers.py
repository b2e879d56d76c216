"""What browsers are told to forbid."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from common.aws import clients, s3
from project.http.content_security import object_store_origins
from tests.pages.conftest import MakeImport
from tests.support.addresses import all_addresses

# Nothing from outside, and no script that a page has inline.
POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'", "'unsafe-eval'"},
    "style-src": {"'self'", "'unsafe-inline'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy_of(response: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in parts}


def test_every_answer_has_the_headers(
    admin_client: Client, aws: str, make_import: MakeImport, settings: LazySettings
) -> None:
    import_ = make_import(state="done")
    allowed = {**POLICY, "connect-src": {"'self'", settings.AWS_ENDPOINT_URL}}

    responses = {one: admin_client.get(one) for one in all_addresses(pk=str(import_.pk))}
    responses["static"] = admin_client.head("/static/sluice/icon.svg")
    for address, response in responses.items():
        assert policy_of(response) == allowed, address
        assert {name: response[name] for name in HEADERS} == HEADERS, address
        assert "camera=()" in response["Permissions-Policy"], address


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"path": "/nothing-here/"}, 404),
        ({"path": "/", "headers": {"Host": "evil.example"}}, 400),
        ({"path": "/login/", "CONTENT_LENGTH": "3000000"}, 413),
    ],
    ids=["not found", "foreign host", "too large"],
)
def test_errors_have_the_headers_too(
    request_: dict[str, Any], status: int, client: Client, db: None
) -> None:
    response = client.get(**request_)

    assert response.status_code == status
    assert policy_of(response).items() >= POLICY.items()
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def clients_of_aws_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """boto3 reads the variable when a client is made; none of these is left to other tests."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    clients._made.cache_clear()
    yield
    clients._made.cache_clear()


@pytest.mark.usefixtures("clients_of_aws_itself")
@pytest.mark.parametrize(
    ("endpoint", "region"), [(None, "us-east-1"), (None, "eu-central-1"), ("http://h:1", "x-1")]
)
def test_a_page_may_post_files_where_boto3_says(
    endpoint: str | None, region: str, settings: LazySettings
) -> None:
    settings.AWS_ENDPOINT_URL, settings.AWS_REGION = endpoint, region
    url = s3.presigned_post("sluice-data", "key", 100, 60).url

    allowed = object_store_origins(endpoint, "sluice-data", region)
    assert url.startswith(tuple(f"{origin}/" for origin in allowed))
    assert not any("*" in origin for origin in allowed)
