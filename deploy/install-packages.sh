#!/usr/bin/env bash
# Installs Debian packages without starting their services or making a PostgreSQL cluster.
# usage (as root): install-packages.sh PACKAGE...
#
# While it runs, a policy forbids service starts and a fragment forbids the "main" cluster; both are taken back at
# the end, whatever the end is. A policy that the machine had before is put back as it was.
set -euo pipefail

root="${INSTALL_ROOT:-}"  # tests point this at a folder of their own
policy="$root/usr/sbin/policy-rc.d"
kept="$policy.before-hereabouts"
fragment="$root/etc/postgresql-common/createcluster.d/hereabouts.conf"

put_back() {
    rm -f "$fragment"
    rmdir --ignore-fail-on-non-empty "${fragment%/*}" "${fragment%/*/*}" 2>/dev/null || true
    if [ -e "$kept" ] || [ -L "$kept" ]; then
        mv -f "$kept" "$policy"
    elif [ -e "$policy" ] && grep -q 'hereabouts' "$policy"; then
        rm -f "$policy"
    fi
}

if [ $# -eq 0 ]; then
    echo "usage: install-packages.sh PACKAGE..." >&2
    exit 2
fi
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    echo "install-packages.sh must run as root" >&2
    exit 1
fi

# A package whose service Debian enables for the next boot, as "package service".
services="nginx-common nginx
redis-server redis-server"
is_installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok'
}
was_off=""
while read -r package service; do
    is_installed "$package" || was_off="$was_off$package $service
"
done <<<"$services"

put_back # what a killed run may have left
trap put_back EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "${policy%/*}" "${fragment%/*}"
if [ -e "$policy" ] || [ -L "$policy" ]; then
    mv -f "$policy" "$kept"
fi
printf '#!/bin/sh\n# hereabouts: no service starts while its packages are installed\nexit 101\n' >"$policy"
chmod 755 "$policy"
echo "create_main_cluster = false" >"$fragment"

export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"

# The project starts its own, so a service that came with its packages stays off.
while read -r package service; do
    if [ -n "$package" ] && is_installed "$package"; then
        update-rc.d "$service" disable >/dev/null 2>&1 || true
    fi
done <<<"$was_off"
