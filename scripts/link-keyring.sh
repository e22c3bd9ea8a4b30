#!/usr/bin/env bash
# link-keyring.sh MYSQLD KEYRING LINKS: writes LINKS/start-mysqld, which becomes MYSQLD with the keyring that restore.sh
# has put into the directory KEYRING.
#
# mysqld reads its manifest beside its own program, and a component its configuration in the directory of plugins. So
# LINKS gets a link to the program, with the manifest beside it, and links to the plugins, with the configuration among
# them: the installation stays as it is, and other servers have nothing to do with this keyring.
set -euo pipefail

keyring=$2 links=$3
program=$(command -v "$1") || {
  echo "$1 is not there" >&2
  exit 1
}
settings=$("$program" --no-defaults --verbose --help 2>/dev/null)
base=$(sed -n 's/^basedir  *//p' <<<"$settings") plugins=$(sed -n 's/^plugin-dir  *//p' <<<"$settings")
configuration=$(echo "$keyring"/component_keyring_*.cnf)
component=$(basename "$configuration" .cnf)
[[ -e $plugins/$component.so ]] || {
  echo "there is no $component.so in $plugins" >&2
  exit 1
}

rm -rf "$links/bin" "$links/plugins"
mkdir "$links/bin" "$links/plugins"
ln -s "$program" "$links/bin/mysqld"
ln -s "$keyring/mysqld.my" "$links/bin/mysqld.my"
ln -s "${plugins%/}"/* "$links/plugins/"
ln -sf "$configuration" "$links/plugins/$component.cnf"
# Options after those of the caller win.
printf '#!/bin/sh\nexec "%s" "$@" --basedir="%s" --plugin-dir="%s"\n' "$links/bin/mysqld" "$base" "$links/plugins" \
  >"$links/start-mysqld.new"
chmod 0700 "$links/start-mysqld.new"
mv "$links/start-mysqld.new" "$links/start-mysqld"
