"""What the OpenAPI document tells of the messages API beyond what the views show by themselves."""

from drf_spectacular.utils import extend_schema, extend_schema_view

messages = extend_schema_view(list=extend_schema(summary="A page of records"))
batch = extend_schema_view(post=extend_schema(summary="Write up to 1,000 records"))
export = extend_schema_view(get=extend_schema(summary="Every record that matches, as a file"))
