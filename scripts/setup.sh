#!/usr/bin/env bash
# Makes .venv from the hash-pinned requirement files, and the system libraries that PDF needs.
# usage: scripts/setup.sh [base|dev]
source "$(dirname "$0")/common.sh"
kind="${1:-base}"
lock="$ROOT/requirements/$kind.txt"

find_python() {
  local candidate
  for candidate in python3.11 python3 python; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return 0
    fi
  done
  return 1
}

if [ ! -x "$VENV/bin/python" ]; then
  python="$(find_python)" || { need_packages "Python 3.11" python3.11 python3.11-venv || exit 1; python="$(find_python)"; } ||
    fail "nie ma Pythona 3.11"
  "$python" -c 'import ensurepip' 2>/dev/null || need_packages "środowisko Pythona" python3.11-venv || exit 1
  say "Tworzę środowisko .venv"
  "$python" -m venv "$VENV"
fi

# The dev lock holds everything of the base lock, so an environment made for tests also runs the demo.
stamp="$VENV/.installed-$kind"
wanted="$(sha256sum "$lock" | cut -d' ' -f1)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] &&
   ! { [ "$kind" = base ] && [ "$(cat "$VENV/.installed-dev" 2>/dev/null)" = "$(sha256sum "$ROOT/requirements/dev.txt" | cut -d' ' -f1)" ]; }; then
  say "Instaluję pakiety Pythona z requirements/$kind.txt (pierwszy raz trwa to minutę lub dwie)"
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  printf '%s\n' "$wanted" >"$stamp"
fi

if ! "$VENV/bin/python" -c 'import weasyprint' >/dev/null 2>&1; then
  need_packages "dokumenty PDF" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core || exit 1
fi
"$VENV/bin/python" "$ROOT/scripts/translations.py" compile
