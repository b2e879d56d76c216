"""The bucket's CORS rule: browsers may post files from our own pages, straight to S3."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from django.conf import settings

from common.aws.clients import endpoint_url, s3_client
from common.errors import wrapped
from common.provision.outcome import Provisioned, error_code

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef

_OWN_ID = "sluice-web"


def provision_cors(bucket: str) -> Provisioned:
    """Set our own rule beside those that others made."""
    thing = f"browser access (CORS) of bucket {bucket}"
    with wrapped("S3", f"provision the browser access of {bucket}"):
        rules = _rules(bucket)
        foreign = [rule for rule in rules if rule.get("ID") != _OWN_ID]
        ours = [rule for rule in rules if rule.get("ID") == _OWN_ID]
        wanted = [_rule(origins)] if (origins := web_origins()) else []
        if ours == wanted:
            return Provisioned(thing, "exists")
        if not wanted and not foreign:
            s3_client().delete_bucket_cors(Bucket=bucket)
        else:
            s3_client().put_bucket_cors(
                Bucket=bucket, CORSConfiguration={"CORSRules": [*foreign, *wanted]}
            )
        return Provisioned(thing, "corrected" if ours else "created")


def web_origins() -> list[str]:
    """The origins of our own pages, from ALLOWED_HOSTS and CSRF_TRUSTED_ORIGINS; ``*`` for any.

    The embedded AWS knows the port of the pages and lets in no others, whatever the rule says.
    """
    if endpoint_url("s3") or "*" in settings.ALLOWED_HOSTS:
        return ["*"]
    scheme = "https" if settings.HTTPS else "http"
    origins = list(settings.CSRF_TRUSTED_ORIGINS)
    for host in settings.ALLOWED_HOSTS:
        # Django's leading dot means the domain itself and everything below it.
        hosts = [host[1:], f"*{host}"] if host.startswith(".") else [host]
        origins += [f"{scheme}://{name}" for name in hosts]
    return sorted(set(origins))


def _rules(bucket: str) -> list[Any]:
    try:
        return list(s3_client().get_bucket_cors(Bucket=bucket)["CORSRules"])
    except ClientError as error:
        if error_code(error) != "NoSuchCORSConfiguration":
            raise
        return []


def _rule(origins: list[str]) -> "CORSRuleTypeDef":
    return {
        "ID": _OWN_ID,
        "AllowedOrigins": origins,
        "AllowedMethods": ["POST"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 3600,
    }
