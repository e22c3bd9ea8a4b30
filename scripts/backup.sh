#!/usr/bin/env bash
# Streams one physical backup of a running MySQL server into S3 and publishes a manifest when, and only when, every part
# of it succeeded.
#
#   tool | zstd | tee >(sha256sum) | aws s3 cp - s3://BUCKET/OBJECT_KEY
#
# Runs on the source host. Needs bash 4.4, coreutils, zstd, the AWS CLI, the mysql client and the backup tool:
# xtrabackup, or tar for the method clone.
set -Eeuo pipefail

usage() {
  cat <<'USAGE'
usage: backup.sh JOB_DIRECTORY | --cleanup JOB_DIRECTORY | --part-size BYTES | --help

JOB_DIRECTORY holds job.env (KEY='value' lines) and client.cnf (a MySQL option file with a [client] section). Both are
removed at the end. status.json in it tells how far the backup is.

  DATABASE, BACKUP_ID    what the manifest calls this backup
  METHOD                 xtrabackup or clone
  BUCKET, OBJECT_KEY     where the archive goes
  MANIFEST_KEY           where the manifest goes, last
  AWS_REGION             region of the bucket
  WORK_DIRECTORY         folder with room for a copy of the data (clone) or for temporary files (xtrabackup)
  COMPRESSION_LEVEL      of zstd; default 1
  THREADS                of zstd and xtrabackup; default all processors
  EXPECTED_BYTES         uncompressed size; measured when not set
  TARGET_SETTINGS        settings of mysqld for the manifest, which a copy of this server is to have: NAME=VALUE lines
  S3_ENDPOINT            address of an S3-compatible store
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN   default: the credentials of this host
  AWS_TOOL, MYSQL_TOOL, TAR_TOOL, XTRABACKUP_TOOL, ZSTD_TOOL    programs, when they are not on PATH
  XTRABACKUP_STOP_TOOL   ends xtrabackup where killing XTRABACKUP_TOOL does not, e.g. in a container

Of S3 it needs PutObject and AbortMultipartUpload under the keys' prefix, ListBucket for it and, to end a failed upload,
ListBucketMultipartUploads. With DeleteObject a failed run also removes whole objects; without, they stay without a manifest.

--cleanup undoes on this host what a killed backup left: processes, the clone, the clone plugin. It needs client.cnf.
--part-size prints the part size in bytes of an upload of BYTES.
USAGE
}

# shellcheck source-path=SCRIPTDIR
source "${BASH_SOURCE[0]%/*}/job.sh"

MEBIBYTE=$((1024 * 1024))
UPLOADER=""
PRODUCERS=""
HASHER=""
REMOTE_TOUCHED=""
CLONE_PARENT=""
CLONE_MARK=""

# S3 takes 10,000 parts; planning for 9,000 leaves room for data that grew since it was measured. $1 expected bytes.
part_size_bytes() {
  local step=$((9000 * MEBIBYTE)) part
  part=$(((($1 + step - 1) / step) * MEBIBYTE))
  ((part >= 8 * MEBIBYTE)) || part=$((8 * MEBIBYTE))
  if ((part > 5120 * MEBIBYTE)); then
    log "$1 bytes are more than one S3 object can hold"
    return 1
  fi
  echo "$part"
}

measure_progress() {
  case $JOB_STAGE in
    clone)
      total_bytes=$EXPECTED_BYTES
      done_bytes=$(du -sb "$CLONE_PARENT" 2>/dev/null | cut -f 1)
      ;;
    stream)
      total_bytes=$EXPECTED_BYTES
      done_bytes=$(bytes_read_by zstd)
      compressed_bytes=$(bytes_read_by hash)
      ;;
    published)
      total_bytes=$UNCOMPRESSED_BYTES
      done_bytes=$UNCOMPRESSED_BYTES
      compressed_bytes=$COMPRESSED_BYTES
      ;;
  esac
}

query() {
  "$MYSQL_TOOL" --defaults-file="$JOB_DIRECTORY/client.cnf" --batch --skip-column-names --raw -e "$1" 2>"$WORK/mysql.err"
}

