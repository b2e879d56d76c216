"""Pages cost no more statements because there are many formats, and many kinds for some people."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingestion.formats.models import Format, FormatVersion
from messages_app.kinds import registry
from messages_app.models import Kind, KindVersion, Message
from messages_app.schema.definition import as_json, schema_from_json
from tests.ingestion.formats.making import FILE, make
from tests.ingestion.helpers import run
from tests.messages_app.kinds.climate import CLIMATE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]
MANY = 1000


def test_1000_formats_and_kinds_cost_no_more_statements() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    make()
    import_ = run(FILE)
    pages = ["/formats/", f"/imports/{import_.pk}/", "/upload/", "/kinds/", "/saved-views/"]

    def statements() -> dict[str, int]:
        counts = {}
        for page in pages:
            with CaptureQueriesContext(connection) as taken:
                assert client.get(page).status_code == 200, page
            counts[page] = len(taken)
        return counts

    statements()  # what a process asks for once
    few = statements()
    _make_many()
    assert statements() == few


def _make_many() -> None:
    formats = Format.objects.bulk_create(
        Format(name=f"f{n}", kind="messages", key_pattern=f"{n}/*.csv") for n in range(MANY)
    )
    FormatVersion.objects.bulk_create(
        FormatVersion(format=one, number=1, options={"columns": {}}) for one in formats
    )
    kinds = Kind.objects.bulk_create(
        Kind(name=f"kind-{n}", label="x", fingerprint="x") for n in range(MANY)
    )
    text = registry.as_text(as_json(schema_from_json(CLIMATE)))
    KindVersion.objects.bulk_create(
        KindVersion(kind=one, number=1, definition=text) for one in kinds
    )
    type_ = ContentType.objects.get_for_model(Message)
    group = Group.objects.create(name="lab")
    group.permissions.set(
        Permission.objects.bulk_create(
            Permission(content_type=type_, codename=f"view_records_of_kind-{n}", name="x")
            for n in range(MANY)
        )
    )
