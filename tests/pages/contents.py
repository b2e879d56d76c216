"""What the pages show where all of them are looked at: files, imports in every state, dead letters,
people and what they did. The same for the tests and for the screenshots."""

import base64
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from audit.actor import Actor, Channel
from common.deadline import Deadline
from ingestion.aws import sqs
from ingestion.models import Import
from ingestion.running.ended.by_query.models import Deletion
from ingestion.running.ended.verifying.models import Verification
from ingestion.running.inbox.models import InboxCount
from messages_app import batch_write
from messages_app.editing import Editor
from messages_app.kinds import making, registry
from messages_app.kinds.record_kind import BUILTIN
from messages_app.models import SavedView
from messages_app.schema.record import Record, build_record
from messages_app.store.query import Query
from project.access.roles import make_roles
from silence import folding
from silence.models import Device
from tests.ingestion.helpers import HEADER, SAMPLES, run, take_back
from tests.messages_app.kinds.climate import CLIMATE
from tests.notices.contents import add_notices

ADMIN = "admin"
VIEWER = "viewer"
PASSWORD = "a-long-password-17"
FIRST_DAY = 1559088000  # 2019-05-29, the day after that of the sample
_DAYS = 6
_SITES = ("harbour", "library", "station", "town hall")
# A column of the file, and a value that is not accepted there.
_WRONG = ((4, '"4,5"'), (0, "1559200231250"), (6, "n/a"), (4, "-1"), (1, ""))
_WRONG_EVERY = 40
_OTHER_DEVICE = """\
Time (UTC);Site;Connection;Router;Local avg (ms);Device;Remote avg (ms)
2019-06-01 00:00:00;harbour;wireless;router-1;1,41;device-23;9,14
2019-06-01 00:01:00;library;wired;router-3;0,61;device-8;5,59
"""
# https://docs.celeryq.dev/en/stable/internals/protocol.html, in kombu's envelope
PLAN = "ingestion.plan_import"


def fill(rows: int) -> None:
    """Everything, in a test: files are imported in this process."""
    make_roles(apps, "default")  # a test before may have emptied the database
    User.objects.create_superuser(ADMIN, password=PASSWORD)
    add_files(run, rows)
    add_what_people_did()


