"""Each page gives up on AWS soon, and is shown without what it has of it, or says so."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from tests.pages.contents import ADMIN, fill
from tests.pages.every_page import BROWSER, Page, every_page, parts_of_pages
from tests.support.away import black_hole, point_at

pytestmark = pytest.mark.django_db

# These ask all parts at the same time whether they answer.
PROBING = ("home", "part-home-state", "admin-index")


@pytest.fixture
def pages(aws: str) -> list[Page]:
    fill(120)
    return [*every_page(), *parts_of_pages()]


def test_no_page_waits_for_aws_twice(pages: list[Page], settings: LazySettings) -> None:
    client = Client(raise_request_exception=False, **BROWSER)
    client.force_login(User.objects.get(username=ADMIN))
    settings.AWS_PATIENCE, settings.AWS_WEB_READ_SECONDS = "web", 0.1
    found = {}
    with black_hole() as hole:
        point_at(settings, hole.url)
        for page in pages:
            if page.visitor == ADMIN and page.name not in PROBING:
                before = hole.requests
                status = client.get(page.address).status_code
                found[page.name] = (status, hole.requests - before)

    waited = {name: status for name, (status, requests) in found.items() if requests}
    assert {name: requests for name, (_, requests) in found.items() if requests > 1} == {}
    assert waited["messages"] == waited["dead-letters"] == 503
    assert waited["import"] == 200  # without its rejected rows
    assert set(waited.values()) <= {200, 503}
