"""CloudFormation's templates as cfn-lint reads them."""

from pathlib import Path
from typing import Any

import cfnlint.decode


def read_template(path: Path) -> Any:
    """Lists and dicts; a short form such as ``!Ref X`` reads ``{"Ref": "X"}``."""
    content, errors = cfnlint.decode.decode(str(path))
    assert not errors
    return content
