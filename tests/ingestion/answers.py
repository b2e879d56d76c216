"""What the API's answers say."""

from typing import Any

import simplejson


def json_of(answer: Any) -> Any:
    """The body, its numbers with all their digits."""
    return simplejson.loads(answer.content, use_decimal=True)


def faults_of(answer: Any) -> dict[str, str]:
    """The fields at fault, and what is wrong with each."""
    assert answer.status_code == 400
    return {fault["field"]: fault["detail"] for fault in json_of(answer)["errors"]}
