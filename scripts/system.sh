#!/bin/sh
# Installs the Debian packages that the tests need, where the machine lacks them. Quick when it has them. Never fails:
# what can't be installed is named, and the tests that need it are reported as skipped.
set -u

need=""
command -v git >/dev/null 2>&1 || need="$need git"
if [ "$(uname -s)" = Linux ]; then
  command -v bwrap >/dev/null 2>&1 || need="$need bubblewrap"
fi
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  command -v google-chrome >/dev/null 2>&1 || need="$need chromium"
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 ||
  need="$need postgresql"
[ -z "$need" ] && exit 0

explain() {
  echo "Not installed:$need ($1). Tests that need them are skipped." >&2
  echo "To run them too: apt-get install -y --no-install-recommends$need" >&2
  exit 0
}

command -v apt-get >/dev/null 2>&1 || explain "there is no apt-get here"
[ "$(id -u)" = 0 ] || explain "that takes root"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1 || explain "the package lists could not be read"
# One by one, so that one that can't be had does not keep the others out.
missing=""
for package in $need; do
  apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || missing="$missing $package"
done
need="$missing"
[ -z "$need" ] || explain "their installation failed"
exit 0
