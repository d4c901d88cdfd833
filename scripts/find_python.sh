# Sourced by the launchers. In: METERLINE_PYTHON, PATH. Out: $python (3.11 or newer), $root.
# Says the exact command that adds a Python when there is none.

self=$0
[ ! -L "$self" ] || self=$(readlink -f -- "$self")
root=$(CDPATH='' cd -- "$(dirname -- "$self")/.." && pwd -P)

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

no_python() {
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo='sudo '
    {
        echo "meterline: $1"
        if command -v apt-get >/dev/null 2>&1; then
            echo "Debian 12, Ubuntu 24.04 and newer:"
            echo "  ${sudo}apt-get update && ${sudo}apt-get install -y python3 python3-venv"
            echo "Ubuntu 22.04:"
            echo "  ${sudo}apt-get update && ${sudo}apt-get install -y python3.11 python3.11-venv"
        elif command -v dnf >/dev/null 2>&1; then
            echo "  ${sudo}dnf install -y python3.11"
        else
            echo "Install Python 3.11 or newer, or name one: METERLINE_PYTHON=/path/to/python3"
        fi
    } >&2
    exit 2
}

python=
if [ -n "${METERLINE_PYTHON:-}" ]; then
    new_enough "$METERLINE_PYTHON" ||
        no_python "METERLINE_PYTHON=$METERLINE_PYTHON is no Python 3.11 or newer."
    python=$METERLINE_PYTHON
else
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || no_python "no Python 3.11 or newer on PATH."
fi
