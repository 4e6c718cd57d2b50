#!/usr/bin/env bash
# All tests: on SQLite, on a private PostgreSQL and Redis, and in a real browser.
# usage: scripts/test.sh [pytest arguments]   (with arguments: one plain pytest run of those)
source "$(dirname "$0")/common.sh"
cd "$ROOT"
PYTHON="$VENV/bin/python"
export DEMO_MODE=1
unset DATABASE_URL REDIS_URL VAR_DIR PORT SIM_PORT || true
not_run=()

chromium_ready() {
  command -v chromium >/dev/null || need_packages "przeglądarka do testów" chromium
}

if [ $# -gt 0 ]; then
  chromium_ready || true
  exec "$PYTHON" -m pytest "$@"
fi

say "== Testy jednostkowe i integracyjne (SQLite)"
"$PYTHON" -m pytest -q -n 2 -m "not postgres and not redis and not e2e and not optional"

say "== Testy na prawdziwym PostgreSQL i Redis"
code=0
"$PYTHON" scripts/services.py run "$PYTHON" -m pytest -q -m "postgres or redis" || code=$?
if [ "$code" = 3 ]; then not_run+=("PostgreSQL i Redis"); elif [ "$code" != 0 ]; then exit "$code"; fi

say "== Podróże w prawdziwej przeglądarce"
if chromium_ready; then
  "$PYTHON" -m pytest -q -m e2e tests/e2e
else
  not_run+=("podróże w przeglądarce (brakuje Chromium)")
fi

for what in "${not_run[@]}"; do say "NIE URUCHOMIONO: $what"; done
say "Testy zakończone."
