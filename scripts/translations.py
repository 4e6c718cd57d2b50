"""Compiles the translations, and checks that none is missing.

usage: translations.py compile | extract | check
"""

import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "uk")
IGNORED = (".venv/*", "var/*", "tests/*", "scripts/*", "epuap/simulator/*", "payments/simulator/*", "docs/*")


def catalogue(language: str) -> Path:
    """Return the path of a language's catalogue."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_all() -> None:
    """Write each .mo that is older than its .po."""
    for language in LANGUAGES:
        source = catalogue(language)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            polib.pofile(str(source)).save_as_mofile(str(target))


def extract() -> None:
    """Bring the catalogues up to date with the source (needs GNU gettext)."""
    for language in LANGUAGES:
        catalogue(language).parent.mkdir(parents=True, exist_ok=True)
    arguments = [part for pattern in IGNORED for part in ("--ignore", pattern)]
    languages = [part for language in LANGUAGES for part in ("--locale", language)]
    subprocess.run(
        [
            sys.executable,
            str(ROOT / "manage.py"),
            "makemessages",
            "--no-location",
            "--no-obsolete",
            *languages,
            *arguments,
        ],
        cwd=ROOT,
        check=True,
    )


def check() -> int:
    """Return the number of problems: strings of the source that a catalogue lacks, untranslated or fuzzy ones."""
    before = {
        language: catalogue(language).read_text() if catalogue(language).exists() else ""
        for language in LANGUAGES
    }
    extract()
    problems = 0
    for language in LANGUAGES:
        po = polib.pofile(str(catalogue(language)))
        catalogue(language).write_text(before[language])
        for entry in po:
            if not entry.translated() or "fuzzy" in entry.flags:
                print(
                    f"{language}: {entry.msgid[:100]!r} is {'fuzzy' if 'fuzzy' in entry.flags else 'untranslated'}"
                )
                problems += 1
    return problems


if __name__ == "__main__":
    action = sys.argv[1] if len(sys.argv) == 2 else ""
    if action == "compile":
        compile_all()
    elif action == "extract":
        extract()
    elif action == "check":
        found = check()
        print(f"translations: {found} problems")
        sys.exit(1 if found else 0)
    else:
        sys.exit(__doc__)
