"""The linter of JavaScript and CSS, which npm installs."""

from project.local import npm
from tests.support.processes import ROOT

FOLDER = ROOT / "tests" / "code" / "frontend"
LINTER = FOLDER / "node_modules" / ".bin" / "biome"


def environment() -> dict[str, str]:
    """The environment in which the linter runs."""
    return npm.environment()


def install_linter() -> None:
    """Install what the lock says, once."""
    npm.install(FOLDER)
