"""The Content-Security-Policy: what a page may load, and where it may send to.

All scripts are files of our own; no page has an inline script. Of the looser sources:

- ``'unsafe-eval'``: Alpine.js, which unfold's pages use, compiles its attributes with ``Function``.
- ``'unsafe-inline'`` for styles: unfold puts its colours and the sizes of things into the pages.
- ``data:`` for images: Swagger UI and unfold's forms have small ones in their stylesheets.
- the object store: browsers post files straight to it.
"""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE


def directives(object_store: list[str]) -> dict[str, Any]:
    """The directives of django-csp. ``object_store``: origins that files are posted to."""
    return {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *object_store],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }


def object_store_origins(endpoint: str | None, bucket: str, region: str) -> list[str]:
    """Where boto3 lets a browser post: to the bucket's own host names, never to the whole of S3."""
    if endpoint:
        parts = urlsplit(endpoint)
        return [f"{parts.scheme}://{parts.netloc}"]
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return [f"https://{bucket}.s3.{region}.{domain}", f"https://{bucket}.s3.{domain}"]
