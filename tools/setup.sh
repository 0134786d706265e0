#!/bin/sh
# Makes .venv from requirements.lock, hashes checked, with the newest fitting Python; nothing is installed elsewhere.
set -eu
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

# pyenv's shims answer only for the versions that are switched on, so its folders are looked at too
python=""
for candidate in ${PYTHON:-} python3.12 python3.13 python3.11 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.11*/bin/python; do
    if fits "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    echo "No Python 3.11, 3.12 or 3.13 with venv was found." >&2
    echo "Mend: install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12)," >&2
    echo "      or name it: make run PYTHON=/path/to/python3.12" >&2
    exit 1
fi

free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
if [ "$free_kb" -lt 3000000 ]; then
    echo "Only $((free_kb / 1024)) MiB are free here; the environment needs about 3000. Mend: free some, or clone elsewhere." >&2
    exit 1
fi

echo "setting up .venv with $("$python" --version) ($python)"
rm -rf .venv
"$python" -m venv .venv
# uv installs the rest; it is itself taken from the lock, hash and all
awk '/^[a-z0-9]/ { on = ($0 ~ /^uv==/) } on' requirements.lock > .venv/uv.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
touch .venv/ready
