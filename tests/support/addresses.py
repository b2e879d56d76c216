"""Every address that the project answers, found in its URL patterns."""

import re

from django.contrib.admindocs.views import extract_views_from_urlpatterns, simplify_regex
from django.urls import get_resolver, resolve

# What varies in an address: values by its name, else by its converter.
_NAMED = {
    "app_label": "auth",
    "date": "2019-05-28",
    "id": "1",
    "kind": "messages",
    "line": "1",
    "name": "messages",
    "number": "1",
    "object_id": "1",
    "pk": "00000000-0000-0000-0000-000000000000",
    "time": "10:55:09",
}
_CONVERTED = {"int": "1", "uuid": _NAMED["pk"]}
_VARYING = re.compile(r"<(?:(\w+):)?(\w+)>")


def all_addresses(**values: str) -> list[str]:
    """One address for each pattern. ``values`` are those of what exists in the database.

    Resolver404 says that a pattern takes none of the values: give it one of its own.
    """
    named = {**_NAMED, **values}

    def value(part: re.Match[str]) -> str:
        converter, name = part.groups()
        if name in named and converter != "int":
            return named[name]
        return _CONVERTED.get(converter, "x")

    patterns = extract_views_from_urlpatterns(get_resolver().url_patterns)
    found = sorted({_VARYING.sub(value, simplify_regex(pattern)) for _, pattern, *_ in patterns})
    for address in found:
        resolve(address)
    return found
