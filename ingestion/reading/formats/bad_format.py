"""What is wrong with a format."""


class BadFormat(Exception):
    """A format contradicts itself, its kind or another format.

    ``faults`` has a sentence that says what to change, under the path of each option:
    ``columns.local_avg.factor``.
    """

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(f"{path}: {fault}" for path, fault in faults.items()))
        self.faults = faults
