from argparse import ArgumentParser
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.management.base import BaseCommand, CommandError

from project.benchmarks import inbox


class Command(BaseCommand):
    help = (
        "Measures how many records a second two listeners make of messages, beside what two workers"
        " make of files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--records", type=int, default=5_000, help="a round; 5,000 by default")
        parser.add_argument("--rounds", type=int, default=3, help="3 by default")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 250 <= options["records"] <= 80_000:
            raise CommandError("--records must be from 250 to 80,000.")
        heads = ("files", "POST", "BATCH_WRITE")
        self.stdout.write(f"{'records a second':18}" + "".join(f"{head:>22}" for head in heads))
        try:
            for number, one in enumerate(inbox.compare(options["records"], options["rounds"])):
                shares = "".join(
                    f"{rate:13,.0f} ({rate / one.files:5.2f}x)"
                    for rate in (one.files, one.messages, one.batches)
                )
                self.stdout.write(f"round {number + 1:<12}{shares}")
        except (ClientError, BotoCoreError) as error:
            raise CommandError(f"AWS does not do what the benchmark needs: {error}") from error
