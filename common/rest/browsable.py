"""The API in a browser: each answer as a page, in the look of all others, with forms to send what
its address takes. Forms begin with the example of the OpenAPI document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rest_framework import renderers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request, override_method
from rest_framework.reverse import reverse
from rest_framework.settings import api_settings
from rest_framework.utils.urls import replace_query_param

from common.pages.render import frame
from common.rest.exact_json import ExactJSONRenderer
from common.rest.permissions import permission

if TYPE_CHECKING:  # views import this module
    from rest_framework.views import APIView

_READABLE = "application/json; indent=4"
# Headers that tell of the page more than of the answer.
_OF_THE_PAGE = {"Content-Type", "Vary"}
_TEMPLATES_OF_FIELDS = "rest_framework/fields"


@dataclass(frozen=True, slots=True)
class BodyForm:
    """A form whose body is sent as JSON by one of the methods; an empty one has no body."""

    methods: tuple[str, ...]
    body: str = ""


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """Django REST Framework's renderer with a context and a template of our own."""

    def get_context(
        self, data: Any, accepted_media_type: str | None, renderer_context: Any
    ) -> dict[str, Any]:
        view, request = renderer_context["view"], renderer_context["request"]
        response = renderer_context["response"]
        takes_files = issubclass(view.parser_classes[0], MultiPartParser)
        renderer = self.get_default_renderer(view)
        assert renderer is not None  # every view has one that is not for browsers
        return {
            **frame(request),
            "title": self.get_name(view),
            "paragraphs": _paragraphs(view, response.status_code),
            "crumbs": self.get_breadcrumbs(request),
            "response": response,
            "headers": [one for one in sorted(response.items()) if one[0] not in _OF_THE_PAGE],
            "content": self.get_content(renderer, data, _READABLE, renderer_context),
            "formats": list(self._formats(view, request)),
            "links": self._links(view),
            "buttons": list(self._buttons(view, request)),
            "forms": [] if takes_files else list(self._forms(data, view, request)),
            "file_form": self.get_rendered_html_form(data, view, "POST", request)
            if takes_files
            else None,
            "can_delete": self._may(view, request, "DELETE"),
        }

    def render_form_for_serializer(self, serializer: Any) -> Any:
        style = {"style": {"template_pack": _TEMPLATES_OF_FIELDS}}
        return self.form_renderer_class().render(serializer.data, None, style)

    def _may(self, view: "APIView", request: Request, method: str) -> bool:
        with override_method(view, request, method) as asked:
            return bool(self.show_form_for_method(view, method, asked, None))

    def _forms(self, data: Any, view: "APIView", request: Request) -> Iterator[BodyForm]:
        if self._may(view, request, "POST"):
            yield BodyForm(("POST",), _as_text(_example(view, "POST")))
        methods = tuple(name for name in ("PUT", "PATCH") if self._may(view, request, name))
        if methods:
            yield BodyForm(methods, _as_text(_as_stored(_example(view, methods[0]), data)))

    def _formats(self, view: "APIView", request: Request) -> Iterator[tuple[str, str]]:
        """The formats of an address that can be read, each with its address."""
        here = request.build_absolute_uri()
        for renderer in view.renderer_classes if "GET" in view.allowed_methods else ():
            if renderer.format != self.format:
                address = replace_query_param(
                    here, api_settings.URL_FORMAT_OVERRIDE, renderer.format
                )
                yield renderer.format, address

    def _links(self, view: Any) -> list[tuple[str, str]]:
        """Other addresses that belong to this one, and are not buttons."""
        buttons = {action.kwargs["name"] for action in _bodyless(view)}
        links: dict[str, str] = getattr(view, "get_extra_action_url_map", dict)()
        return [(name, address) for name, address in links.items() if name not in buttons]

    def _buttons(self, view: Any, request: Request) -> Iterator[tuple[str, str]]:
        """What the user may do with the object that is shown, and sends nothing."""
        for action in _bodyless(view):
            if request.user.has_perm(permission(view, action.kwargs["permission_action"])):
                address = reverse(f"{view.basename}-{action.url_name}", kwargs=view.kwargs)
                yield action.kwargs["name"], address


def _paragraphs(view: "APIView", status: int) -> list[str]:
    """What is said of an address, but to those who may not read it. The source's lines are joined,
    and code is not marked: this is plain text."""
    if status in (401, 403):
        return []
    text = view.get_view_description().replace("`", "")
    return [" ".join(one.split()) for one in text.split("\n\n")]


def _bodyless(view: Any) -> list[Any]:
    if not getattr(view, "detail", False):
        return []
    return [one for one in view.get_extra_actions() if one.detail and _is_button(one)]


def _is_button(action: Any) -> bool:
    """Whether it sends something, and its address has nothing that the page does not know."""
    return "post" in action.mapping and "(?P<" not in action.url_path


def _example(view: Any, method: str) -> Any:
    """The body that the OpenAPI document shows for a method; None where it has none."""
    name = getattr(view, "action_map", {}).get(method.lower()) or method.lower()
    documented = getattr(getattr(view, name, None), "kwargs", {}).get("schema")
    schema = documented() if documented else view.schema
    return schema.body_example(view, method)


def _as_stored(example: Any, data: Any) -> Any:
    """The example with the values of the object that the page shows, if it shows one."""
    if not isinstance(data, dict) or not example or not example.keys() <= data.keys():
        return example
    return {name: data[name] for name in example}


def _as_text(body: Any) -> str:
    return "" if body is None else ExactJSONRenderer().render(body, _READABLE).decode()
