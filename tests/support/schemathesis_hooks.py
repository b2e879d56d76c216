"""What schemathesis needs to be told of the requests that it makes up; schemathesis.toml names this
module."""

import schemathesis
from schemathesis import Case, HookContext


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """Not the forms that are wrong only in what is not sent."""
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return True
    return not any(_is_not_sent(value) for value in case.body.values())


def _is_not_sent(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_not_sent(one) for one in value)
    return value is None or value == {}
