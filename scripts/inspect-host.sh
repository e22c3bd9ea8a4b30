#!/bin/sh
# Prints what a host has of what a backup needs, one fact in a line: name, tab, value. Changes nothing.
# Needs nothing but a POSIX shell: whatever is missing has to be told, not tripped over.
set -u

usage() {
  echo 'usage: inspect-host.sh JOB_DIRECTORY'
  echo
  echo 'JOB_DIRECTORY holds job.env and client.cnf, as for backup.sh. CONTAINER_PROGRAM in job.env is looked for as well.'
}

LC_ALL=C
export LC_ALL

fact() { printf '%s\t%s\n' "$1" "$2"; }

has() { command -v "$1" >/dev/null 2>&1; }

first_line() { sed -n 1p | tr '\t' ' '; }

case ${1:-} in
  --help)
    usage
    exit 0
    ;;
  '' | -*)
    usage >&2
    exit 64
    ;;
esac

JOB_DIRECTORY=$1
# shellcheck disable=SC1091
. "$JOB_DIRECTORY/job.env"
# A login of the user's (~/.mylogin.cnf) would win over the option file.
MYSQL_TEST_LOGIN_FILE=$JOB_DIRECTORY/no-login-file
export MYSQL_TEST_LOGIN_FILE

for manager in apt-get dnf yum; do
  if has "$manager"; then
    fact packageManager "$manager"
    break
  fi
done
fact user "$(id -un 2>/dev/null || id -u)"

has bash && fact bash "$(bash -c 'echo "$BASH_VERSION"')"
missing=
for program in cat chmod cut date df du head id mkdir mkfifo mktemp mv nproc rm sha256sum sleep stat tail tee timeout tr wc; do
  has "$program" || missing="$missing $program"
done
fact coreutils.missing "${missing# }"

has "${ZSTD_TOOL:-zstd}" && fact zstd "$("${ZSTD_TOOL:-zstd}" --version 2>&1 | first_line)"
has "${AWS_TOOL:-aws}" && fact aws "$(command -v "${AWS_TOOL:-aws}")"
has "${TAR_TOOL:-tar}" && fact tar "$(command -v "${TAR_TOOL:-tar}")"
if [ -n "${CONTAINER_PROGRAM:-}" ]; then
  # Fails where the daemon does not run, or this user may not use it.
  if has "$CONTAINER_PROGRAM"; then
    fact container "$(command -v "$CONTAINER_PROGRAM")"
    answer=$("$CONTAINER_PROGRAM" info 2>&1 >/dev/null) || fact container.error "$(echo "$answer" | tail -n 1)"
  fi
elif has "${XTRABACKUP_TOOL:-xtrabackup}"; then
  fact xtrabackup "$("${XTRABACKUP_TOOL:-xtrabackup}" --no-defaults --version 2>&1 | grep 'xtrabackup version' | first_line)"
fi

if mkdir -p "$WORK_DIRECTORY" 2>/dev/null && [ -w "$WORK_DIRECTORY" ]; then fact work.writable yes; fi
available=$(df --output=avail -B1 "$WORK_DIRECTORY" 2>/dev/null | tail -n 1) && fact work.availableBytes "${available##* }"

if has "${MYSQL_TOOL:-mysql}"; then
  fact mysql "$(command -v "${MYSQL_TOOL:-mysql}")"
  # One value in a line; each is also a line where it is empty.
  if answer=$("${MYSQL_TOOL:-mysql}" --defaults-file="$JOB_DIRECTORY/client.cnf" --batch --skip-column-names --raw -e "
    SELECT CONCAT('server.version', CHAR(9), @@version);
    SELECT CONCAT('server.directory', CHAR(9), @@datadir);
    SELECT CONCAT('server.directory', CHAR(9), @@innodb_data_home_dir);
    SELECT CONCAT('server.directory', CHAR(9), @@innodb_undo_directory);
    SELECT CONCAT('server.directory', CHAR(9), @@innodb_log_group_home_dir);
    SELECT CONCAT('server.directory', CHAR(9), REPLACE(@@innodb_directories, ';', CONCAT(CHAR(10), 'server.directory', CHAR(9))));
    SELECT CONCAT('server.directory', CHAR(9), SUBSTRING_INDEX(@@log_bin_basename, '/', LENGTH(@@log_bin_basename) - LENGTH(REPLACE(@@log_bin_basename, '/', ''))))" 2>&1); then
    echo "$answer"
    # XtraBackup opens the server's keyring itself. Servers before 8.0.24 have no such table.
    "${MYSQL_TOOL:-mysql}" --defaults-file="$JOB_DIRECTORY/client.cnf" --batch --skip-column-names --raw -e "
      SELECT CONCAT('server.directory', CHAR(9), @@plugin_dir) FROM performance_schema.keyring_component_status
        WHERE STATUS_KEY = 'Component_status' AND STATUS_VALUE = 'Active';
      SELECT CONCAT('server.keyFile', CHAR(9), STATUS_VALUE) FROM performance_schema.keyring_component_status
        WHERE STATUS_KEY = 'Data_file'" 2>/dev/null | while IFS= read -r line; do
      echo "$line"
      case $line in
        server.keyFile*)
          file=${line#*"$(printf '\t')"}
          fact server.directory "${file%/*}"
          [ -r "$file" ] && fact keyFile.readable yes
          ;;
      esac
    done
    directory=$(echo "$answer" | sed -n 's/^server\.directory.//p' | sed -n 1p)
    # Some files of every server are for its own user only.
    [ -r "$directory" ] && [ -x "$directory" ] && [ -r "$directory/mysql.ibd" ] && fact datadir.readable yes
  else
    fact server.error "$(echo "$answer" | tail -n 1)"
  fi
fi
exit 0
