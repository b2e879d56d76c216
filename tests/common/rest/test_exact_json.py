"""JSON as it is answered."""

from common.rest.exact_json import ExactJSONRenderer


def test_an_indent_of_more_digits_than_python_reads_is_none() -> None:
    plain = ExactJSONRenderer().render({"a": 1}, "application/json")

    sent = f"application/json; indent={'9' * 5000}"
    assert ExactJSONRenderer().render({"a": 1}, sent) == plain
