"""What is wrong with a value or a row: the sender's fault, never retried."""

from dataclasses import asdict, dataclass


class Invalid(ValueError):
    """A value breaks its field's rule. ``code`` is for programs, the message for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a row: the column ('' when the whole row is meant), the value and why."""

    column: str
    value: str
    code: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
