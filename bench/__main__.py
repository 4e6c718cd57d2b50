"""Sets up what the measurements need, runs them and prints ratios to a floor measured in the same run.

`python -m bench [part …]` with parts of `PARTS`; without a name all of them.
"""

import os
import sys
import time
from importlib import import_module

import django

PARTS = ("pages", "signin", "hostile", "filing", "mandates", "journal", "statement", "interest", "ledger")


def main() -> None:
    """Run the parts that were asked for."""
    asked = sys.argv[1:] or list(PARTS)
    unknown = set(asked) - set(PARTS)
    if unknown:
        raise SystemExit(f"bench knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name in asked:
        begun = time.perf_counter()
        print(f"== {name}")
        import_module(f"bench.{name}").run()
        print(f"({name} took {time.perf_counter() - begun:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main()
