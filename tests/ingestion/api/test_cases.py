"""Files as people have them, uploaded through the API: what each of them becomes."""

import gzip
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pytest

from ingestion.models import Import
from tests.ingestion.api.test_api import ALL, LIST, upload
from tests.ingestion.helpers import HEADER, Tasks
from tests.ingestion.responses import json_of
from tests.messages_app.api_client import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("aws")]


@dataclass(frozen=True)
class Case:
    """A file, and what the API says of its import: the counts of the receipt, a part of the
    sentence on each rejected row, or the code of the error, or of what it waits for, and a part of
    its sentence."""

    content: str | bytes
    name: str = "file.csv"
    encoding: str = ""
    written: int = 0
    rejected: list[str] = field(default_factory=list)
    error: tuple[str, str] = ("", "")
    waits: tuple[str, str] = ("", "")


def row(moment: object, location: str = "roof", avg: str = "4.39", remote: str = "9.09") -> str:
    return f"{moment},{location},wireless,gw-1,{avg},dev-1,{remote}\n"


def archive(*names: str, flags: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name in names:
            writer.writestr(name, HEADER + row(1559050104))
    content = bytearray(packed.getvalue())
    for at in (6, content.index(b"PK\x01\x02") + 8):
        content[at] = flags
    return bytes(content)


OTHER = "timestamp,source,location,local_dest,remote_avg,remote_dest,local_avg\n"
TITLES = "Timestamp,Location,Source,Local Dest,Local Avg,Remote Dest,Remote Avg\n"
UNITS_AND_TOTAL = f"s,,,,ms,,ms\n{row(1559041501)}Total: 1 rows,,,,,,\n\x1a"
CASES = {
    "spreadsheet serials": Case(
        HEADER + row("43613.45496") + row("43613.45508"),
        rejected=["looks like a spreadsheet's date number, 2019-05-28 10:55"] * 2,
    ),
    "compact dates": Case(
        HEADER
        + "".join(map(row, ["20190528", "201905281055", "20190528105509", "20190528T105509Z"])),
        written=1,
        rejected=["the date 2019-05-28,", "the date 2019-05-28 10:55,", "2019-05-28T10:55:09Z"],
    ),
    "a second header in another order": Case(
        HEADER + row(1559041001) + OTHER + "1559041002,wireless,roof,gw-1,9.11,dev-1,4.41\n",
        written=2,
    ),
    "backslashes before quotes": Case(
        HEADER
        + row(1559041101, r'"the \"old\" roof"')
        + row(1559041102, r'"cellar \"B\", left"')
        + row(1559041103, '"yard"'),
        written=1,
        rejected=["has a quote where none may be"] * 2,
    ),
    "a space before a quote": Case(
        HEADER.replace(",", ", ") + row(1559041201, ' "roof, north"') + row(1559041202, ' "roof"'),
        written=2,
    ),
    "a line that names the delimiter": Case(
        f"sep=;\r\n{HEADER}{row(1559041301)}".replace(",", ";"), written=1
    ),
    "lines above the header": Case(
        f"# Logger: demo-7\nReport,made for tests\n\n{HEADER}{row(1559041401)}", written=1
    ),
    "units, a total and an end mark": Case(
        HEADER + UNITS_AND_TOTAL,
        written=1,
        rejected=["is not a record", "is not a record", "is an end-of-file mark"],
    ),
    "decimal commas": Case(
        HEADER.replace(",", ";") + "1559041601,5;roof;wireless;gw-1;4,39;dev-1;9,09\n",
        waits=("decimal_comma", "have decimal commas"),
    ),
    "decimal commas without quotes": Case(
        HEADER + "1559041601,5,roof,wireless,gw-1,4,39,dev-1,9,09\n",
        rejected=["the row has 10 fields, the header has 7"],
    ),
    "times without an offset": Case(
        HEADER + row("2019-05-28 10:55:09"), waits=("no_offset", "say no zone")
    ),
    "date and time in two columns": Case(
        HEADER.replace("timestamp", "date,time") + row("2019-05-28,10:55:09"),
        waits=("unknown_columns", "lacks the column timestamp"),
    ),
    "milliseconds": Case(
        HEADER + row(1559041701385), waits=("not_seconds", "can hardly be seconds")
    ),
    "other spellings of the columns' names": Case(TITLES + row(1559041801), written=1),
    "columns of which none is known": Case(
        "Timestamp (UTC);Site;Router\n2026-11-23 00:00:00;a;b\n",
        waits=("unknown_columns", "has the columns Timestamp (UTC), Site, Router"),
    ),
    "digits lost to an exponent": Case(
        HEADER + row("1.55904E+09") + row("1.55904E+09", avg="4.40"),
        rejected=["has lost its last digits"] * 2,
    ),
    "lost measurements": Case(
        HEADER
        + row(1559042101, remote="")
        + row(1559042102, avg="NaN")
        + row(1559042103, remote="\\N")
        + row(1559042104, "\\N")
        + row(1559042105, "NULL"),
        rejected=["must not be empty", "finite", "is not a number", "no value", "no value"],
    ),
    "two byte order marks": Case("\ufeff\ufeff" + HEADER + row(1559042201), written=1),
    "stray quotes": Case(
        HEADER + row(1559042301, '"roof" north') + row(1559042302, '"5" rack"'),
        rejected=["double each quote"] * 2,
    ),
    "invisible characters": Case(
        HEADER.replace("timestamp", "timestamp\u200b")
        + row(1559042401, "ro\u200bof")
        + row(1559042403, "\u200b")
        + row(1559042404, avg="4.39\u200b"),
        written=2,
        rejected=["must not be empty"],
    ),
    "NULs behind the last row": Case(
        HEADER.encode() + row(1559042701).encode() + bytes(5000),
        written=1,
        rejected=["nothing but 5,000 NUL bytes"],
    ),
    "compressed twice": Case(
        gzip.compress(gzip.compress(HEADER.encode())),
        "file.csv.gz",
        error=("compressed_twice", "Unpack it once"),
    ),
    "a file of the system in an archive": Case(
        archive("export/.DS_Store", "export/data.csv", "__MACOSX/export/._data.csv"),
        "file.CSV.zip",
        written=1,
    ),
    "several files in an archive": Case(
        archive("a.csv", "b.csv"), "file.csv.zip", error=("zip_content", "2 files: a.csv, b.csv")
    ),
    "an encrypted archive": Case(
        archive("data.csv", flags=1),
        "file.csv.zip",
        error=("encrypted_archive", "make it without a password"),
    ),
    "a mark against the chosen encoding": Case(
        "\ufeff" + HEADER + row(1559320002, "Größe"), encoding="windows-1252", written=1
    ),
    "the wrong encoding": Case(
        HEADER + row(1559320003), encoding="utf-16", error=("wrong_encoding", "looks like utf-8")
    ),
}


def test_each_file_has_its_right_result():
    client = api_client(*ALL, "messages_app.view_message")
    for name, case in CASES.items():
        id_ = json_of(upload(client, case.content, case.name, encoding=case.encoding))["id"]
        _run(id_)
        body = json_of(client.get(f"{LIST}{id_}/"))
        error = body["error"] or {"code": "", "detail": ""}
        assert error["code"] == case.error[0], (name, error)
        assert case.error[1] in error["detail"], (name, error)
        waits = body["waiting_for"] or {"code": "", "detail": ""}
        assert waits["code"] == case.waits[0], (name, waits)
        assert case.waits[1] in waits["detail"], (name, waits)
        receipt = body["receipt"]
        assert receipt["read"] == receipt["written"] + receipt["rejected"], (name, receipt)
        assert receipt["written"] == case.written, (name, receipt)
        assert not case.error[0] or not Import.objects.get(pk=id_).can_run_again, name
        rejects = json_of(client.get(f"{LIST}{id_}/rejects/"))["results"]
        for reject, sentence in zip(rejects, case.rejected, strict=True):
            assert sentence in reject["faults"][0]["detail"], (name, reject)
    found = json_of(client.get("/api/messages/?page_size=1000"))["results"]
    texts = {one["location"] for one in found}
    assert texts == {"roof", "roof, north", "yard", "Größe"}
    assert {str(one["local_avg"]) for one in found} == {"4.39", "4.41"}


def test_records_that_are_exported_and_imported_again_are_unchanged():
    client = api_client(*ALL, "messages_app.view_message")
    texts = ["-roof", "=1+1", "+roof", "@home", "'quoted", "''=x", "plain", "a;=b", '5"" rack']
    rows = [row(1559050000 + n, f'"{text}"') for n, text in enumerate(texts)]
    _run(json_of(upload(client, HEADER + "".join(rows)))["id"])
    exported: Any = client.get("/api/messages/export/?format=csv")
    again = b"".join(exported.streaming_content)
    id_ = json_of(upload(client, again, "exported.csv"))["id"]
    _run(id_)
    receipt = json_of(client.get(f"{LIST}{id_}/"))["receipt"]
    assert receipt["read"] == receipt["unchanged"] == len(texts)


def _run(id_):
    tasks = Tasks()
    tasks.plan(id_)
    tasks.run()
