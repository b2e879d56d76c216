#!/usr/bin/env python3
r"""A client of Sluice's API in one file: needs Python alone, and knows what /api/docs/ tells.

Uploads a file, waits until it is imported, goes through its records page by page, changes one of
them only if nobody else did meanwhile, and exports the day. A file whose columns are not known
waits; then a format is suggested, and kept when every question has a likely answer:

    .venv/bin/python docs/client.py http://127.0.0.1:8000 .local/api-token sample_data/data.csv \
        exported.csv

What a file is can be said with it, behind these: format=NAME is how it is read, kind=NAME what its
records are.
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
from urllib.parse import quote, urlencode
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

    def upload(self, file: Path, **options: str) -> dict[str, Any]:
        """Send a file; gives back its import, which has only just begun. ``options`` can say its
        format, by its id, or its kind, by its name."""
        return self._send_file("/api/imports/", file, options)

    def format_id(self, name: str) -> int:
        """The id of the format that has this name. Raises StopIteration when there is none."""
        page, _ = self._json("GET", "/api/formats/?" + urlencode({"search": name}))
        return next(int(one["id"]) for one in page["results"] if one["name"] == name)

    def suggested(self, file: Path, **options: str) -> dict[str, Any]:
        """A format for a file, with what only a person can say of it; nothing is kept."""
        return self._send_file("/api/formats/suggest/", file, options)

    def keep_format(self, name: str, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        """Make a format; 400 says what contradicts."""
        body = json.dumps({"name": name, "kind": kind, **options}).encode()
        return self._json("POST", "/api/formats/", body, JSON)[0]

    def read_by(self, import_id: str, format_id: int) -> dict[str, Any]:
        """Let a waiting import continue, and all others that wait for the same answer."""
        body = json.dumps({"format": format_id, "all": True}).encode()
        return self._json("POST", f"/api/imports/{import_id}/format/", body, JSON)[0]

    def finished(self, import_id: str) -> dict[str, Any]:
        """Wait until an import has ended; gives it back with its receipt."""
        while True:
            import_, _ = self._json("GET", f"/api/imports/{import_id}/")
            if import_["state"] not in RUNNING:
                return import_
            time.sleep(0.5)

    def records(self, kind: str = "messages", **query: str) -> Iterator[dict[str, Any]]:
        """Every record that a query matches, asked for page by page, in the memory of one page."""
        url: str | None = f"/api/records/{kind}/?" + urlencode({"page_size": "1000", **query})
        while url:
            page, _ = self._json("GET", url)
            yield from page["results"]
            url = page["next"]

    def change(self, kind: str, record: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """Set some fields of a record; 412 when it changed after it was read here."""
        path = f"/api/records/{kind}/{record['date']}/{quote(record['time'])}/"
        _, headers = self._json("GET", path)
        body = json.dumps(fields).encode()
        return self._json("PATCH", path, body, {**JSON, "If-Match": headers["ETag"]})[0]

    def export(self, to: Path, kind: str = "messages", **query: str) -> None:
        """Write all that a query matches into a CSV file, in the memory of one block."""
        path = f"/api/records/{kind}/export/?" + urlencode({"format": "csv", **query})
        with self._open("GET", path) as response, to.open("wb") as file:
            shutil.copyfileobj(response, file)

    def _send_file(self, path: str, file: Path, options: dict[str, str]) -> dict[str, Any]:
        boundary = uuid4().hex
        part = f"--{boundary}\r\nContent-Disposition: form-data; name="
        # In front of the file, which is stored while it comes.
        head = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in options.items())
        head += f'{part}"file"; '
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
    found = sluice.suggested(file, kind=import_["kind"])
    options = found["format"]
    for question in found["questions"]:
        if question["chosen"] is None:  # nothing is guessed: a person has to say it
            print(question["text"], [choice["text"] for choice in question["choices"]])
            return import_
        options = merged(options, question["choices"][question["chosen"]]["value"])
    kept = sluice.keep_format(file.stem, import_["kind"], options)
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


def main(address: str, token_file: str, file: str, exported: str, *arguments: str) -> int:
    sluice = Sluice(address, Path(token_file).read_text().strip())
    options = dict(one.split("=", 1) for one in arguments)
    if "format" in options:
        options["format"] = str(sluice.format_id(options["format"]))
    import_ = sluice.finished(sluice.upload(Path(file), **options)["id"])
    if import_["state"] == "waiting":
        import_ = understood(sluice, import_, Path(file))
    print(import_["state"], import_["receipt"])
    if import_["state"] != "done":
        print((import_["error"] or import_["waiting_for"])["detail"])
        return 1
    kind, format_ = import_["kind"], import_["format"]
    print("of the kind", kind, f"by the format {format_['name']}" if format_ else "by its columns")
    newest = next(sluice.records(kind, order="newest", page_size="1"))
    count = sum(1 for _ in sluice.records(kind, date=newest["date"]))
    print(f"{count} records on {newest['date']}")
    # A PATCH with what is there already: it is the ETag that this is about.
    texts = (name for name, value in newest.items() if isinstance(value, str))
    name = next(name for name in texts if name not in ("date", "time"))
    same = sluice.change(kind, newest, {name: newest[name]})
    print("changed", same["date"], same["time"])
    sluice.export(Path(exported), kind, date=newest["date"])
    print("exported to", exported)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
