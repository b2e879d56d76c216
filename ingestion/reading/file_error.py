"""What ends an import as a whole."""


class FileError(Exception):
    """The file cannot be imported, and trying again would not help.

    ``code`` is for programs; the message tells people what to change.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
