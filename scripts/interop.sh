#!/usr/bin/env bash
# Sign-in through SimpleSAMLphp from Debian, which is brought here for it: `make interop`.
# With SIMPLESAMLPHP_DIR set to an unpacked package nothing is downloaded.
source "$(dirname "$0")/common.sh"
cd "$ROOT"
export DEMO_MODE=1
unset DATABASE_URL REDIS_URL VAR_DIR PORT SIM_PORT || true

loaded="$(php -m 2>/dev/null || true)"
missing=0
for one in pdo_sqlite mbstring SimpleXML curl; do grep -qx "$one" <<<"$loaded" || missing=1; done
if [ "$missing" = 1 ]; then
  need_packages "SimpleSAMLphp pod php -S" php-cli php-xml php-mbstring php-sqlite3 php-curl || exit 1
fi
if [ -z "${SIMPLESAMLPHP_DIR:-}" ]; then
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    fail "pakiet simplesamlphp pobiera się poleceniem apt-get, a rozpakowuje dpkg-deb; wskaż rozpakowany w SIMPLESAMLPHP_DIR"
  say "Pobieram simplesamlphp (bez instalowania)"
  (cd "$folder" && { apt-get -qq download simplesamlphp || { apt-get -qq update && apt-get -qq download simplesamlphp; }; } >/dev/null 2>&1) ||
    fail "nie udało się pobrać pakietu simplesamlphp"
  dpkg-deb -x "$folder"/simplesamlphp_*.deb "$folder/unpacked"
  export SIMPLESAMLPHP_DIR="$folder/unpacked"
fi
"$VENV/bin/python" -m pytest -q -m optional tests/optional "$@"
