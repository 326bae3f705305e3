"""Make, rotate and revoke write keys."""

from django.core.management.base import BaseCommand, CommandError

from tracking import keys, sites
from tracking.models import WriteKey


class Command(BaseCommand):
    help = (
        "Make a write key and print it, once: only its digest is kept. Where there are keys of that name they work for "
        "seven more days, so that a key can be changed without a gap; --revoke ends them all at once instead."
    )

    def add_arguments(self, parser):
        parser.add_argument("name", help="who or what will use it, for example: shop")
        parser.add_argument("--scope", choices=WriteKey.Scope.values, default=WriteKey.Scope.SERVER)
        parser.add_argument(
            "--origin", action="append", default=[], help="of a browser's pages: https://www.example.com"
        )
        parser.add_argument("--revoke", action="store_true", help="end the keys of that name; makes none")

    def handle(self, name, scope, origin, revoke, **options):
        if revoke:
            if not keys.revoke(WriteKey.objects.filter(name=name)):
                raise CommandError(f"There is no key named {name!r} that still works")
            return
        if scope == WriteKey.Scope.BROWSER and not origin:
            raise CommandError(
                "A browser's key is public, so it is bound to origins: add --origin https://www.example.com"
            )
        try:
            origins = [sites.origin_of(one) for one in origin]
        except (ValueError, UnicodeError) as error:
            raise CommandError(
                f"An --origin is no web address: {error}. Write it as https://www.example.com"
            ) from error
        self.stdout.write(keys.make(name, scope, origins))
