"""Extra columns on the pages of a record and of its import, and in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.ingestion.formats.test_extra_columns import EXTRA_HEADER, extra_row, make_keeping
from tests.ingestion.helpers import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


def test_pages_show_them() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    make_keeping()
    import_ = run(EXTRA_HEADER + extra_row("<b>2.4.1</b>"))

    page = client.get("/messages/2019-05-28/10:55:09/").content.decode()
    assert "Firmware" in page
    assert "&lt;b&gt;2.4.1&lt;/b&gt;" in page
    response = client.get(reverse("import", args=[import_.pk])).content.decode()
    assert "kept as text with each record" in response
    admin = client.get("/admin/messages_app/message/2019-05-28 10:55:09/change/", follow=True)
    assert "Firmware: &lt;b&gt;2.4.1&lt;/b&gt;" in admin.content.decode()
