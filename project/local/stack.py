"""Brings the stack up, step by step, and says where to look."""

import asyncio
import shlex
from contextlib import suppress
from pathlib import Path

from project.local import services
from project.local.emulator.ministack_state import HEALTH_PATH
from project.local.emulator.snapshots import SnapshotStore, replace_file
from project.local.options import Options
from project.local.processes.output import Output
from project.local.processes.supervisor import Supervisor
from project.local.processes.together import together
from project.local.processes.wait_until_up import until_answers
from project.local.services import manage
from project.local.table.ask import tables_in
from project.local.table.carry_over import carry_over_command


class Stack:
    """The steps of a start. A failed one raises StartFailure."""

    def __init__(
        self, options: Options, supervisor: Supervisor, output: Output, *, has_table: bool
    ) -> None:
        """``has_table``: whether the table has an engine of its own."""
        self._options = options
        self._has_table = has_table
        self._supervisor = supervisor
        self._output = output
        self._lost_since = LostSince(options.data_dir / "lost-since", options.aws_dir)

    async def start(self) -> None:
        """Everything up, up to the last line ``ready http://…``."""
        options, run = self._options, self._supervisor.run
        self._output.say(f"starting, with everything kept in {options.data_dir}")
        self._lost_since.note()
        migrate = manage("migrate", "--noinput", "--verbosity", "0", "--skip-checks")
        await together(self._start_aws(), run("migrate", migrate))
        accounts = manage("local_start", "--directory", str(options.data_dir))
        await together(run("accounts", accounts), self._recover())
        self._supervisor.keep(services.web(options))
        for worker in services.workers(options):
            self._supervisor.keep(worker)
        self._supervisor.keep(services.listener())
        if options.sample:
            sample = services.ROOT / "sample_data" / "data.csv"
            await run("sample", manage("local_sample", str(sample)))
        if options.demo:
            await run("demo", manage("demo"))
        await until_answers(f"{options.url}/healthz")
        self._say_where_to_look()

    async def _start_aws(self) -> None:
        options = self._options
        self._supervisor.keep(services.aws(options, on_restart=self._mend_aws))
        if self._has_table:
            await until_answers(options.aws_url + HEALTH_PATH)
            if await asyncio.to_thread(tables_in, options.aws_url):
                command = carry_over_command(options.aws_url, options.table_file)
                await self._supervisor.run("table", command)
            self._supervisor.keep(services.table(options))
            await until_answers(options.table_url)
        await self._provision()

    async def _mend_aws(self) -> None:
        """After it died, it came back in the state of its last snapshot: what the queues lost is
        found again from bucket and imports."""
        self._lost_since.note()
        await self._provision()
        await self._recover()

    async def _provision(self) -> None:
        await until_answers(self._options.aws_url + HEALTH_PATH)
        await self._supervisor.run("provision", manage("provision"))

    def _addresses(self) -> str:
        """Of the embedded AWS, for whom the settings do not reach."""
        aws = self._options.aws_url
        table = self._options.table_url
        return f"S3 and SQS {aws}, DynamoDB {table}" if self._has_table else aws

    async def _recover(self) -> None:
        since = self._lost_since.moment
        if since:
            lost = ["--queues"] if self._has_table else []
            await self._supervisor.run("recover", manage("recover", "--since", since, *lost))
            self._lost_since.forget()

    def _say_where_to_look(self) -> None:
        url, data = self._options.url, self._options.data_dir
        for line in (
            "",
            f"Sluice runs at {url}",
            f"  user admin, password in {data / 'admin-password'}",
            f"  API token in {data / 'api-token'}",
            "  upload a file there, or drop it into the bucket with any S3 client:",
            f"    set -a; . {shlex.quote(str(data / 'env'))}",
            "    aws s3 cp my.csv s3://$DATA_BUCKET/",
            "    aws dynamodb scan --table-name $MESSAGES_TABLE --max-items 5",
            f"  an AWS CLI before 2.13 takes the addresses as --endpoint-url: {self._addresses()}",
            "Ctrl-C stops everything.",
            f"ready {url}",
        ):
            self._output.say(line)


class LostSince:
    """Since when the embedded AWS may have lost changes, until they were recovered.

    Kept in a file: also a start that is killed before it recovered must not forget it.
    """

    def __init__(self, path: Path, aws_dir: Path) -> None:
        self._path = path
        self._aws_dir = aws_dir

    def note(self) -> None:
        """Before AWS starts: look how it ended. An older moment stands."""
        latest = SnapshotStore(self._aws_dir).latest
        if latest and not latest.clean and not self._path.exists():
            replace_file(self._path, latest.taken_at + "\n")

    @property
    def moment(self) -> str | None:
        """ISO 8601, UTC; None when nothing was lost."""
        with suppress(FileNotFoundError):
            return self._path.read_text().strip()
        return None

    def forget(self) -> None:
        self._path.unlink()
