"""`manage.py demo`: a whole installation to look at, loaded once."""

import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from wagtail.utils.apps import get_app_submodules

from cms import address, demo, demo_people, schema, server


class Command(BaseCommand):
    help = "Make the database and load the demonstration: content, people, history. A second run adds what is missing."

    def handle(self, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("This is a production installation; the demonstration would mix with its data.")
        if schema.gap().lacking:
            call_command("migrate", verbosity=1)
        address.keep()  # without a migration, too: the port may be another one today
        begun = time.monotonic()
        for app, module in get_app_submodules("demo"):
            if load := getattr(module, "load", None):
                load(lambda text, app=app: self._say(f"[{app} {time.monotonic() - begun:4.0f} s] {text}"))
        self._tell()

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def _tell(self):
        self.stdout.write("")
        for name, url in server.addresses().items():
            self.stdout.write(f"  {name:<14} {url}")
        self.stdout.write(f"  {'Log in as':<14} user name   password")
        for group, username, password in demo_people.logins(demo.cast()["users"]):
            self.stdout.write(f"    {group:<14} {username:<10} {password}")
        self.stdout.write(f"  Kept in {settings.VAR_DIR / demo_people.FILE}\n")
        self.stdout.flush()
