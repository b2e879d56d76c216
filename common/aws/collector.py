"""How often Python's collector looks for objects that only refer to each other.

An answer of the table with some thousand records is tens of thousands of dictionaries, and by
default the collector looks over them at every 700th: more than half of the CPU of reading them. See
https://docs.python.org/3/library/gc.html#gc.set_threshold
"""

import gc

# New objects between two looks at them; looks before the older are looked at too; and so on.
_THRESHOLDS = (10_000, 20, 50)


def collect_seldom() -> None:
    """For a process that serves, when it has loaded its code: that is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
