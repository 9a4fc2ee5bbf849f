# Sourced by ./run and ./test (POSIX sh, from the project's folder): `install_lock FILE` makes .venv hold what
# the hashed lock FILE names, `install_clients` the JavaScript clients that tests speak through. Nothing happens
# when it does already.

say() {
    printf '%s\n' "$*" >&2
}

give_up() {
    say "$*"
    exit 1
}

# Prints the first Python of at least 3.11.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Debian packages, when we may install them; otherwise says what to type.
need_packages() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing $* (Debian) …"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2 </dev/null ||
            give_up "apt-get could not install: $*"
    else
        give_up "Missing: $*. On Debian and Ubuntu:  sudo apt-get install $*"
    fi
}

has_uv() {
    command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1
}

make_venv() {
    python=$(find_python) || {
        need_packages python3 python3-venv
        python=$(find_python) || give_up "Python 3.11 or newer is needed; set PYTHON to one."
    }
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        if has_uv; then
            uv venv --quiet --allow-existing --seed --python "$python" .venv
            return
        fi
        need_packages python3-venv
    fi
    "$python" -m venv .venv
}

install_lock() {
    lock=$1
    mkdir -p .venv
    # Two at once wait for each other.
    exec 9>.venv/setup.lock
    if command -v flock >/dev/null 2>&1; then flock 9; fi
    if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        rm -f .venv/lock-*
        make_venv
    fi
    wanted=$(sha256sum "$lock" | cut -d ' ' -f 1)
    stamp=.venv/lock-${lock%.txt}
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "Installing what $lock names …"
        rm -f "$stamp"
        { has_uv && uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"; } ||
            .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
            give_up "The packages could not be installed (is the network there?). Nothing was started."
        printf '%s\n' "$wanted" >"$stamp"
    fi
    exec 9>&-
}

# Tests that need the clients are skipped where the network did not give them (see tests/clients/conftest.py).
install_clients() {
    wanted=$(cat tests/clients/package.json tests/clients/package-lock.json | sha256sum | cut -d ' ' -f 1)
    stamp=.venv/lock-clients
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "Installing the JavaScript clients that tests/clients names …"
        rm -f "$stamp"
        mkdir -p .venv/clients
        cp tests/clients/package.json tests/clients/package-lock.json .venv/clients/
        # shellcheck disable=SC2015  # neither step may stop the tests
        PATH="$PWD/.venv/bin:$PATH" npm ci --prefix .venv/clients --ignore-scripts --no-audit --no-fund --silent \
            --fetch-retries=1 --fetch-retry-mintimeout=1000 >&2 &&
            printf '%s\n' "$wanted" >"$stamp" ||
            say "They could not be installed; the tests that need them are skipped."
    fi
}
