"""``bin/mutate``: puts small faults into the code and tells which no test notices."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.code.mutants import warm
from tests.code.mutants.choice import tests_for
from tests.code.mutants.listed import EQUIVALENT, UNNOTICED, entries, is_listed, modules
from tests.code.mutants.mutant import Mutant, mutants_of
from tests.code.mutants.report import Results, survivors, table
from tests.code.mutants.touched import Touched
from tests.support.processes import ROOT

# Nothing of it is in the repository.
FOLDER = ROOT / ".local" / "mutants"
_HELP = "modules or folders of tests/code/mutants/modules.txt; all when none is named"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", help=_HELP)
    parser.add_argument("--tests", nargs="*", default=[], help="run only those of these folders")
    parser.add_argument("--again", action="store_true", help="try those that were left once more")
    parser.add_argument("--report", action="store_true", help="only tell what was found so far")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    mutants = [one for name in modules(options.modules) for one in mutants_of(name)]
    listed = entries(EQUIVALENT)
    equivalent = {one.key for one in mutants if is_listed(one, listed)}
    broken = []
    if not options.report:
        broken = _try([one for one in mutants if one.key not in equivalent], options)
    results = Results(FOLDER / "results.jsonl")
    left = list(survivors(mutants, equivalent, results))
    explained = entries(UNNOTICED)
    without = [one for one in left if not is_listed(one, explained)]
    (FOLDER / "left.txt").write_text("".join(f"{one}\n\n" for one in without))
    print(table(mutants, equivalent, results))  # noqa: T201
    print(f"median {results.median_seconds()} s a mutant")  # noqa: T201
    print(f"of those left {len(without)} have no reason in {UNNOTICED.name}: {FOLDER / 'left.txt'}")  # noqa: T201
    if broken:
        sys.exit(f"a process broke off before it was through; why is in {' and '.join(broken)}")


def _try(mutants: list[Mutant], options: argparse.Namespace) -> list[str]:
    """Returns the logs of the processes that broke off."""
    results = Results(FOLDER / "results.jsonl")
    done = {"noticed", "endless"} if options.again else {"noticed", "endless", "left", "untouched"}
    mutants = [one for one in mutants if results.what(one) not in done]
    if not mutants:
        return []
    touched = Touched(FOLDER / "touched.json", modules([]))
    touched.refresh(options.tests, options.processes)
    print(f"trying {len(mutants)} mutants", flush=True)  # noqa: T201
    running = [
        _process(number, mutants[number :: options.processes], touched, options)
        for number in range(min(options.processes, len(mutants)))
    ]
    codes = [process.wait() for process in running]
    return [str(_log(number)) for number, code in enumerate(codes) if code]


def _process(
    number: int, mutants: list[Mutant], touched: Touched, options: argparse.Namespace
) -> "subprocess.Popen[bytes]":
    """One that tries these mutants, each on the tests of its lines."""
    planned = [
        {**one.as_json(), "tests": tests_for(one, touched, options.tests)} for one in mutants
    ]
    plan = FOLDER / f"plan-{number}.json"
    plan.write_text(json.dumps({"mutants": planned, "seconds": touched.seconds}))
    places = {warm.PLAN: str(plan), warm.RESULTS: str(FOLDER / "results.jsonl")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.code.mutants.warm"]
    with _log(number).open("wb") as log:
        return subprocess.Popen(
            [*command, *_files(planned)],
            cwd=ROOT,
            env={**os.environ, **places},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _log(number: int) -> Path:
    return FOLDER / f"process-{number}.log"


def _files(planned: list[dict[str, object]]) -> list[str]:
    """The files of the tests, and one that has all fixtures made."""
    tests = {test for one in planned for test in one["tests"]}  # type: ignore[attr-defined]
    return sorted({test.partition("::")[0] for test in tests} | {warm.FIRST_FILE})


if __name__ == "__main__":
    main()