def add_files(import_one: Callable[[str, str], object], rows: int) -> None:
    """Have files imported, one after the other, by a function that takes text and key.

    ``rows`` is how many the largest has; some of them are rejected.
    """
    lines = _lines(rows)
    corrected = [line if number % 20 else _corrected(line) for number, line in enumerate(lines)]
    import_one((SAMPLES / "data.csv").read_text(), "samples/data.csv")
    import_one(HEADER + "".join(lines), "field/stations-2019-week-22.csv")
    import_one(HEADER + "".join(corrected[: rows // 10]), "field/stations-corrected.csv")
    import_one(HEADER + "".join(_lines(20)).replace(",device-", ",sensor-"), "field/twice.csv")
    import_one("\n\n", "field/nothing.csv")
    import_one(_OTHER_DEVICE, "field/other-device.csv")
    for month in ("april", "may"):
        key = f"unannounced/stations-{month}.csv"
        import_one(HEADER, key)
        Import.objects.filter(key=key).delete()  # as if nobody had announced it


def add_what_people_did() -> None:
    """Needs the superuser ``ADMIN`` and the imported files."""
    admin = User.objects.get(username=ADMIN)
    viewer = User.objects.create_user(VIEWER, password=PASSWORD)
    viewer.groups.set(Group.objects.filter(name="viewer"))
    AuthToken.objects.create(viewer)
    SavedView.objects.create(owner=admin, name="Slow links", query="remote_avg_min=80")
    SavedView.objects.create(owner=admin, name="Harbour", query="location=harbour", is_shared=True)
    Client().post(reverse("login"), {"username": "nobody-here", "password": "not the password"})
    _take_an_import_back(admin)
    _delete_by_query(admin)
    _change_a_record(admin)
    _add_a_kind(admin)
    _add_a_format(admin)
    _add_unfinished_imports(admin)
    _add_a_forecast(admin)
    _add_a_verification(admin)
    _delete_an_import(admin)
    _spread_over_days()
    _add_dead_letters(Import.objects.filter(state="failed").earliest("created_at"))
    _count_messages_of_the_inbox()
    add_notices(admin)


def a_climate_record() -> Record:
    """One of another kind than the built-in one."""
    return registry.find("climate").repository.page(Query(newest_first=True), 1).records[0]


def a_record() -> Record:
    """One that somebody changed."""
    day = datetime.fromtimestamp(FIRST_DAY, UTC).date().isoformat()
    return BUILTIN.repository.page(Query(day), 1).records[0]


def _lines(count: int) -> list[str]:
    """Measurements that rise and fall over the days, with a peak here and there."""
    chance = random.Random(17)
    lines = []
    for number in range(count):
        second = FIRST_DAY + number * _DAYS * 86_400 // count
        busy = abs((second % 86_400) / 43_200 - 1)  # 1 at midnight, 0 at noon
        site = chance.randrange(len(_SITES))
        local = chance.gauss(4 + 2 * site, 0.4) + 4 * (1 - busy)
        remote = chance.gauss(30 + 15 * site, 3) + 40 * (1 - busy)
        remote += 150 if chance.random() < 0.004 else 0
        cells = [str(second), _SITES[site], ("wireless", "wired")[site % 2]]
        cells += [f"router-{site + 1}", f"{max(local, 0.1):.2f}"]
        cells += [f"device-{chance.randrange(9) + 1}", f"{max(remote, 1):.2f}"]
        if number % _WRONG_EVERY == _WRONG_EVERY - 1:
            column, wrong = _WRONG[number // _WRONG_EVERY % len(_WRONG)]
            cells[column] = wrong
        lines.append(",".join(cells) + "\n")
    return lines


def _corrected(line: str) -> str:
    return line.replace(",router-", ",switch-")


def _take_an_import_back(user: User) -> None:
    """But for a record that was edited since."""
    import_ = Import.objects.get(key__contains="twice")
    found = BUILTIN.repository.page(Query(import_id=str(import_.pk)), 1).records
    editor = Editor(BUILTIN.repository, Actor(user, Channel.PAGE))
    editor.update(found[0], {"location": "the old harbour"})
    take_back(import_)


def _delete_by_query(user: User) -> None:
    """One that waits for its confirmation, and one that is done."""
    query = "date=2019-05-28&location=harbour"
    made = {"kind": "messages", "query": query, "created_by": user}
    Deletion.objects.create(**made, state="deleted", matched=31, deleted=30, changed=1)
    Deletion.objects.create(**made, state="counted", matched=12)


def _add_a_kind(user: User) -> None:
    """Of rooms, with some hours of three sensors."""
    kind = making.make(CLIMATE, Actor(user, Channel.PAGE))
    records = [
        build_record(
            kind.schema,
            kind.schema.present(
                {
                    "at": Decimal(FIRST_DAY + 600 * number),
                    "sensor": sensor,
                    "temperature": Decimal(18 + number % 7) + Decimal(place) / 2,
                    "humidity": Decimal(40 + (number * 3 + place) % 20),
                    "battery": Decimal(90 - number) if place else None,
                }
            ),
        )
        for number in range(20)
        for place, sensor in enumerate(("attic", "cellar", "hall"))
    ]
    batch_write.write(kind.repository, records, "keep", Deadline(30))
    _fall_silent()


def _fall_silent() -> None:
    """One sensor is ignored, the others are overdue."""
    while folding.fold_some():
        pass
    Device.objects.filter(name="attic").update(is_ignored=True, due_at=None)
    Device.objects.exclude(name="attic").update(due_at=timezone.now(), overdue_at=timezone.now())


def _change_a_record(user: User) -> None:
    client = APIClient()
    client.force_authenticate(user)
    url = reverse("api-message", args=a_record().key)
    assert client.patch(url, {"source": "fibre"}, format="json").status_code == 200


def _add_a_format(user: User) -> None:
    client = APIClient()
    client.force_authenticate(user)
    names = HEADER.strip().split(",")
    columns: dict[str, Any] = {name: {"column": name.upper()} for name in names}
    columns["timestamp"]["timestamp"] = {"form": "iso", "zone": "Europe/Zurich"}
    options = {"header": [name.upper() for name in names], "key_pattern": "plant-a/*.csv"}
    made = {"name": "Plant A loggers", "columns": columns, **options}
    assert client.post(reverse("api-format-list"), made, format="json").status_code == 201


def _add_unfinished_imports(user: User) -> None:
    """A cancelled one, and one on its way, which no worker takes up."""
    half = {"bytes_total": 840_000, "bytes_planned": 840_000, "bytes_done": 530_000}
    half |= {"chunks_total": 4, "chunks_done": 2, "read": 5211, "written": 5211}
    for key, state in (("uploads/june.csv.gz", "cancelled"), ("uploads/july.csv", "writing")):
        Import.objects.create(
            bucket=settings.DATA_BUCKET,
            key=key,
            identity=key,
            state=state,
            created_by=user,
            finished_at=timezone.now() if state == "cancelled" else None,
            **half,
        )


def _add_a_forecast(user: User) -> None:
    """One that is done, of a file that has some of the records that are there."""
    before = Import.objects.filter(state="done", key__contains="week-22").get()
    there = {"import": str(before.pk), "line": 41}
    fields = [
        {"name": "local_dest", "there": "router-2", "row": "switch-2"},
        {"name": "local_avg", "there": "6.02", "row": ""},
    ]
    row = {"date": "2019-05-29", "time": "00:41:02", "there": None}
    values = [{"name": "location", "row": "harbour", "there": ""}]
    values.append({"name": "remote_avg", "row": "28.11", "there": ""})
    Import.objects.create(
        bucket=settings.DATA_BUCKET,
        key="uploads/stations-2019-week-23.csv",
        identity="forecast",
        state="done",
        dry_run=True,
        created_by=user,
        finished_at=timezone.now(),
        layout=before.layout,
        is_planned=True,
        bytes_total=1_840_000,
        bytes_done=1_840_000,
        lines_planned=24_001,
        chunks_total=8,
        chunks_done=8,
        read=24_000,
        written=19_950,
        unchanged=3_800,
        kept=250,
        forecast={
            "at": timezone.now().isoformat(),
            "writes": 20_200,
            "row_units": 1.0,
            "read_units": 260.5,
            "days": 7,
            "busiest": {"date": "2019-06-04", "writes": 12_400},
            "partitions": 1,
            "examples": {
                "new": [{**row, "line": line, "fields": values} for line in (2, 3, 4)],
                "equal": [{**row, "line": line, "fields": values} for line in (900, 901)],
                "conflict": [
                    {**row, "line": 1204, "fields": fields, "there": there},
                    {**row, "line": 1311, "fields": fields[:1], "there": {**there, "import": None}},
                ],
            },
        },
    )


def _add_a_verification(user: User) -> None:
    """Of a file of which some records were changed since."""
    import_ = Import.objects.get(key__contains="week-22")
    other = {"import": str(Import.objects.get(key__contains="corrected").pk), "line": 4}
    row = {"date": "2019-05-29", "by": None}
    Verification.objects.create(
        import_record=import_,
        requested_by=user,
        state="done",
        finished_at=timezone.now(),
        chunks_total=import_.chunks_total,
        chunks_done=import_.chunks_total,
        counts={"read": 6000, "stands": 5847, "rejected": 150, "gone": 1, "edited": 1}
        | {"replaced": 1},
        lines=[
            {**row, "line": 4, "time": "00:02:52", "code": "gone"},
            {**row, "line": 5, "time": "00:04:19", "code": "edited"},
            {**row, "line": 6, "time": "00:05:45", "code": "replaced", "by": other},
        ],
    )


def _delete_an_import(user: User) -> None:
    import_ = Import.objects.create(
        bucket=settings.DATA_BUCKET, key="field/not-ours.csv", identity="1", state="failed"
    )
    client = APIClient()
    client.force_authenticate(user)
    url = reverse("api-import-detail", args=[import_.pk])
    assert client.delete(url).status_code == 204


def _spread_over_days() -> None:
    """As if a file had come every other day, the last one just now."""
    for number, import_ in enumerate(Import.objects.order_by("-created_at")):
        ago = timedelta(days=2 * number)
        moved = {"created_at": import_.created_at - ago, "progress_at": import_.progress_at - ago}
        if import_.finished_at:
            moved["finished_at"] = import_.finished_at - ago
        Import.objects.filter(pk=import_.pk).update(**moved)


def _add_dead_letters(import_: Import) -> None:
    """The task of an import, and a message that is none of ours."""
    task = base64.b64encode(json.dumps([[str(import_.pk)], {}, {}]).encode()).decode()
    envelope = json.dumps({"body": task, "headers": {"task": PLAN}})
    for queue, body in (
        (settings.CELERY_QUEUE, base64.b64encode(envelope.encode()).decode()),
        (settings.MESSAGE_INBOX_QUEUE, '{"TableName": "another-table"}'),
    ):
        sqs.send(sqs.queue_url(sqs.dead_letter_queue(queue)), body)


def _count_messages_of_the_inbox() -> None:
    """As if producers had sent some lately."""
    now = timezone.now().replace(second=0, microsecond=0)
    for ago, method, outcome, count in (
        (2, "POST", "written", 1240),
        (2, "POST", "kept", 3),
        (2, "PUT", "changed", 17),
        (3, "POST", "written", 1198),
        (3, "POST", "refused", 2),
        (3, "BATCH_WRITE", "written", 40),
        (64, "GET_ALL", "dropped", 1),
        (64, "", "refused", 1),
    ):
        InboxCount.objects.create(
            minute=now - timedelta(minutes=ago), method=method, outcome=outcome, count=count
        )
