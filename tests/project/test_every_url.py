"""Every URL of the project, as nobody, viewer, operator and administrator.

All three roles are staff here, so that the admin is opened by permissions alone.
"""

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from knox.models import AuthToken

from audit.models import AuditEntry
from ingestion.aws.provision import provision
from ingestion.models import Import
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import Message, SavedView
from project.access.roles import ROLES, make_roles
from silence.models import Device
from tests.ingestion.formats.making import make
from tests.messages_app.records import record
from tests.support.processes import post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provisioned")]

WHO = ("nobody", *ROLES)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Who is let in ("+") and who is refused ("-"): nobody, viewer, operator, administrator.
ALL, KNOWN, EDITORS, ADMINISTRATORS, NONE = "++++", "-+++", "--++", "---+", "----"

IMPORT = "(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
FORMAT = "(?P<number>[0-9]{1,18})"
LINE = "(?P<line>[0-9]{1,15})"
PAGES: dict[str, dict[str, str]] = {
    "": {"GET": KNOWN},
    "overview/imports/": {"GET": KNOWN},
    "overview/state/": {"GET": KNOWN},
    "overview/arrivals/": {"GET": KNOWN},
    "overview/settle/": {"POST": EDITORS},
    "upload/": {"GET": EDITORS, "POST": EDITORS},
    "upload/preview/": {"POST": EDITORS},
    "upload/<uuid:pk>/confirm/": {"POST": EDITORS},
    "upload/<uuid:pk>/": {"GET": KNOWN},
    "imports/": {"GET": KNOWN},
    "imports/rows/": {"GET": KNOWN},
    "imports/replay/": {"GET": EDITORS, "POST": EDITORS},
    "imports/<uuid:pk>/": {"GET": KNOWN},
    "imports/<uuid:pk>/progress/": {"GET": KNOWN},
    "imports/<uuid:pk>/rejects.csv": {"GET": KNOWN},
    "rejects/": {"GET": KNOWN},
    "rejects/fault/": {"GET": KNOWN, "POST": EDITORS},
    "imports/<uuid:pk>/rejects/": {"GET": KNOWN},
    "imports/<uuid:pk>/rejects/<int:line>/": {"POST": EDITORS},
    "imports/<uuid:pk>/rejects/many/": {"POST": EDITORS},
    "imports/<uuid:pk>/rejects/load/": {"POST": EDITORS},
    "imports/<uuid:pk>/cancel/": {"POST": EDITORS},
    "imports/<uuid:pk>/run/": {"POST": EDITORS},
    "imports/<uuid:pk>/verify/": {"POST": EDITORS},
    "imports/<uuid:pk>/run-again/": {"POST": EDITORS},
    "imports/<uuid:pk>/take-back/": {"GET": EDITORS, "POST": EDITORS},
    "imports/<uuid:pk>/left/": {"GET": KNOWN},
    "imports/<uuid:pk>/delete/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "records/<str:kind>/delete/": {"GET": EDITORS, "POST": EDITORS},
    "deletions/": {"GET": KNOWN},
    "deletions/chosen/<str:kind>/": {"POST": EDITORS},
    "deletions/<uuid:pk>/": {"GET": KNOWN},
    "deletions/<uuid:pk>/run/": {"POST": EDITORS},
    "deletions/<uuid:pk>/cancel/": {"POST": EDITORS},
    "deletions/<uuid:pk>/restore/": {"POST": EDITORS},
    "inbox/": {"GET": KNOWN},
    "devices/": {"GET": KNOWN},
    "devices/<int:pk>/": {"GET": EDITORS, "POST": EDITORS},
    "imports/<uuid:pk>/format/": {"GET": EDITORS, "POST": EDITORS},
    "imports/<uuid:pk>/kind/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "formats/": {"GET": KNOWN},
    "formats/new/": {"GET": EDITORS, "POST": EDITORS},
    "formats/<int:pk>/": {"GET": KNOWN, "POST": KNOWN},
    "formats/<int:pk>/edit/": {"GET": EDITORS, "POST": EDITORS},
    "formats/<int:pk>/delete/": {"POST": EDITORS},
    "formats/<int:pk>/format.json": {"GET": KNOWN},
    "dead-letters/": {"GET": EDITORS},
    "dead-letters/redrive/": {"POST": EDITORS},
    "dead-letters/discard/": {"POST": ADMINISTRATORS},
    "dead-letters/<str:letter>/": {"GET": EDITORS},
    "dead-letters/<str:letter>/resend/": {"POST": EDITORS},
    "messages/": {"GET": KNOWN},
    "messages/chart.json": {"GET": KNOWN},
    "messages/ranking/": {"GET": KNOWN},
    "messages/values/": {"GET": KNOWN},
    "messages/values/near/": {"GET": KNOWN},
    "messages/export/": {"GET": KNOWN},
    "messages/new/": {"GET": EDITORS, "POST": EDITORS},
    "messages/<str:date>/<str:time>/": {"GET": KNOWN},
    "messages/<str:date>/<str:time>/edit/": {"GET": EDITORS, "POST": EDITORS},
    "messages/<str:date>/<str:time>/delete/": {"GET": EDITORS, "POST": EDITORS},
    "records/<str:kind>/": {"GET": KNOWN},
    "records/<str:kind>/chart.json": {"GET": KNOWN},
    "records/<str:kind>/ranking/": {"GET": KNOWN},
    "records/<str:kind>/values/": {"GET": KNOWN},
    "records/<str:kind>/values/near/": {"GET": KNOWN},
    "records/<str:kind>/export/": {"GET": KNOWN},
    "records/<str:kind>/new/": {"GET": EDITORS, "POST": EDITORS},
    "records/<str:kind>/<str:date>/<str:time>/": {"GET": KNOWN},
    "records/<str:kind>/<str:date>/<str:time>/edit/": {"GET": EDITORS, "POST": EDITORS},
    "records/<str:kind>/<str:date>/<str:time>/delete/": {"GET": EDITORS, "POST": EDITORS},
    "kinds/": {"GET": KNOWN},
    "kinds/new/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "kinds/import/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "kinds/<str:name>/": {"GET": KNOWN},
    "kinds/<str:name>/edit/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "kinds/<str:name>/export/": {"GET": KNOWN},
    "kinds/<str:name>/delete/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "kinds/<str:name>/retention/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "kinds/<str:name>/devices/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "sql/": {"GET": EDITORS, "POST": EDITORS},
    "sql/<int:pk>/": {"POST": EDITORS},
    "saved-views/": {"GET": KNOWN, "POST": KNOWN},
    "saved-views/<int:pk>/": {"POST": KNOWN},
    "notices/": {"GET": KNOWN, "POST": KNOWN},
    "notices/test/": {"POST": KNOWN},
    "notices/<int:pk>/delete/": {"POST": KNOWN},
    "notices/log/": {"GET": ADMINISTRATORS},
    "notices/log/<uuid:pk>/": {"GET": ADMINISTRATORS},
    "notices/log/<uuid:pk>/send/": {"POST": ADMINISTRATORS},
    "notices/mails/": {"GET": ADMINISTRATORS},
    "notices/webhooks/": {"GET": ADMINISTRATORS},
    "notices/webhooks/new/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "notices/webhooks/<int:pk>/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "notices/webhooks/<int:pk>/test/": {"POST": ADMINISTRATORS},
    "notices/webhooks/<int:pk>/secret/": {"POST": ADMINISTRATORS},
    "notices/webhooks/<int:pk>/delete/": {"POST": ADMINISTRATORS},
    "login/": {"GET": ALL, "POST": ALL},
    "logout/": {"POST": NONE},  # it ends at the login page
    "password/": {"GET": KNOWN, "POST": KNOWN},
    "tokens/": {"GET": KNOWN, "POST": KNOWN},
    "tokens/revoke/": {"POST": KNOWN},
    "healthz": {"GET": ALL},
    "readyz": {"GET": ALL},
    "metrics": {"GET": KNOWN},
    "favicon.ico": {"GET": ALL},
}
API: dict[str, dict[str, str]] = {
    "api/": {"GET": KNOWN},
    "api/schema/": {"GET": KNOWN},
    "api/docs/": {"GET": KNOWN},
    "api/messages/": {"GET": KNOWN, "POST": EDITORS},
    "api/messages/batch/": {"POST": EDITORS},
    "api/messages/export/": {"GET": KNOWN},
    "api/messages/<str:date>/<str:time>/": {
        "GET": KNOWN,
        "PUT": EDITORS,
        "PATCH": EDITORS,
        "DELETE": EDITORS,
    },
    "api/kinds/": {"GET": KNOWN, "POST": ADMINISTRATORS},
    "api/kinds/<str:name>/": {
        "GET": KNOWN,
        "PATCH": ADMINISTRATORS,
        "DELETE": ADMINISTRATORS,
    },
    "api/kinds/<str:name>/schema/": {"GET": KNOWN},
    "api/records/<str:kind>/": {"GET": KNOWN, "POST": EDITORS},
    "api/records/<str:kind>/batch/": {"POST": EDITORS},
    "api/records/<str:kind>/export/": {"GET": KNOWN},
    "api/sql/": {"POST": EDITORS},
    "api/records/<str:kind>/summary/": {"GET": KNOWN},
    "api/records/<str:kind>/<str:date>/<str:time>/": {
        "GET": KNOWN,
        "PUT": EDITORS,
        "PATCH": EDITORS,
        "DELETE": EDITORS,
    },
    "api/^imports/$": {"GET": KNOWN, "POST": EDITORS},
    "api/^imports/presigned/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/$": {"GET": KNOWN, "DELETE": ADMINISTRATORS},
    f"api/^imports/{IMPORT}/cancel/$": {"POST": EDITORS},
    "api/^deletions/$": {"GET": KNOWN},
    f"api/^deletions/{IMPORT}/$": {"GET": KNOWN},
    f"api/^deletions/{IMPORT}/run/$": {"POST": EDITORS},
    f"api/^deletions/{IMPORT}/cancel/$": {"POST": EDITORS},
    f"api/^deletions/{IMPORT}/restore/$": {"POST": EDITORS},
    "api/records/<str:kind>/delete/": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/undo/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/left/$": {"GET": KNOWN},
    f"api/^imports/{IMPORT}/format/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/rejects/$": {"GET": KNOWN},
    f"api/^imports/{IMPORT}/run/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/verify/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/rejects/{LINE}/$": {
        "PATCH": EDITORS,
        "DELETE": EDITORS,
    },
    f"api/^imports/{IMPORT}/rejects/replace/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/rejects/cures/$": {"GET": EDITORS},
    f"api/^imports/{IMPORT}/rejects/cure/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/rejects/ignore/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/rejects/load/$": {"POST": EDITORS},
    f"api/^imports/{IMPORT}/run-again/$": {"POST": EDITORS},
    "api/^devices/$": {"GET": KNOWN},
    f"api/^devices/{FORMAT}/$": {"GET": KNOWN, "PATCH": EDITORS},
    "api/^formats/$": {"GET": KNOWN, "POST": EDITORS},
    "api/^formats/suggest/$": {"POST": EDITORS},
    "api/^formats/try/$": {"POST": EDITORS},
    f"api/^formats/{FORMAT}/$": {"GET": KNOWN, "PATCH": EDITORS, "DELETE": EDITORS},
    f"api/^formats/{FORMAT}/versions/$": {"GET": KNOWN},
    "api/^notices/$": {"GET": ADMINISTRATORS},
    f"api/^notices/{IMPORT}/$": {"GET": ADMINISTRATORS},
    f"api/^notices/{IMPORT}/send/$": {"POST": ADMINISTRATORS},
    "api/^mail-rules/$": {"GET": KNOWN, "POST": KNOWN},
    f"api/^mail-rules/{FORMAT}/$": {"GET": KNOWN, "PATCH": KNOWN, "DELETE": KNOWN},
    "api/^webhooks/$": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    f"api/^webhooks/{FORMAT}/$": {
        "GET": ADMINISTRATORS,
        "PATCH": ADMINISTRATORS,
        "DELETE": ADMINISTRATORS,
    },
    f"api/^webhooks/{FORMAT}/secret/$": {"POST": ADMINISTRATORS},
    **{f"message{slash}": {"GET": KNOWN, "POST": EDITORS} for slash in ("", "/")},
    **{
        f"message/<str:date>{slash}": {"GET": KNOWN, "PUT": EDITORS, "DELETE": EDITORS}
        for slash in ("", "/")
    },
}


