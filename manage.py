#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")
    from django.core.management import execute_from_command_line

    from eurzad.environment import enough_for, stop_in_one_line

    with stop_in_one_line(), enough_for("".join(sys.argv[1:2])):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
