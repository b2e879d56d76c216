# Finds a Python that is new enough; for the scripts beside this file, which source it.

# Prints its command, or says in one sentence what to install.
find_python() {
    local name found=""
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if ! "$name" -c "" >/dev/null 2>&1; then
            continue
        fi
        if "$name" -c "import sys; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1; then
            echo "$name"
            return 0
        fi
        found="${found:-$("$name" -c "import sys; print('%d.%d' % sys.version_info[:2])" 2>/dev/null)}"
    done
    echo "error: Python 3.11 or newer is needed${found:+, and here is only $found}. Install it from python.org or with the system's package manager." >&2
    return 1
}
