#!/usr/bin/env bash
# Measures the product beside a floor in the same run, on a private PostgreSQL and Redis. ROWS=… scales the data.
source "$(dirname "$0")/common.sh"
cd "$ROOT"
VAR_DIR="$(mktemp -d)"
export VAR_DIR DEMO_MODE=1 PYTHONWARNINGS=ignore
trap 'rm -rf "$VAR_DIR"' EXIT
"$VENV/bin/python" scripts/services.py run "$VENV/bin/python" -m bench "$@"
