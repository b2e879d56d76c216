#!/usr/bin/env python3
r"""A client of Sluice's API in one file: needs Python alone, and knows what /api/docs/ tells.

Uploads a file, waits until it is imported, goes through its records page by page, changes one of
them only if nobody else did meanwhile, and exports the day. A file whose columns are not known
waits; then a format is suggested, and kept when every question has a likely answer:

    .venv/bin/python docs/client.py http://127.0.0.1:8000 .local/api-token sample_data/data.csv \
        exported.csv
"""

import json
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

RUNNING = {"queued", "planning", "writing"}
WAIT = {429, 503}
JSON = {"Content-Type": "application/json"}


class Sluice:
    """The API of one server. Errors are urllib.error.HTTPError; their body says what is wrong.
    Where an answer says that the same request can succeed later, it is sent again then."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Token {token}"}

    def upload(self, file: Path) -> dict[str, Any]:
        """Send a file; gives back its import, which has only just begun."""
        return self._send_file("/api/imports/", file)

    def suggested(self, file: Path) -> dict[str, Any]:
        """A format for a file, with what only a person can say of it; nothing is kept."""
        return self._send_file("/api/formats/suggest/", file)

    def keep_format(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Make a format; 400 says what contradicts."""
        body = json.dumps({"name": name, **options}).encode()
        return self._json("POST", "/api/formats/", body, JSON)[0]

    def read_by(self, import_id: str, format_id: int) -> dict[str, Any]:
        """Let a waiting import go on, and all others that wait for the same."""
        body = json.dumps({"format": format_id, "all": True}).encode()
        return self._json("POST", f"/api/imports/{import_id}/format/", body, JSON)[0]

    def finished(self, import_id: str) -> dict[str, Any]:
        """Wait until an import has ended; gives it back with its receipt."""
        while True:
            import_, _ = self._json("GET", f"/api/imports/{import_id}/")
            if import_["state"] not in RUNNING:
                return import_
            time.sleep(0.5)

    def messages(self, **query: str) -> Iterator[dict[str, Any]]:
        """Every record that a query matches, asked for page by page, in the memory of one page."""
        url: str | None = "/api/messages/?" + urlencode({"page_size": "1000", **query})
        while url:
            page, _ = self._json("GET", url)
            yield from page["results"]
            url = page["next"]

    def change(self, date: str, time_: str, **fields: Any) -> dict[str, Any]:
        """Set some fields of a record; 412 when it changed after it was read here."""
        path = f"/api/messages/{date}/{time_}/"
        _, headers = self._json("GET", path)
        body = json.dumps(fields).encode()
        kind = {"Content-Type": "application/json", "If-Match": headers["ETag"]}
        return self._json("PATCH", path, body, kind)[0]

    def export(self, to: Path, **query: str) -> None:
        """Write all that a query matches into a CSV file, in the memory of one block."""
        path = "/api/messages/export/?" + urlencode(query)
        with self._open("GET", path) as response, to.open("wb") as file:
            shutil.copyfileobj(response, file)

    def _send_file(self, path: str, file: Path) -> dict[str, Any]:
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
        head += f'filename="{file.name}"\r\nContent-Type: text/csv\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._json("POST", path, body, kind)[0]

    def _json(
        self, method: str, path: str, body: bytes | None = None, headers: Any = None
    ) -> tuple[dict[str, Any], Any]:
        with self._open(method, path, body, headers) as response:
            return json.load(response, parse_float=Decimal), response.headers

    def _open(self, method: str, path: str, body: bytes | None = None, headers: Any = None) -> Any:
        url = path if path.startswith("http") else self._address + path
        request = urllib.request.Request(
            url, body, {**self._headers, **(headers or {})}, method=method
        )
        while True:
            try:
                return urllib.request.urlopen(request, timeout=60)
            except urllib.error.HTTPError as error:
                # Too many requests in this minute (429), or the storage is away (503).
                wait = error.headers.get("Retry-After") if error.code in WAIT else None
                if wait is None:
                    raise
                error.close()
            time.sleep(int(wait))


def understood(sluice: Sluice, import_: dict[str, Any], file: Path) -> dict[str, Any]:
    """A waiting import, at its end, where a format for its file could be made."""
    print("waits:", import_["waiting_for"]["detail"])
    found = sluice.suggested(file)
    options = found["format"]
    for question in found["questions"]:
        if question["chosen"] is None:  # nothing is guessed: a person has to say it
            print(question["text"], [choice["text"] for choice in question["choices"]])
            return import_
        options = merged(options, question["choices"][question["chosen"]]["value"])
    kept = sluice.keep_format(file.stem, options)
    print("such files are remembered as", kept["name"])
    sluice.read_by(import_["id"], kept["id"])
    return sluice.finished(import_["id"])


def merged(options: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Options of a format with those of a choice."""
    result = dict(options)
    for name, value in change.items():
        is_object = isinstance(value, dict)
        result[name] = merged(result.get(name) or {}, value) if is_object else value
    return result


def main(address: str, token_file: str, file: str, exported: str) -> int:
    sluice = Sluice(address, Path(token_file).read_text().strip())
    import_ = sluice.finished(sluice.upload(Path(file))["id"])
    if import_["state"] == "waiting":
        import_ = understood(sluice, import_, Path(file))
    print(import_["state"], import_["receipt"])
    if import_["state"] != "done":
        print((import_["error"] or import_["waiting_for"])["detail"])
        return 1
    newest = next(sluice.messages(order="newest", page_size="1"))
    count = sum(1 for _ in sluice.messages(date=newest["date"]))
    print(f"{count} records on {newest['date']}")
    # A PATCH with what is there already: it is the ETag that this is about.
    same = sluice.change(newest["date"], newest["time"], source=newest["source"])
    print("changed", same["date"], same["time"])
    sluice.export(Path(exported), date=newest["date"])
    print("exported to", exported)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