def both(rights: str) -> dict[str, str]:
    """The admin takes a POST for reading where there is nothing to write."""
    return {"GET": rights, "POST": rights}


ADMIN: dict[str, dict[str, str]] = {
    "admin/": both(KNOWN),
    "admin/search/": both(KNOWN),
    "admin/login/": {"GET": NONE},  # there is one login page
    "admin/logout/": {"POST": NONE},  # it ends at the login page
    "admin/password_change/": {"GET": KNOWN, "POST": KNOWN},
    "admin/password_change/done/": {"GET": KNOWN},
    "admin/autocomplete/": {"GET": NONE},
    "admin/jsi18n/": {"GET": KNOWN},
    "admin/r/<path:content_type_id>/<path:object_id>/": both(KNOWN),
    "admin/auth/user/<id>/password/": {"GET": ADMINISTRATORS, "POST": ADMINISTRATORS},
    "admin/^(?P<app_label>auth|axes|ingestion|knox|messages_app)/$": both(KNOWN),
    "admin/(?P<url>.*)$": both(KNOWN),
}
# Of each model in the admin: who may look, add, change, delete.
MODELS = {
    "messages_app/message": (KNOWN, EDITORS, EDITORS, EDITORS),
    "messages_app/auditentry": (ADMINISTRATORS, NONE, NONE, NONE),
    "ingestion/import": (KNOWN, NONE, NONE, ADMINISTRATORS),
    "knox/authtoken": (ADMINISTRATORS, ADMINISTRATORS, NONE, ADMINISTRATORS),
    "auth/user": (ADMINISTRATORS,) * 4,
    "auth/group": (ADMINISTRATORS,) * 4,
    "axes/accessattempt": (ADMINISTRATORS, NONE, NONE, ADMINISTRATORS),
    "axes/accesslog": (ADMINISTRATORS, NONE, NONE, NONE),
}