check_tools() {
  require_tool "$AWS_TOOL" "install the AWS CLI (https://aws.amazon.com/cli/) or set AWS_TOOL"
  require_tool "$ZSTD_TOOL" "install zstd or set ZSTD_TOOL"
  require_tool "$MYSQL_TOOL" "install the mysql client or set MYSQL_TOOL"
  case $METHOD in
    clone) require_tool "$TAR_TOOL" "install GNU tar or set TAR_TOOL" ;;
    xtrabackup) require_tool "$XTRABACKUP_TOOL" "install Percona XtraBackup of the server's series, or use the method clone" ;;
    *) fail "METHOD is \"$METHOD\"" "use xtrabackup or clone" ;;
  esac
  log "$("$AWS_TOOL" --version 2>&1 | head -n 1); $("$ZSTD_TOOL" --version 2>&1 | head -n 1); bash $BASH_VERSION"
}

read_source() {
  local facts
  query "SELECT @@version; SELECT @@server_uuid; SELECT @@lower_case_table_names; SELECT @@innodb_page_size;
         SELECT @@GLOBAL.gtid_mode; SELECT @@datadir;
         SELECT SUM(FILE_SIZE) FROM information_schema.INNODB_TABLESPACES;
         SELECT @@innodb_data_file_path" >"$WORK/facts" ||
    fail "the source cannot be read: $(tail_of "$WORK/mysql.err")" \
      "check that mysqld runs, the login, and that the account has PROCESS, BACKUP_ADMIN and SELECT on performance_schema"
  mapfile -t facts <"$WORK/facts"
  SERVER_VERSION=${facts[0]} SERVER_UUID=${facts[1]} LOWER_CASE_TABLE_NAMES=${facts[2]} INNODB_PAGE_SIZE=${facts[3]}
  DATA_DIRECTORY=${facts[5]}
  EXPECTED_BYTES=${EXPECTED_BYTES:-${facts[6]}}
  INNODB_DATA_FILE_PATH=${facts[7]}
  log "source MySQL $SERVER_VERSION, server_uuid $SERVER_UUID, about $(mebibytes "$EXPECTED_BYTES")"
  if [[ ${facts[4]} != ON ]]; then
    fail "gtid_mode is ${facts[4]} on the source" "enable GTID first: a backup without a GTID set cannot start a channel"
  fi
}

