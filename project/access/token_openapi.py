"""How the OpenAPI document describes the tokens."""

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme


class CountedTokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    target_class = "project.access.token_authentication.CountedTokenAuthentication"
    name = "token"
