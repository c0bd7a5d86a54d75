#!/usr/bin/env bash
# Installs the groups of cmake/packages.txt that are named as arguments, without asking anything.
# Silent when nothing is missing, for any user. Installing needs root, or sudo without a password.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
list=cmake/packages.txt

packages_of() {
    awk -v group="[$1]" '/^\[/ { found = ($0 == group) } found && /^[a-z0-9]/' "$list"
}

missing=()
for group in "$@"; do
    packages=$(packages_of "$group")
    if [[ -z $packages ]]; then
        echo "install_packages.sh: no group '$group' in $list" >&2
        exit 2
    fi
    for package in $packages; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        if [[ $status != installed && " ${missing[*]-} " != *" $package "* ]]; then
            missing+=("$package")
        fi
    done
done
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

if [[ $(id -u) -eq 0 ]]; then
    as_root=()
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    cat >&2 <<HELP
These packages are missing: ${missing[*]}
Installing them needs root. Please run:
    sudo apt-get update
    sudo apt-get install -y --no-install-recommends ${missing[*]}
HELP
    exit 1
fi

echo "Installing with apt-get: ${missing[*]}" >&2
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
"${apt[@]}" update </dev/null >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2