# A backup that cannot be restored elsewhere is not taken: XtraBackup puts tablespaces from outside the data directory back
# at the source's paths, and CLONE, on the same host, each that has an absolute path.
check_files() {
  local stray outside="" file='[A-Za-z0-9_.-]+:[0-9]+[KMG]?(:autoextend(:max:[0-9]+[KMG]?)?)?'
  [[ $INNODB_DATA_FILE_PATH =~ ^$file(\;$file)*$ ]] || fail \
    "innodb_data_file_path is $INNODB_DATA_FILE_PATH, whose files cannot lie in one directory" \
    "move the system tablespace's files into one directory and name them without a path"
  [[ $METHOD == clone ]] || outside=" AND LEFT(PATH, CHAR_LENGTH(@@datadir)) <> @@datadir"
  stray=$(query "SELECT CONCAT(NAME, ' (', PATH, ')') FROM information_schema.INNODB_TABLESPACES_BRIEF
    WHERE PATH LIKE '/%.ibd'$outside LIMIT 5") ||
    fail "the tablespaces cannot be read: $(tail_of "$WORK/mysql.err")" "check that the account has PROCESS"
  [[ -z $stray ]] || fail "a restore would write to paths of the source: ${stray//$'\n'/, }" \
    "move these tablespaces into the data directory; ferry preflight says how"
}

# The keyring component without which nobody can open the data; empty where nothing is encrypted.
read_keyring() {
  local encrypted
  encrypted=$(query "SELECT COUNT(*) + @@GLOBAL.innodb_redo_log_encrypt + @@GLOBAL.innodb_undo_log_encrypt
    + @@GLOBAL.binlog_encryption FROM information_schema.INNODB_TABLESPACES WHERE ENCRYPTION = 'Y'") ||
    fail "it cannot be read what is encrypted: $(tail_of "$WORK/mysql.err")" "check that the account has PROCESS"
  [[ $encrypted != 0 ]] || return 0
  KEYRING=$(query "SELECT STATUS_VALUE FROM performance_schema.keyring_component_status WHERE STATUS_KEY = 'Component_name'") ||
    fail "the keyring cannot be read: $(tail_of "$WORK/mysql.err")" "grant SELECT ON performance_schema.keyring_component_status"
  [[ $KEYRING =~ ^component_keyring_[a-z_]+$ ]] || fail "the source has encrypted data, and its keyring is no component" \
    "move its keys into a keyring component (mysql_migrate_keyring): a target and XtraBackup can only be given one of those"
  log "encrypted, with the keys of $KEYRING"
}

# Whether an account has a privilege on *.*. $1 privilege, $2 lines of SHOW GRANTS.
is_granted() {
  local line names
  while IFS= read -r line; do
    [[ $line =~ ^GRANT\ (.*)\ ON\ \*\.\*\ TO\  ]] || continue
    names=",${BASH_REMATCH[1]//, /,},"
    [[ $names != *",$1,"* && $names != ",ALL PRIVILEGES," ]] || return 0
  done <<<"$2"
  return 1
}

# What the statements of XtraBackup need, most of which it runs only after it has copied everything. Its own
# --check-privileges asks for more (SHOW DATABASES, CREATE), which no statement of a backup uses.
check_xtrabackup_privileges() {
  local grants privilege table missing=()
  grants=$(query "SHOW GRANTS") || fail "the grants cannot be read: $(tail_of "$WORK/mysql.err")" "check that mysqld runs"
  for privilege in BACKUP_ADMIN PROCESS RELOAD "LOCK TABLES" "REPLICATION CLIENT"; do
    is_granted "$privilege" "$grants" || missing+=("$privilege ON *.*")
  done
  for table in log_status keyring_component_status; do
    # The former asks for BACKUP_ADMIN as well.
    [[ $table != log_status || ${missing[*]} != *BACKUP_ADMIN* ]] || continue
    query "SELECT COUNT(*) FROM performance_schema.$table" >/dev/null || missing+=("SELECT ON performance_schema.$table")
  done
  ((${#missing[@]} == 0)) || fail "the account lacks privileges for XtraBackup: $(join_by ", " "${missing[@]}")" \
    "grant them: GRANT $(join_by "; GRANT " "${missing[@]}")"
}

# $1 separator, then words.
join_by() {
  local separator=$1 text=$2 word
  shift 2
  for word in "$@"; do text+=$separator$word; done
  echo "$text"
}

# XtraBackup copies only servers of its own release series.
check_xtrabackup() {
  local text series=${SERVER_VERSION%.*}
  text=$("$XTRABACKUP_TOOL" --no-defaults --version 2>&1) || fail "xtrabackup --version: $text" "reinstall Percona XtraBackup"
  if [[ ! $text =~ xtrabackup\ version\ ([0-9]+\.[0-9]+\.[0-9][^ ]*) ]]; then
    fail "the version of xtrabackup is not understood: $text" "install Percona XtraBackup 8.0, 8.4 or 9.7"
  fi
  TOOL_VERSION="xtrabackup ${BASH_REMATCH[1]}"
  [[ $SERVER_VERSION =~ ^([0-9]+\.[0-9]+) ]] && series=${BASH_REMATCH[1]}
  if [[ $TOOL_VERSION != "xtrabackup $series".* ]]; then
    fail "$TOOL_VERSION cannot copy MySQL $SERVER_VERSION" \
      "install Percona XtraBackup $series (packages exist for 8.0, 8.4 and 9.7), or use the method clone"
  fi
}

# Begins and aborts an upload, so that a refusal shows before the source has any work.
check_storage() {
  local upload
  upload=$(s3api create-multipart-upload --bucket "$BUCKET" --key "$OBJECT_KEY" --query UploadId 2>"$WORK/storage.err") ||
    fail "S3 refuses uploads to s3://$BUCKET/$OBJECT_KEY: $(tail_of "$WORK/storage.err")" \
      "check bucket, region, address and credentials; the host needs s3:PutObject and AbortMultipartUpload under this prefix, ListBucket for it, and ListBucketMultipartUploads"
  s3api abort-multipart-upload --bucket "$BUCKET" --key "$OBJECT_KEY" --upload-id "$upload" 2>"$WORK/storage.err" ||
    fail "S3 refuses to abort an upload: $(tail_of "$WORK/storage.err")" "allow s3:AbortMultipartUpload under this prefix"
}

check_clone_space() {
  local wanted=$((EXPECTED_BYTES + EXPECTED_BYTES / 10 + 64 * MEBIBYTE)) available
  available=$(available_bytes "$WORK_DIRECTORY")
  ((available >= wanted)) || fail \
    "$(mebibytes "$available") free in $WORK_DIRECTORY, and a clone needs $(mebibytes "$wanted")" \
    "free some space, give another work directory, or use the method xtrabackup, which streams without a copy"
}

install_clone_plugin() {
  local installed
  installed=$(query "SELECT COUNT(*) FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'") ||
    fail "the plugins cannot be read: $(tail_of "$WORK/mysql.err")" "check the account's rights"
  [[ $installed == 0 ]] || return 0
  # Noted before it is done: a run that is killed in between must still give the source back as it was.
  : >"$CLONE_MARK"
  query "INSTALL PLUGIN clone SONAME 'mysql_clone.so'" ||
    fail "the clone plugin cannot be installed: $(tail_of "$WORK/mysql.err")" \
      "install it yourself (INSTALL PLUGIN clone SONAME 'mysql_clone.so') or grant INSERT on mysql.plugin"
}

# Waits for a server that is just restarting; what cannot be removed stays noted for the next run.
uninstall_clone_plugin() {
  local attempt
  [[ -e $CLONE_MARK ]] || return 0
  for attempt in {1..30}; do
    if query "UNINSTALL PLUGIN clone" ||
      [[ $(query "SELECT COUNT(*) FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'") == 0 ]]; then
      rm -f "$CLONE_MARK"
      return 0
    fi
    sleep 1
  done
  log "the clone plugin is still installed after $attempt attempts: $(tail_of "$WORK/mysql.err")"
  return 1
}

# A CLONE statement goes on after its client is gone, so it is ended on the server.
stop_clone_statement() {
  local round id
  local running="SELECT PROCESSLIST_ID FROM performance_schema.threads
    WHERE PROCESSLIST_INFO LIKE 'CLONE LOCAL DATA DIRECTORY%' AND LOCATE('$CLONE_PARENT/data', PROCESSLIST_INFO) > 0"
  for round in {1..100}; do
    id=$(query "$running") || return 0
    [[ -n $id ]] || return 0
    if ((round == 1)); then log "ending the clone statement of connection $id"; fi
    query "KILL QUERY ${id%%$'\n'*}" || true
    sleep 0.2
  done
  log "the clone statement of connection $id does not end"
}

undo_clone() {
  [[ -n $CLONE_PARENT ]] || return 0
  if [[ -e $CLONE_PARENT ]]; then
    stop_clone_statement
    rm -rf "$CLONE_PARENT" || log "cannot remove $CLONE_PARENT"
  fi
  if ! uninstall_clone_plugin; then
    JOB_ADVICE="$JOB_ADVICE; the clone plugin could not be removed from the source: run again, or UNINSTALL PLUGIN clone"
  fi
}

clone_source() {
  local owner client code=0
  check_clone_space
  owner=$(stat -c %U "$DATA_DIRECTORY" 2>/dev/null || echo mysql)
  mkdir -m 0700 "$CLONE_PARENT" || fail "cannot create $CLONE_PARENT" "check the rights on $WORK_DIRECTORY"
  if [[ $EUID == 0 && $owner != root ]]; then chown "$owner:" "$CLONE_PARENT"; fi
  install_clone_plugin
  # Read before the clone: each GTID of this set is in the copy, which may have more.
  GTID_SET=$(query "SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), '')") ||
    fail "the GTID set cannot be read: $(tail_of "$WORK/mysql.err")" "check that mysqld runs"
  "$MYSQL_TOOL" --defaults-file="$JOB_DIRECTORY/client.cnf" \
    -e "CLONE LOCAL DATA DIRECTORY = '$CLONE_PARENT/data'" 2>"$WORK/mysql.err" &
  client=$!
  wait "$client" || code=$?
  if ((code != 0)); then
    fail "CLONE ended with exit code $code: $(tail_of "$WORK/mysql.err")" \
      "check the error log of mysqld; its user ($owner) must be able to write into $CLONE_PARENT and reach it through all parent folders"
  fi
  uninstall_clone_plugin ||
    fail "the clone plugin cannot be removed from the source: $(tail_of "$WORK/mysql.err")" "run UNINSTALL PLUGIN clone"
  [[ -r $CLONE_PARENT/data/ibdata1 || -r $CLONE_PARENT/data/mysql.ibd ]] ||
    fail "the clone in $CLONE_PARENT/data is not there or not readable for $(id -un)" \
      "run the backup on the host of mysqld, as root or as the user of mysqld"
  EXPECTED_BYTES=$(du -sb "$CLONE_PARENT/data" | cut -f 1)
}

upload() {
  pipe_member upload aws s3 cp - "s3://$BUCKET/$OBJECT_KEY" --expected-size "$EXPECTED_BYTES" \
    --only-show-errors "${AWS_ENDPOINT[@]}" <"$WORK/upload.fifo" >/dev/null
}

produce() {
  pipe_member tool "$@" | pipe_member zstd "$ZSTD_TOOL" -c "-$COMPRESSION_LEVEL" "-T$THREADS" --no-progress -vv |
    pipe_member tee tee "$WORK/hash.fifo" >&9
}

# Streams the output of a command into the object. Sets UNCOMPRESSED_BYTES, COMPRESSED_BYTES and SHA256.
stream() {
  local culprit part
  part=$(part_size_bytes "$EXPECTED_BYTES") || fail "$EXPECTED_BYTES bytes do not fit into one S3 object" "split the database"
  set_s3_option multipart_chunksize "$part"
  enter_stage stream
  log "streaming $(mebibytes "$EXPECTED_BYTES") in parts of $(mebibytes "$part")"
  mkfifo -m 0600 "$WORK/upload.fifo" "$WORK/hash.fifo"
  REMOTE_TOUCHED=1
  pipe_member hash "${HASH[@]}" <"$WORK/hash.fifo" >"$WORK/sha256" &
  HASHER=$!
  start_group upload
  UPLOADER=$GROUP
  # Held open until every exit code of the producers is known: an uploader takes the end of its input for success.
  exec 9>"$WORK/upload.fifo"
  start_group produce "$@"
  PRODUCERS=$GROUP
  wait "$PRODUCERS" || true
  culprit=$(culprit_of tool zstd tee)
  if [[ -n $culprit ]]; then
    [[ $culprit != tee || -z $(exit_code_of upload) ]] || culprit=upload
    fail_stream "$culprit"
  fi
  "$CHECK_TOOL_RESULT"
  exec 9>&-
  wait "$HASHER" || true
  wait "$UPLOADER" || true
  UPLOADER=""
  culprit=$(culprit_of hash upload)
  [[ -z $culprit ]] || fail_stream "$culprit"
  SHA256=$(cut -d ' ' -f 1 "$WORK/sha256")
  read_zstd_summary
}

# $1 the member of the pipe that failed first.
fail_stream() {
  local advice="look into the log in $JOB_DIRECTORY"
  case $1 in
    upload) advice="check the way to S3 and the credentials' life time, then run again" ;;
    tool) advice=$(tool_advice) ;;
  esac
  fail "$(name_of "$1") $(how_it_ended "$1") in the pipe: $(tail_of "$WORK/$1.err")" "$advice"
}

name_of() {
  case $1 in
    tool) if [[ $METHOD == clone ]]; then echo tar; else echo xtrabackup; fi ;;
    upload) echo "the upload (aws s3 cp)" ;;
    hash) echo "${HASH[*]}" ;;
    *) echo "$1" ;;
  esac
}

