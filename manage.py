#!/usr/bin/env python
"""Django's command line, for the settings named by DJANGO_SETTINGS_MODULE (default: development)."""

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError


def main():
    """Run the command; a wrong environment variable ends with one sentence and status 2, not with a trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.stderr.write(f"Configuration: {error}\nEvery variable is described in docs/settings.md.\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
