"""One record, as the OpenAPI document and the forms of the browsable API show it."""

import json
from typing import Any

from messages_app.api.serializers import ORIGIN
from messages_app.schema.builtin import MESSAGE

DATE, TIME = "2019-05-28", "10:55:09.385333"
NEW_MESSAGE: dict[str, Any] = {field.name: field.example for field in MESSAGE.fields}
CHANGEABLE = {field.name: field.example for field in MESSAGE.changeable}
ONE_CHANGE = dict(list(CHANGEABLE.items())[-1:])
ANSWER: dict[str, Any] = {
    "date": DATE,
    "time": TIME,
    **NEW_MESSAGE,
    ORIGIN: {"import": "0b0f6a52-6a7f-4d55-8f0a-6a3f5b0a4a37", "line": 2},
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
    **{name: value for name, value in ANSWER.items() if name != ORIGIN},
    **ANSWER[ORIGIN],
}
CSV = f"{','.join(_COLUMNS)}\r\n{','.join(map(str, _COLUMNS.values()))}\r\n"
JSON_LINES = json.dumps(ANSWER) + "\n"
