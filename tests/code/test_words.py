"""Pages, documents and the API's document use one word for one thing (docs/words.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.support.processes import ROOT

# Words and turns that docs/words.md replaces, as whole words in prose.
_UNUSED = re.compile(
    r"\b(dry[ ]run|simulation|quarantined?|bad[ ]rows?|undelete|poison[ ]message|redriven?|"
    r"roll(?:ed)?[ ]back|API[ ]keys?|there[ ]is[ ]no[ ]such|shall|"
    # Turns that a reader stumbles over, for "except", "after", "a few", "at the moment", "again",
    # "is not a" and "selected".
    r"but[ ]for|behind(?![ ]a\b)|in[ ]some[ ](?:seconds|minutes)|just[ ]now|anew|"
    r"(?<!there[ ])(?:is|are)[ ]no[ ](?!longer)|the[ ]chosen|"
    # American spellings.
    r"(?:recogn|organ|summar|normal)iz\w*|colors?|behaviors?|centers?|canceled|gr(?:ay|ays))\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"```.*?```|`[^`]*`|<style>.*?</style>|\{% comment %\}.*?\{% endcomment %\}|"
    r"\{[%#].*?[%#]\}|\{\{.*?\}\}|<[^>]*>",
    re.DOTALL,
)
# What a list of others' names has is not ours to spell.
_OTHERS = ("words.md", "licences.md")
TEXTS = sorted(
    [
        *(ROOT / "templates").rglob("*.html"),
        *(path for path in (ROOT / "docs").glob("*.md") if path.name not in _OTHERS),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
    ]
)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_use_the_words_of_the_list(path: Path) -> None:
    assert _unused(path.read_text()) == []


# A log has its own words, and a moment ago may be just now.
_OTHERWISE_IN_CODE = ("just now", "dead letter redriven", "dead letter mended and redriven")


@pytest.mark.parametrize(
    "app",
    ["audit", "columns", "common", "ingestion", "messages_app", "notices", "project", "silence"],
)
def test_sentences_in_code_use_the_words_of_the_list(app: str) -> None:
    paths = [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    found = [text for path in paths for text in _sentences(path) if _unused(text)]
    assert [text for text in found if text not in _OTHERWISE_IN_CODE] == []


def _sentences(path: Path) -> Iterator[str]:
    """The texts in a module that have several words, except docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and " " in str(node.value):
            yield str(node.value)


def test_the_document_of_the_api_uses_the_words_of_the_list() -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)
    assert [one for one in _described(document) if _unused(one)] == []


def _unused(text: str) -> list[str]:
    return _UNUSED.findall(" ".join(_CODE.sub(" ", text).split()))


def _described(part: object) -> list[str]:
    """All its summaries and descriptions."""
    if isinstance(part, dict):
        own = [part[name] for name in ("summary", "description") if name in part]
        inner = [text for value in part.values() for text in _described(value)]
        return [text for text in own if isinstance(text, str)] + inner
    if isinstance(part, list):
        return [text for value in part for text in _described(value)]
    return []
