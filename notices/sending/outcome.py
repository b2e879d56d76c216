"""What became of a try to send a notice."""


class NotSent(Exception):
    """It was not sent, for the reason that the sentence gives.

    ``is_of_target``: others for the same target would fail too just now. ``can_pass``: it may
    succeed later.
    """

    def __init__(self, sentence: str, *, is_of_target: bool = True, can_pass: bool = True) -> None:
        super().__init__(sentence)
        self.is_of_target = is_of_target
        self.can_pass = can_pass
