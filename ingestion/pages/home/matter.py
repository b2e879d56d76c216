"""A thing that needs attention, on the overview."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look after; ``link`` leads to where that is done, and says ``action``. What can
    be settled without doing it has a name."""

    sentence: str
    link: str = ""
    action: str = ""
    name: str = ""