tool_advice() {
  if grep_line "Authentication requires secure connection" "$WORK/tool.err"; then
    echo "give the source's connection TLS, or its socket on the host: without both XtraBackup can log in by caching_sha2_password only while the server still remembers the account, which FLUSH PRIVILEGES ends"
  else
    echo "look into the log in $JOB_DIRECTORY and the error log of mysqld, then run again"
  fi
}

grep_line() {
  local line
  while IFS= read -r line; do
    if [[ $line == *"$1"* ]]; then return 0; fi
  done <"$2"
  return 1
}

# zstd itself counts the bytes on both sides; counting them again would cost another copy of the whole stream.
read_zstd_summary() {
  local line pattern='\( *([0-9]+)( B)? => +([0-9]+)( B| bytes)'
  while IFS= read -r line; do
    if [[ $line =~ $pattern ]]; then
      UNCOMPRESSED_BYTES=${BASH_REMATCH[1]}
      COMPRESSED_BYTES=${BASH_REMATCH[3]}
    fi
  done <"$WORK/zstd.err"
  [[ -n $COMPRESSED_BYTES ]] || fail "zstd's summary is not understood: $(tail_of "$WORK/zstd.err")" "use zstd 1.4 or newer"
}

check_nothing() { :; }

# xtrabackup means success only by exit code 0 and these words in its last line.
check_xtrabackup_result() {
  local line last=""
  while IFS= read -r line; do
    [[ -z ${line// /} ]] || last=$line
  done <"$WORK/tool.err"
  [[ $last == *"completed OK!"* ]] ||
    fail "xtrabackup ended with exit code 0 but not with \"completed OK!\": $(tail_of "$WORK/tool.err")" "run again"
}

# The set of all lines of binlog_pos in xtrabackup_info: --extra-lsndir keeps that file, and not xtrabackup_binlog_info.
read_xtrabackup_gtid_set() {
  local text binlog_pos
  [[ -r $WORK/lsn/xtrabackup_info ]] || fail "xtrabackup left no xtrabackup_info" "use Percona XtraBackup 8.0 or newer"
  text=$(<"$WORK/lsn/xtrabackup_info")
  binlog_pos=${text#*binlog_pos = }
  if [[ $binlog_pos == "$text" || ! $binlog_pos =~ ^filename\ \'[^\']*\',\ position\ \'[0-9]+\'(,\ GTID\ of\ the\ last\ change\ \'([^\']*)\')? ]]; then
    fail "xtrabackup_info has no usable binlog_pos" "check that binary logging is on at the source"
  fi
  GTID_SET=${BASH_REMATCH[2]//[[:space:]]/}
}

run_clone() {
  CHECK_TOOL_RESULT=check_nothing
  TOOL_VERSION="clone $SERVER_VERSION"
  ARCHIVE=tar
  enter_stage clone
  clone_source
  stream "$TAR_TOOL" --create --sparse --file=- --directory="$CLONE_PARENT/data" .
}

run_xtrabackup() {
  local quiet=()
  CHECK_TOOL_RESULT=check_xtrabackup_result
  ARCHIVE=xbstream
  mkdir -m 0700 "$WORK/target" "$WORK/lsn"
  # Percona is told of no server. Builds without that option refuse it.
  "$XTRABACKUP_TOOL" --no-defaults --help >"$WORK/help" 2>&1 ||
    fail "xtrabackup --help: $(tail_of "$WORK/help")" "reinstall Percona XtraBackup"
  if grep_line "--no-version-check" "$WORK/help"; then quiet=(--no-version-check); fi
  # Without TLS the tool cannot ask for the server's public key. The mysql client can, and then the server remembers the
  # account (caching_sha2_password).
  query "DO 0" || fail "the source cannot be reached: $(tail_of "$WORK/mysql.err")" "check that mysqld runs"
  stream "$XTRABACKUP_TOOL" --defaults-file="$JOB_DIRECTORY/client.cnf" --backup --stream=xbstream \
    --parallel="$THREADS" --target-dir="$WORK/target" --extra-lsndir="$WORK/lsn" ${quiet[@]+"${quiet[@]}"}
  read_xtrabackup_gtid_set
}

# Asks the list: a host that may only upload may not ask for the object. Of all keys that begin with this one it comes
# first.
verify_object() {
  local key bytes
  s3api list-objects-v2 --bucket "$BUCKET" --prefix "$OBJECT_KEY" --max-keys 1 --no-paginate \
    --query 'Contents[0].[Key,Size]' >"$WORK/listed" 2>"$WORK/list.err" ||
    fail "the uploaded object cannot be looked up: $(tail_of "$WORK/list.err")" "allow s3:ListBucket for this prefix"
  IFS=$'\t' read -r key bytes <"$WORK/listed" || true
  [[ $key == "$OBJECT_KEY" ]] || fail "the uploaded object is not in S3" "look who removes objects there, then run again"
  [[ $bytes == "$COMPRESSED_BYTES" ]] ||
    fail "the object in S3 has $bytes bytes and zstd wrote $COMPRESSED_BYTES" "run again"
}

# The lines of TARGET_SETTINGS as the members of a JSON object, one on each line.
settings_json() {
  local line separator=""
  while IFS= read -r line; do
    [[ -n $line ]] || continue
    printf '%s\n    "%s": %s' "$separator" "${line%%=*}" "$(json_string "${line#*=}")"
    separator=","
  done <<<"$TARGET_SETTINGS"
}

publish_manifest() {
  local restore_space=$((UNCOMPRESSED_BYTES + UNCOMPRESSED_BYTES / 20 + 64 * MEBIBYTE))
  cat >"$WORK/manifest.json" <<MANIFEST
{
  "formatVersion": 1,
  "database": "$DATABASE",
  "backupId": "$BACKUP_ID",
  "method": "$METHOD",
  "archive": "$ARCHIVE",
  "compression": "zstd",
  "toolVersion": "$TOOL_VERSION",
  "serverVersion": "$SERVER_VERSION",
  "serverUuid": "$SERVER_UUID",
  "gtidSet": "$GTID_SET",
  "objectKey": "$OBJECT_KEY",
  "bytes": $COMPRESSED_BYTES,
  "uncompressedBytes": $UNCOMPRESSED_BYTES,
  "restoreSpaceBytes": $restore_space,
  "sha256": "$SHA256",
  "startedAt": "$STARTED_AT",
  "endedAt": "$(timestamp)",
  "lowerCaseTableNames": $LOWER_CASE_TABLE_NAMES,
  "innodbPageSizeBytes": $INNODB_PAGE_SIZE,
  "innodbDataFilePath": "$INNODB_DATA_FILE_PATH",
  "keyring": "$KEYRING",
  "settings": {$(settings_json)
  }
}
MANIFEST
  aws_cli s3 cp "$WORK/manifest.json" "s3://$BUCKET/$MANIFEST_KEY" --content-type application/json --only-show-errors \
    "${AWS_ENDPOINT[@]}" 2>"$WORK/manifest.err" ||
    fail "the manifest cannot be uploaded: $(tail_of "$WORK/manifest.err")" "run again"
}

stop_xtrabackup() {
  [[ -z $XTRABACKUP_STOP_TOOL ]] || "$XTRABACKUP_STOP_TOOL" || log "$XTRABACKUP_STOP_TOOL ended with exit code $?"
}

# A host that may only upload aborts its upload; whole objects it may not delete. Those without a manifest are no backup:
# whoever started the job removes them, else the bucket's lifecycle rule.
remove_from_storage() {
  local key upload rest
  export AWS_MAX_ATTEMPTS=2
  for key in "$MANIFEST_KEY" "$OBJECT_KEY"; do
    s3api delete-object --bucket "$BUCKET" --key "$key" >/dev/null 2>"$WORK/delete.err" ||
      log "cannot delete s3://$BUCKET/$key, which is left to who may: $(tail_of "$WORK/delete.err")"
  done
  s3api list-multipart-uploads --bucket "$BUCKET" --prefix "$OBJECT_KEY" --query 'Uploads[].[Key,UploadId]' \
    >"$WORK/uploads" 2>"$WORK/delete.err" || log "cannot list unfinished uploads: $(tail_of "$WORK/delete.err")"
  while read -r key upload rest; do
    [[ $key == "$OBJECT_KEY" && -n $upload && -z $rest ]] || continue
    s3api abort-multipart-upload --bucket "$BUCKET" --key "$key" --upload-id "$upload" 2>"$WORK/delete.err" ||
      log "cannot abort upload $upload: $(tail_of "$WORK/delete.err")"
  done <"$WORK/uploads"
}

undo_backup() {
  # The uploader first: it must not see the end of its input.
  kill_group "$UPLOADER"
  kill_group "$PRODUCERS"
  # Where tee never opened the pipe to it, it would wait for ever.
  [[ -z $HASHER ]] || kill "$HASHER" 2>/dev/null
  exec 9>&-
  if [[ $METHOD == clone ]]; then undo_clone; else stop_xtrabackup; fi
  if [[ -n $REMOTE_TOUCHED ]]; then remove_from_storage; fi
}

load_parameters() {
  if [[ -r $JOB_DIRECTORY/job.env ]]; then
    # shellcheck disable=SC1091
    source "$JOB_DIRECTORY/job.env"
  fi
  AWS_TOOL=${AWS_TOOL:-aws} MYSQL_TOOL=${MYSQL_TOOL:-mysql} TAR_TOOL=${TAR_TOOL:-tar}
  XTRABACKUP_TOOL=${XTRABACKUP_TOOL:-xtrabackup} ZSTD_TOOL=${ZSTD_TOOL:-zstd}
  XTRABACKUP_STOP_TOOL=${XTRABACKUP_STOP_TOOL:-}
  COMPRESSION_LEVEL=${COMPRESSION_LEVEL:-1} THREADS=${THREADS:-$(nproc)} EXPECTED_BYTES=${EXPECTED_BYTES:-}
  TARGET_SETTINGS=${TARGET_SETTINGS:-}
  METHOD=${METHOD:-} KEYRING="" TOOL_VERSION="" GTID_SET="" UNCOMPRESSED_BYTES="" COMPRESSED_BYTES="" SHA256=""
  CLONE_MARK="$JOB_DIRECTORY/clone-plugin-installed"
  CLONE_PARENT="${WORK_DIRECTORY:-}/clone-${BACKUP_ID:-}"
}

check_parameters() {
  local name
  require_parameters DATABASE BACKUP_ID METHOD BUCKET OBJECT_KEY MANIFEST_KEY AWS_REGION WORK_DIRECTORY
  # These words go into the manifest, into paths and into SQL as they are.
  for name in DATABASE BACKUP_ID; do
    [[ ${!name} =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] || fail "$name is \"${!name}\"" "use letters, digits, dot, dash and underscore"
  done
  [[ $WORK_DIRECTORY =~ ^/[A-Za-z0-9_./-]+$ ]] ||
    fail "WORK_DIRECTORY is \"$WORK_DIRECTORY\"" "give an absolute path of letters, digits, dot, dash, underscore and slash"
  for name in COMPRESSION_LEVEL THREADS; do
    [[ ${!name} =~ ^[0-9]+$ ]] || fail "$name is \"${!name}\"" "give a whole number"
  done
  while IFS= read -r name; do
    [[ -z $name || $name =~ ^[a-z][a-z0-9_.]*=[^\"\\]*$ ]] ||
      fail "TARGET_SETTINGS has the line \"$name\"" "give NAME=VALUE lines, values without quotes and backslashes"
  done <<<"$TARGET_SETTINGS"
  [[ -r $JOB_DIRECTORY/client.cnf ]] || fail "there is no $JOB_DIRECTORY/client.cnf" "start the backup anew"
}

back_up() {
  load_parameters
  begin_job undo_backup
  enter_stage check
  check_parameters
  mkdir -p "$WORK_DIRECTORY"
  check_tools
  prepare_aws
  read_source
  check_files
  read_keyring
  if [[ $METHOD == clone ]]; then
    undo_clone
  else
    check_xtrabackup
    check_xtrabackup_privileges
  fi
  check_storage
  if [[ $METHOD == clone ]]; then run_clone; else run_xtrabackup; fi
  enter_stage verify
  # Not before: the time that this takes is none of the stream's.
  if [[ $METHOD == clone ]]; then rm -rf "$CLONE_PARENT"; fi
  verify_object
  enter_stage publish
  publish_manifest
  complete published
}

clean_up() {
  load_parameters
  ignore_login_files
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  sweep_leftovers
  if [[ $METHOD == clone ]]; then undo_clone; else stop_xtrabackup; fi
  rm -f "$JOB_DIRECTORY/job.env" "$JOB_DIRECTORY/client.cnf" "$JOB_DIRECTORY/ca.pem" "$JOB_DIRECTORY/process"
  [[ ! -e $CLONE_MARK ]]
}

case ${1:-} in
  --help) usage ;;
  --part-size) part_size_bytes "${2:?BYTES}" ;;
  --cleanup)
    JOB_DIRECTORY=${2:?JOB_DIRECTORY}
    clean_up
    ;;
  "" | -*)
    usage >&2
    exit 64
    ;;
  *)
    JOB_DIRECTORY=$1
    back_up
    ;;
esac
