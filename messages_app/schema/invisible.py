"""Characters that nobody sees: they make no difference between two names, and no name alone."""

import re

# Soft hyphen, zero-width spaces and joiners of words, marks of direction and of byte order.
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
# Spaces at which lines are not broken.
_SPACES = re.compile("[\u00a0\u2007\u202f]")
# Within a word they join letters (Persian, Hindi) and emoji; around it they say nothing.
_JOINERS = "\u200c\u200d"
_AROUND = _JOINERS + "".join(one for one in map(chr, range(0x3001)) if one.isspace())


def visible(text: str) -> str:
    """Text without invisible characters, and without spaces around it."""
    text = text.strip()
    if text.isascii():
        return text
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip(_AROUND)
