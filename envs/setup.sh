#!/bin/sh
# Make .venv with the pinned packages: `make setup` calls this. What is missing is said in one line.
#
#     PYTHON=…       a Python 3.11, 3.12 or 3.13 (default: the first on the PATH)
#     TORCH_INDEX=…  where pip finds torch: the address of an index of CPU builds, or
#                    `default` for the index of all other packages
set -eu
cd "$(dirname "$0")/.."
ROOT=${ROOT:-}  # tests put other files in place of the system's
LOG=.venv/setup.log

stop() {
    echo "make setup: $1" >&2
    exit 1
}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; }
has_pip() { fits "$1" && "$1" -m pip --version > /dev/null 2>&1; }

# Debian keeps what makes a virtual environment in a package of its own.
find_python() {
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if fits "$candidate" && "$candidate" -c 'import ensurepip, venv' 2> /dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

# What brings a fitting Python on this very system.
remedy() {
    name=$(. "$ROOT/etc/os-release" 2> /dev/null && echo "$PRETTY_NAME") || name="this system"
    if command -v apt-get > /dev/null; then
        for version in 3.13 3.12 3.11; do
            if apt-cache show "python$version-venv" > /dev/null 2>&1; then
                echo "on $name: sudo apt-get install python$version-venv"
                return
            fi
        done
    elif command -v dnf > /dev/null; then
        echo "on $name: sudo dnf install python3.12"
        return
    elif command -v zypper > /dev/null; then
        echo "on $name: sudo zypper install python313, or python312"
        return
    elif command -v pacman > /dev/null; then
        echo "on $name: sudo pacman -S uv && uv python install 3.13, then make setup PYTHON=\$(uv python find 3.13)"
        return
    fi
    echo "$name has no package of them that is known here: install one with its module venv"
}

# What pip was told of a setting, by the strongest of its sections; several values have blanks between.
setting() {
    for section in :env: install global; do
        value=$(printf '%s\n' "$TOLD" | sed -n "s/^$section\.$1='\(.*\)'\$/\1/p" | sed 's/\\n/ /g; s/^ *//')
        if [ -n "$value" ]; then
            printf '%s' "$value"
            return
        fi
    done
}

# uv installs in a fourth of pip's time. It is told of pip's indexes, of which it does not know.
get_uv() {
    .venv/bin/python -m pip install --disable-pip-version-check --no-compile -r envs/uv.txt >> "$LOG" 2>&1 || true
    TOLD=$(.venv/bin/python -m pip config list 2>> "$LOG") || TOLD=
    export UV_INDEX_URL="$(setting index-url)" UV_EXTRA_INDEX_URL="$(setting extra-index-url)"
    export UV_FIND_LINKS="$(setting find-links | sed 's|  *|,|g')" UV_INDEX_STRATEGY=unsafe-best-match
    [ -n "$UV_INDEX_URL" ] || unset UV_INDEX_URL
    case $(setting no-index) in '' | 0 | false | no | off) NO_INDEX= ;; *) NO_INDEX=--no-index ;; esac
}

# Of builds of one version uv takes the first index's, and asks its default index last; pip takes the
# best build of all. An index of pure wheels, as piwheels is, would win over the wheel with libsndfile.
# Where pip was told of further indexes, it names the first one itself. Not for torch of an index that
# the user names.
first_index() {
    index=$(sed -n 's/^Looking in indexes: \([^,]*\),.*/\1/p' "$LOG" | head -n 1)
    export UV_INDEX="${UV_INDEX_URL:-$index}"
}

# Installs, and keeps what is said for the day it fails. Where uv cannot be had, or cannot do it,
# pip does the same.
install() {
    if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --python .venv/bin/python $NO_INDEX "$@" >> "$LOG" 2>&1; then
        return
    fi
    .venv/bin/python -m pip install --disable-pip-version-check --no-compile "$@" >> "$LOG" 2>&1 ||
        stop "pip failed: $(grep '^ERROR' "$LOG" | tail -n 1 | cut -c 1-200) (pip install $*; all of it is in $LOG)"
}

# Whether pip would take a build of torch with CUDA, as the index of all packages has for x86-64.
brings_cuda() {
    .venv/bin/python -m pip install -q --dry-run --no-deps --report - -r envs/torch.txt 2>> "$LOG" |
        grep -q '^ *"nvidia-'
}

[ "$(uname -s)" = Linux ] ||
    stop "Linux is needed, and this is $(uname -s): docs/devices.md has a container"
[ "$(getconf LONG_BIT)" = 64 ] ||
    stop "a 64-bit system is needed, and programs here are of $(getconf LONG_BIT) bits (kernel: $(uname -m)): install the system's 64-bit image"
case $(uname -m) in
    x86_64 | aarch64) ;;
    *) stop "torch has no wheels for $(uname -m): x86_64 or aarch64 is needed" ;;
esac
getconf GNU_LIBC_VERSION > /dev/null 2>&1 ||
    stop "torch has no wheels for this C library, which is not glibc: docs/devices.md has a container"

if ! has_pip .venv/bin/python; then
    python=$(find_python)
    asked=${PYTHON:+"$PYTHON is not"}
    [ -n "$python" ] ||
        stop "Python 3.11, 3.12 or 3.13 with pip is needed, and ${asked:-none on the PATH is} one; $(remedy); or say where one is: make setup PYTHON=/path/to/python3"
    [ ! -e .venv ] || echo "make setup: .venv has no pip, or a Python that does not fit: made anew"
    "$python" -m venv --clear .venv
fi

: > "$LOG"
get_uv
case ${TORCH_INDEX:-} in
    default) ;;
    '')
        if [ "$(uname -m)" = x86_64 ] && brings_cuda; then
            stop "pip finds torch with CUDA, several GB: name an index of CPU builds, make setup TORCH_INDEX=ADDRESS (PyTorch's install page gives it), or take CUDA: make setup TORCH_INDEX=default"
        fi
        ;;
    *) install --no-deps --index-url "$TORCH_INDEX" -r envs/torch.txt ;;
esac
first_index
install -r envs/requirements.txt
install --no-deps -r envs/espnet.txt
.venv/bin/python -c 'import soundfile' >> "$LOG" 2>&1 ||
    stop "soundfile was installed from a wheel without libsndfile, and the system has none: install it (Debian: sudo apt-get install libsndfile1), or leave out the index that has this wheel (pip config list names the indexes)"
# What a run imports is kept compiled, two processes at once; pip would compile all that is there.
# Under emulation (COMPILE=no) that takes longer than to compile what is used when it is used.
compiled() { env -u PYTHONDONTWRITEBYTECODE .venv/bin/python envs/compile.py "$1" > /dev/null 2>&1 || true; }
if [ "${COMPILE:-}" != no ]; then
    compiled workflow &
    compiled espnet
    wait
fi
touch .venv/.ready
