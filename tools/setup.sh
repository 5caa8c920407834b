#!/bin/sh
# Set up a virtual environment with dslab and all it needs: sh tools/setup.sh .venv
set -eu
venv=$1

# A candidate is run before it is trusted: some machines have a `python3.12` that only prints an error.
good() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! [ -x "$venv/bin/python" ]; then
    python=
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if good "$candidate"; then python=$candidate; break; fi
    done
    if [ -z "$python" ]; then
        echo "dslab needs Python 3.11 or later: none of '${PYTHON:-python3.13 python3.12 python3.11 python3}' is one." \
             "Install it, or say where it is: make PYTHON=/path/to/python3" >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments: on Debian and Ubuntu, apt install python3-venv" >&2
        exit 1
    fi
    "$python" -m venv "$venv"
fi
echo "Installing the packages into $venv (about a minute the first time) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[test]'
