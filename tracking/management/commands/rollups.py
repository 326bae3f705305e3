"""Count the days of the ledger again."""

import json

from django.core.management.base import BaseCommand

from tracking import rollups
from tracking.models import StaleDay


class Command(BaseCommand):
    help = "Count what is marked as changed; with --rebuild every day there is. Ends with one JSON line."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true", help="count every day again from its events")

    def handle(self, **options):
        if options["rebuild"]:
            rollups.rebuild()
        days = 0
        while done := rollups.refresh(hurry=True):
            days += done
            self.stderr.write(f"{days} days counted")
        self.stdout.write(json.dumps({"days": days, "waiting": StaleDay.objects.count()}))
