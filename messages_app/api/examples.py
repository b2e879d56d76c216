"""One record, as the OpenAPI document and the forms of the browsable API show it."""

import json
from typing import Any

from messages_app.schema import MESSAGE

DATE, TIME = "2019-05-28", "10:55:09.385333"
VALUES: dict[str, Any] = {
    "timestamp": 1559040909.3853335,
    "location": "location-03",
    "source": "wireless",
    "local_dest": "router-1",
    "local_avg": 4.39,
    "remote_dest": "device-1",
    "remote_avg": 9.09,
}
NEW_MESSAGE: dict[str, Any] = VALUES
CHANGEABLE = {name: value for name, value in VALUES.items() if name != MESSAGE.time_field}
ANSWER: dict[str, Any] = {
    "date": DATE,
    "time": TIME,
    **VALUES,
    "origin": {"import": "0b0f6a52-6a7f-4d55-8f0a-6a3f5b0a4a37", "line": 2},
}
BATCH_ANSWER: dict[str, Any] = {
    "receipt": {
        "read": 1,
        "written": 1,
        "unchanged": 0,
        "kept": 0,
        "replaced": 0,
        "rejected": 0,
    },
    "results": [{"outcome": "written", "date": DATE, "time": TIME}],
}
_COLUMNS = {
    **{name: value for name, value in ANSWER.items() if name != "origin"},
    **ANSWER["origin"],
}
CSV = f"{','.join(_COLUMNS)}\r\n{','.join(map(str, _COLUMNS.values()))}\r\n"
JSON_LINES = json.dumps(ANSWER) + "\n"
