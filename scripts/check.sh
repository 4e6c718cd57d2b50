#!/usr/bin/env bash
# Lint, format, types, import contracts, migrations, system checks, translations.
source "$(dirname "$0")/common.sh"
cd "$ROOT"
export DEMO_MODE=1 VAR_DIR="${VAR_DIR:-$ROOT/var/check}"
bin="$VENV/bin"
step() { say "== $1"; shift; "$@"; }

command -v xgettext >/dev/null || need_packages "sprawdzanie tłumaczeń" gettext
step "ruff" "$bin/ruff" check .
step "format" "$bin/ruff" format --check .
step "import contracts" "$bin/lint-imports" --no-cache
step "types" "$bin/mypy" eurzad portal payments taxes registers epuap
step "simulator's types" "$bin/mypy" --config-file eurzad/simulator/mypy.ini
step "migrations" "$bin/python" manage.py makemigrations --check --dry-run
step "system checks" "$bin/python" manage.py check --fail-level WARNING
step "simulator's system checks" env DJANGO_SETTINGS_MODULE=eurzad.simulator.settings "$bin/python" manage.py check --fail-level WARNING
step "translations" "$bin/python" scripts/translations.py check
say "Wszystko w porządku."
