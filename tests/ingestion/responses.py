"""What the API's answers say."""

from typing import Any

import simplejson


def json_of(response: Any) -> Any:
    """The body, its numbers with all their digits."""
    return simplejson.loads(response.content, use_decimal=True)


def faults_of(response: Any) -> dict[str, str]:
    """The fields at fault, and what is wrong with each."""
    assert response.status_code == 400
    return {fault["field"]: fault["detail"] for fault in json_of(response)["errors"]}
