"""Say how the ledger is."""

import json

from django.core.management.base import BaseCommand

from tracking import vitals


class Command(BaseCommand):
    help = "What is stored, dropped, waiting; lag, share of robots, and whether the sum holds."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def handle(self, **options):
        found = vitals.whole()
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            self.stdout.write(f"{name:<12} {json.dumps(value) if isinstance(value, dict) else value}")
