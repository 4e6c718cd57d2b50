# Sourced by the other scripts: where we are, and how system packages come in.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="$ROOT/.venv"

say() { printf '%s\n' "$*"; }
fail() { printf 'BŁĄD: %s\n' "$*" >&2; exit 1; }

# need_packages WHY PACKAGE...: installs Debian packages as root; as an ordinary user names the line and returns 1.
need_packages() {
  local why="$1"; shift
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Instaluję pakiety systemowe ($why): $*"
    export DEBIAN_FRONTEND=noninteractive
    local options=(-qq -o DPkg::Lock::Timeout=300)
    # shellcheck disable=SC2015
    apt-get "${options[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 ||
      { apt-get "${options[@]}" update >/dev/null && apt-get "${options[@]}" install -y --no-install-recommends "$@" >/dev/null; } ||
      fail "nie udało się zainstalować: $* ($why)"
    return 0
  fi
  printf 'Brakuje pakietów systemowych (%s). Poproś administratora o:\n  sudo apt-get install -y %s\n' "$why" "$*" >&2
  return 1
}
