#!/bin/sh
# The programs that the tests drive: PostgreSQL with PostGIS, Chromium, ogrinfo. Installs what is missing on Debian and
# Ubuntu; elsewhere, or without root, says what is missing. With LANDINFO_TEST_POSTGIS (a server's address) given, no
# PostgreSQL is wanted here. Arguments are further programs, each of a package of its name.
set -eu
also=$*

have_postgres() {
    [ -n "${LANDINFO_TEST_POSTGIS:-}" ] && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        version=${initdb#/usr/lib/postgresql/}
        [ -x "$initdb" ] && [ -e "/usr/share/postgresql/${version%%/*}/extension/postgis.control" ] && return 0
    done
    return 1
}

have_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }

missing() {
    have_postgres || printf 'postgresql postgresql-postgis '
    have_chromium || printf 'chromium fonts-dejavu-core '
    command -v ogrinfo >/dev/null || printf 'gdal-bin '
    for program in $also; do command -v "$program" >/dev/null || printf '%s ' "$program"; done
}

packages=$(missing)
[ -z "$packages" ] && exit 0

say_what_is_missing() {
    echo "The tests need: $packages" >&2
    echo "  apt-get install --no-install-recommends $packages" >&2
    [ -n "${LANDINFO_TEST_POSTGIS:-}" ] || echo "  (a PostGIS server elsewhere: LANDINFO_TEST_POSTGIS=postgresql://...)" >&2
    exit 1
}

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=sudo
else
    say_what_is_missing
fi
command -v apt-get >/dev/null || say_what_is_missing

echo "• apt-get install $packages"
log=$(mktemp)
# shellcheck disable=SC2086
{
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages
} >"$log" 2>&1 || { cat "$log" >&2; say_what_is_missing; }
rm -f "$log"

packages=$(missing)
[ -z "$packages" ] || say_what_is_missing
