"""Change the keys that sign links in mail: prints what to set, changes nothing."""

from django.core.management.base import BaseCommand, CommandError

from tracking import tokens


class Command(BaseCommand):
    help = (
        "Print TRACKING_KEYS with a new key in front, which signs from the next start on while links signed by the "
        "others still work; or, with --revoke, without one key: every link that it signed is dead from then on."
    )

    def add_arguments(self, parser):
        parser.add_argument("--revoke", metavar="NAME", default="", help="leave out this key instead")

    def handle(self, **options):
        try:
            self.stdout.write(f"TRACKING_KEYS={tokens.rotated(options['revoke'])}")
        except LookupError as error:
            raise CommandError(
                f"There is no key {error}, or it is the only one: make another first, without --revoke"
            ) from error