def of_model(name: str, look: str, add: str, change: str, delete: str) -> dict[str, dict[str, str]]:
    one = f"admin/{name}/<path:object_id>"
    return {
        f"admin/{name}/": both(look),
        f"admin/{name}/export/": both(look),
        f"admin/{name}/add/": both(add),
        f"{one}/change/": {"GET": look, "POST": change},
        f"{one}/delete/": both(delete),
        f"{one}/history/": both(look),
        f"{one}/": both(KNOWN),  # leads to the change page
    }


ROUTES = {**PAGES, **API, **ADMIN}
for model, rights in MODELS.items():
    ROUTES |= of_model(model, *rights)


# The apps of the admin stand in the order in which their modules were imported.
_APP_LABELS = re.compile(r"(?<=<app_label>)[\w|]+")


def _in_order(labels: re.Match[str]) -> str:
    return "|".join(sorted(labels[0].split("|")))


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + _APP_LABELS.sub(_in_order, str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_url_has_an_entry_in_the_table():
    assert set(routes(get_resolver().url_patterns)) == set(ROUTES)


@pytest.fixture(scope="module")
def provisioned(embedded_aws: str) -> None:
    """Like ``aws``, but once: nothing here depends on what the test before left there."""
    post(f"{embedded_aws}/_ministack/reset")
    for _ in provision():
        pass


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Client]]:
    """Somebody of each role, logged in, for all tests here: each takes back what it changes."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_roles(apps, "default")
        found = {"nobody": Client()}
        for role in ROLES:
            user = User.objects.create_user(role, is_staff=True)
            user.groups.add(Group.objects.get(name=role))
            found[role] = Client()
            found[role].force_login(user)
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def clients(people: dict[str, Client], db: None) -> Iterator[dict[str, Client]]:
    """Those people, logged in again where a test logged them out."""
    logged_in = {who: copy(client.cookies) for who, client in people.items()}
    yield people
    for who, cookies in logged_in.items():
        people[who].cookies = cookies


@pytest.fixture
def address(clients) -> Any:
    """Turns a route into an address of things that are there."""
    import_ = Import.objects.create(bucket="b", key="file.csv", identity="1")
    format_ = make()
    device = Device.objects.create(
        kind="messages", name="one", seen_at=timezone.now(), arrived_at=timezone.now()
    )
    somebody = User.objects.create_user("somebody")
    token, _ = AuthToken.objects.create(somebody)
    view = SavedView.objects.create(owner=somebody, name="all", query="")
    BUILTIN.repository.insert(record())
    entry = AuditEntry.objects.create(
        user_name="x", channel="api", action="x", kind="x", target="x"
    )
    attempt = {"username": "x", "ip_address": "127.0.0.1", "path_info": "/", "user_agent": "x"}
    objects = {
        "messages_app/message": "2019-05-28 10:55:09.385333",
        "messages_app/auditentry": entry.pk,
        "ingestion/import": import_.pk,
        "knox/authtoken": token.pk,
        "auth/user": somebody.pk,
        "auth/group": Group.objects.first().pk,
        "axes/accessattempt": AccessAttempt.objects.create(**attempt, failures_since_start=1).pk,
        "axes/accesslog": AccessLog.objects.create(**attempt).pk,
    }

    def filled(route: str) -> str:
        model = "/".join(route.split("/")[1:3])
        parts = {
            "formats/<int:pk>": f"formats/{format_.pk}",
            "devices/<int:pk>": f"devices/{device.pk}",
            f"devices/{FORMAT}": f"devices/{device.pk}",
            "<uuid:pk>": import_.pk,
            IMPORT: import_.pk,
            FORMAT: format_.pk,
            LINE: 2,
            "<int:pk>": view.pk,
            "<int:line>": 2,
            "<str:date>": "2019-05-28",
            "<str:time>": "10:55:09.385333",
            "<str:letter>": "unknown",
            "<str:kind>": "messages",
            "<str:name>": "messages",
            "<id>": somebody.pk,
            "<path:content_type_id>": 1,
            "<path:object_id>": objects.get(model, 1),
            "(?P<app_label>auth|axes|ingestion|knox|messages_app)": "ingestion",
            "(?P<url>.*)": "nothing",
        }
        for pattern, value in parts.items():
            route = route.replace(pattern, str(value))
        path = "/" + re.sub(r"[\^$]", "", route)
        return path + "?time=10:55:09" if path.startswith("/message/") else path

    return filled


def is_refused(response: Any) -> bool:
    place = response.get("Location", "")
    is_sent_to_login = response.status_code == 302 and place.startswith(
        ("/login/", "/admin/login/")
    )
    return is_sent_to_login or response.status_code in (401, 403)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_url_lets_in_whom_it_should_and_knows_its_methods(route, clients, address):
    path = address(route)
    for method, rights in ROUTES[route].items():
        for who, right in zip(WHO, rights, strict=True):
            response = clients[who].generic(method, path, content_type="application/json")
            assert response.status_code != 405, (method, who)
            assert response.status_code < 500, (method, who)
            assert is_refused(response) == (right == "-"), (method, who, response.status_code)
    for method in sorted(set(METHODS) - set(ROUTES[route])):
        for who in ("nobody", "administrator"):
            response = clients[who].generic(method, path, content_type="application/json")
            assert response.status_code == 405 or is_refused(response), (method, who)


@pytest.mark.parametrize("model", [Message, Import])
def test_a_link_to_what_has_no_page_is_404(clients, model):
    kind = ContentType.objects.get_for_model(model)
    response = clients["viewer"].get(f"/admin/r/{kind.pk}/2019-05-28 10:55:09/")
    assert response.status_code == 404
