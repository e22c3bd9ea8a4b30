#!/usr/bin/env bash
# Restores a backup that backup.sh published into VOLUME_DIRECTORY/data, ready for mysqld to start on.
#
#   aws s3 cp s3://BUCKET/OBJECT_KEY - | tee >(sha256sum) | zstd -d | tar -x (or xbstream -x)
#
# Works in a scratch folder on the same volume and moves the result in place by one rename, so that the data is there
# completely or not at all. Safe to run again at any time: done work is recognised, half work is thrown away, and data that
# it did not restore itself is never touched. Needs bash 4.4, coreutils, zstd, the AWS CLI, and tar or xbstream and
# xtrabackup.
set -Eeuo pipefail

usage() {
  cat <<'USAGE'
usage: restore.sh [JOB_DIRECTORY] | --cleanup JOB_DIRECTORY | --help

Parameters come from job.env (KEY='value' lines) in JOB_DIRECTORY; without JOB_DIRECTORY from the environment.

  BUCKET, MANIFEST_KEY   the backup: .../BACKUP_ID/manifest.json
  AWS_REGION             region of the bucket
  VOLUME_DIRECTORY       where data/ and .restore/ are made
  THREADS                of xbstream and xtrabackup; default all processors
  USE_MEMORY             memory of xtrabackup --prepare; default 1G
  LOG_BIN                basename of the restored server's binary log (xtrabackup only); default binlog
  OWNER                  user[:group] of the restored data; default whoever runs this
  KEYRING_CONFIG         configuration of the keyring component of encrypted data, named like it: .../component_keyring_file.cnf;
                         it comes into VOLUME_DIRECTORY/keyring, with the key file that component_keyring_file names
  S3_ENDPOINT            address of an S3-compatible store
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN   default: the credentials of this host
  AWS_TOOL, TAR_TOOL, XBSTREAM_TOOL, XTRABACKUP_TOOL, ZSTD_TOOL   programs, when they are not on PATH
USAGE
}

# shellcheck source-path=SCRIPTDIR
source "${BASH_SOURCE[0]%/*}/job.sh"

RESTORER=""
HASHER=""

measure_progress() {
  total_bytes=${BYTES:-}
  case $JOB_STAGE in
    download) done_bytes=$(bytes_read_by hash) compressed_bytes=$done_bytes ;;
    published) done_bytes=$BYTES compressed_bytes=$BYTES ;;
    *) total_bytes="" ;;
  esac
}

# Ends the job when the backup is already in place; refuses when something else is.
check_volume() {
  local other
  if [[ -e $MARKER ]]; then
    [[ -d $DATA ]] || fail "$MARKER says that the backup was restored, and $DATA is gone" \
      "move the data back, or remove the marker to restore it anew"
    log "backup $BACKUP_ID is already in $DATA"
    complete present
  fi
  if [[ -e $DATA && -e $INTENT && ! -e $SCRATCH/data ]]; then
    # Killed between the rename and the marker: the rename put the complete data there.
    log "finishing an earlier run that had moved the data in place"
    finish_publishing
    complete present
  fi
  if [[ -e $DATA || -L $DATA ]]; then
    for other in "$RESTORE"/*.done; do
      [[ -e $other ]] || continue
      fail "$DATA holds the backup $(basename "$other" .done), not $BACKUP_ID" \
        "give another volume directory, or move that data away if it is no longer needed"
    done
    fail "$DATA exists and was not restored by this script" "give an empty volume, or move that data away yourself"
  fi
  rm -rf "$SCRATCH" "$INTENT"
}

check_tools() {
  require_tool "$AWS_TOOL" "install the AWS CLI (https://aws.amazon.com/cli/) or set AWS_TOOL"
  require_tool "$ZSTD_TOOL" "install zstd or set ZSTD_TOOL"
}

check_archive_tools() {
  local text series
  if [[ $ARCHIVE == tar ]]; then
    require_tool "$TAR_TOOL" "install GNU tar or set TAR_TOOL"
    return
  fi
  require_tool "$XBSTREAM_TOOL" "install Percona XtraBackup of the series that made the backup ($TOOL_VERSION)"
  require_tool "$XTRABACKUP_TOOL" "install Percona XtraBackup of the series that made the backup ($TOOL_VERSION)"
  text=$("$XTRABACKUP_TOOL" --no-defaults --version 2>&1) || fail "xtrabackup --version: $text" "reinstall Percona XtraBackup"
  [[ $TOOL_VERSION =~ ^xtrabackup\ ([0-9]+\.[0-9]+)\. ]] && series=${BASH_REMATCH[1]}
  [[ $text == *"xtrabackup version ${series:-?}."* ]] ||
    fail "the backup was made by $TOOL_VERSION, and here is: $text" "install Percona XtraBackup ${series:-of that series}"
}

# Fetches the manifest and takes from it what the restore needs; nothing on the volume has been touched so far.
read_manifest() {
  local file="$WORK/manifest.json" name value
  aws_cli s3 cp "s3://$BUCKET/$MANIFEST_KEY" "$file" --only-show-errors "${AWS_ENDPOINT[@]}" 2>"$WORK/manifest.err" ||
    fail "there is no manifest at s3://$BUCKET/$MANIFEST_KEY: $(tail_of "$WORK/manifest.err")" \
      "take the backup first: without a manifest there is no valid backup; else check bucket, address and credentials"
  value=$(manifest_value "$file" formatVersion)
  [[ $value == 1 ]] || fail "the manifest has the format version \"$value\", and this script knows 1" "use the scripts of one release"
  for name in backupId method archive compression toolVersion serverVersion serverUuid objectKey bytes sha256 restoreSpaceBytes; do
    [[ -n $(manifest_value "$file" "$name") ]] || fail "the manifest has no $name" "take the backup again"
  done
  [[ $(manifest_value "$file" backupId) == "$BACKUP_ID" ]] ||
    fail "the manifest is of backup $(manifest_value "$file" backupId), not $BACKUP_ID" "give the key under which it was published"
  ARCHIVE=$(manifest_value "$file" archive)
  TOOL_VERSION=$(manifest_value "$file" toolVersion)
  OBJECT_KEY=$(manifest_value "$file" objectKey)
  BYTES=$(manifest_value "$file" bytes)
  SHA256=$(manifest_value "$file" sha256)
  RESTORE_SPACE_BYTES=$(manifest_value "$file" restoreSpaceBytes)
  DATA_FILE_PATH=$(manifest_value "$file" innodbDataFilePath)
  KEYRING=$(manifest_value "$file" keyring)
  [[ $ARCHIVE == tar || $ARCHIVE == xbstream ]] || fail "the manifest names the archive \"$ARCHIVE\"" "use the scripts of one release"
  [[ $(manifest_value "$file" compression) == zstd ]] || fail "the manifest does not say zstd" "use the scripts of one release"
  [[ $SHA256 =~ ^[0-9a-f]{64}$ && $BYTES =~ ^[0-9]+$ && $RESTORE_SPACE_BYTES =~ ^[0-9]+$ ]] ||
    fail "the manifest's bytes, sha256 or restoreSpaceBytes are malformed" "take the backup again"
}

# Encrypted data without their keys are worth nothing, so that they are asked for before the download.
check_keyring() {
  local given=${KEYRING_CONFIG:-}
  [[ -n $KEYRING ]] || return 0
  [[ $KEYRING =~ ^component_keyring_[a-z_]+$ ]] || fail "the manifest names the keyring \"$KEYRING\"" "use the scripts of one release"
  [[ -n $given ]] || fail "the backup has encrypted data, and there is no KEYRING_CONFIG" \
    "give the configuration of the source's $KEYRING, with the same keys"
  [[ ${given##*/} == "$KEYRING.cnf" ]] || fail "KEYRING_CONFIG is $given, and the keys of the backup are those of $KEYRING" \
    "give a file named $KEYRING.cnf, by which the component is known"
  [[ -r $given ]] || fail "$given cannot be read" "check the path and its rights"
  [[ $KEYRING != component_keyring_file || -r $(key_file) ]] ||
    fail "$given names the key file \"$(key_file)\", which cannot be read" "give a copy of the source's key file"
}

# The key file of component_keyring_file.
key_file() {
  local pattern='"path"[[:space:]]*:[[:space:]]*"(/[^"]*)"'
  if [[ $(<"$KEYRING_CONFIG") =~ $pattern ]]; then echo "${BASH_REMATCH[1]}"; fi
}

# What mysqld needs to open the data: its manifest, the component's configuration and, since the target will make keys of
# its own, a key file that it can write.
install_keyring() {
  local keyring="$SCRATCH/keyring"
  [[ -n $KEYRING ]] || return 0
  mkdir -m 0700 "$keyring"
  printf '{ "components": "file://%s" }\n' "$KEYRING" >"$keyring/mysqld.my"
  if [[ $KEYRING == component_keyring_file ]]; then
    cp "$(key_file)" "$keyring/keys"
    chmod 0600 "$keyring/keys"
    printf '{ "path": "%s/keyring/keys", "read_only": false }\n' "$VOLUME_DIRECTORY" >"$keyring/$KEYRING.cnf"
  else
    cp "$KEYRING_CONFIG" "$keyring/$KEYRING.cnf"
  fi
  chmod 0600 "$keyring/$KEYRING.cnf"
  if [[ -n $OWNER ]]; then chown -R "$OWNER" "$keyring"; fi
  # Of a restore that ended before it had moved its data in place.
  rm -rf "$VOLUME_DIRECTORY/keyring"
  mv -T "$keyring" "$VOLUME_DIRECTORY/keyring"
}

check_object() {
  local bytes
  bytes=$(object_bytes "$OBJECT_KEY") ||
    fail "the object s3://$BUCKET/$OBJECT_KEY cannot be read: $(tail_of "$WORK/head.err")" "take the backup again, or check the rights"
  [[ $bytes == "$BYTES" ]] ||
    fail "s3://$BUCKET/$OBJECT_KEY has $bytes bytes, and its manifest says $BYTES" "take the backup again: the object is damaged"
}

check_space() {
  local available
  available=$(available_bytes "$VOLUME_DIRECTORY")
  ((available >= RESTORE_SPACE_BYTES)) || fail \
    "$(mebibytes "$available") free in $VOLUME_DIRECTORY, and the restore needs $(mebibytes "$RESTORE_SPACE_BYTES")" \
    "give a larger volume"
}

extract() {
  if [[ $ARCHIVE == tar ]]; then
    pipe_member extract "$TAR_TOOL" --extract --sparse --no-same-owner --preserve-permissions --file=- --directory="$SCRATCH/extract"
  else
    pipe_member extract "$XBSTREAM_TOOL" --extract --directory="$SCRATCH/extract" --parallel="$THREADS"
  fi
}

receive() {
  pipe_member download aws s3 cp "s3://$BUCKET/$OBJECT_KEY" - --only-show-errors "${AWS_ENDPOINT[@]}" |
    pipe_member tee tee "$WORK/hash.fifo" | pipe_member zstd "$ZSTD_TOOL" -d -c -q | extract
}

download() {
  local culprit seen
  mkfifo -m 0600 "$WORK/hash.fifo"
  mkdir -m 0700 "$SCRATCH"
  mkdir -m 0750 "$SCRATCH/extract"
  pipe_member hash "${HASH[@]}" <"$WORK/hash.fifo" >"$WORK/sha256" &
  HASHER=$!
  start_group receive
  RESTORER=$GROUP
  wait "$RESTORER" || true
  RESTORER=""
  culprit=$(culprit_of download tee zstd extract)
  [[ -z $culprit ]] || fail_download "$culprit"
  wait "$HASHER" || true
  culprit=$(culprit_of hash)
  [[ -z $culprit ]] || fail_download "$culprit"
  seen=$(cut -d ' ' -f 1 "$WORK/sha256")
  [[ $seen == "$SHA256" ]] || fail "the object's sha256 is $seen, and its manifest says $SHA256" \
    "take the backup again: s3://$BUCKET/$OBJECT_KEY is damaged"
}

# $1 the member of the pipe that failed first.
fail_download() {
  local text advice="look into the log in $JOB_DIRECTORY, then run again"
  text="$1 $(how_it_ended "$1"): $(tail_of "$WORK/$1.err")"
  case $1 in
    download) text="the download (aws s3 cp) $(how_it_ended download): $(tail_of "$WORK/download.err")" advice="check the way to S3 and the credentials' life time, then run again" ;;
    zstd) text="the object is damaged, zstd cannot read it: $(tail_of "$WORK/zstd.err")" advice="take the backup again: s3://$BUCKET/$OBJECT_KEY is not what was uploaded" ;;
    extract)
      if (($(available_bytes "$VOLUME_DIRECTORY") < 1048576)) || [[ $text == *"No space left"* || $text == *"Errcode: 28"* ]]; then
        text="the volume $VOLUME_DIRECTORY is full: $(tail_of "$WORK/extract.err")" advice="give a larger volume"
      fi
      ;;
  esac
  fail "$text" "$advice"
}

# Runs one step of xtrabackup; success is exit code 0 and "completed OK!" in the last line. $1 name, then arguments.
run_xtrabackup() {
  local name=$1 line last="" code=0
  shift
  start_group "$XTRABACKUP_TOOL" --no-defaults "--$name" "$@" >"$WORK/$name.err" 2>&1
  RESTORER=$GROUP
  wait "$RESTORER" || code=$?
  RESTORER=""
  while IFS= read -r line; do
    [[ -z ${line// /} ]] || last=$line
  done <"$WORK/$name.err"
  if ((code != 0)) || [[ $last != *"completed OK!"* ]]; then
    fail "xtrabackup --$name ended with exit code $code: $(tail_of "$WORK/$name.err")" \
      "look into the log in $JOB_DIRECTORY, then run again: an interrupted prepare starts from the download"
  fi
}

# xtrabackup skips compressed and encrypted files without a word when it moves the data.
refuse_packed_files() {
  local file
  shopt -s globstar nullglob dotglob
  for file in "$SCRATCH/extract"/**/*.{zst,lz4,qp,xbcrypt}; do
    fail "$file is still compressed or encrypted" "take the backup with scripts/backup.sh, which compresses the stream and not the files"
  done
  shopt -u globstar nullglob dotglob
}

prepare() {
  if [[ $ARCHIVE == tar ]]; then
    mv -T "$SCRATCH/extract" "$SCRATCH/data"
  else
    refuse_packed_files
    run_xtrabackup prepare --use-memory="$USE_MEMORY" ${KEYRING:+--component-keyring-config="$KEYRING_CONFIG"} \
      --target-dir="$SCRATCH/extract"
    mkdir -m 0750 "$SCRATCH/data"
    # Moving renames the copied binary log to the new basename; without that log the newest transactions cannot be decided.
    # Without the server's setting the tool takes the system tablespace for one file, ibdata1.
    run_xtrabackup move-back --datadir="$SCRATCH/data" --log-bin="$LOG_BIN" \
      ${DATA_FILE_PATH:+--innodb-data-file-path="$DATA_FILE_PATH"} --target-dir="$SCRATCH/extract"
  fi
  # Two servers of one topology must not share a server_uuid; mysqld makes a new file.
  rm -f "$SCRATCH/data/auto.cnf"
  [[ -f $SCRATCH/data/mysql.ibd ]] || fail "the backup has no mysql.ibd" "take the backup again"
  if [[ -n $OWNER ]]; then
    chown -R "$OWNER" "$SCRATCH/data" || fail "the data cannot be given to $OWNER" "run as root, or leave OWNER empty"
  fi
}

publish() {
  install_keyring
  sync -f "$SCRATCH/data"
  cp "$WORK/manifest.json" "$INTENT"
  sync "$INTENT"
  mv -T "$SCRATCH/data" "$DATA"
  finish_publishing
}

# The marker is the manifest itself, so that later readers need no S3.
finish_publishing() {
  sync -f "$DATA"
  mv -f "$INTENT" "$MARKER"
  sync -f "$RESTORE"
  rm -rf "$SCRATCH"
}

undo_restore() {
  kill_group "$RESTORER"
  # Where tee never opened the pipe to it, it would wait for ever.
  [[ -z $HASHER ]] || kill "$HASHER" 2>/dev/null
  if [[ -n ${SCRATCH:-} ]]; then rm -rf "$SCRATCH"; fi
}

load_parameters() {
  if [[ -n $JOB_DIRECTORY && -r $JOB_DIRECTORY/job.env ]]; then
    # shellcheck disable=SC1091
    source "$JOB_DIRECTORY/job.env"
  fi
  AWS_TOOL=${AWS_TOOL:-aws} TAR_TOOL=${TAR_TOOL:-tar} ZSTD_TOOL=${ZSTD_TOOL:-zstd}
  XTRABACKUP_TOOL=${XTRABACKUP_TOOL:-xtrabackup} XBSTREAM_TOOL=${XBSTREAM_TOOL:-xbstream}
  THREADS=${THREADS:-$(nproc)} USE_MEMORY=${USE_MEMORY:-1G} LOG_BIN=${LOG_BIN:-binlog} OWNER=${OWNER:-}
  BACKUP_ID=${MANIFEST_KEY:-} BACKUP_ID=${BACKUP_ID%/manifest.json} BACKUP_ID=${BACKUP_ID##*/}
  RESTORE="${VOLUME_DIRECTORY:-}/.restore"
  JOB_DIRECTORY=${JOB_DIRECTORY:-$RESTORE/job}
  DATA="${VOLUME_DIRECTORY:-}/data"
  MARKER="$RESTORE/$BACKUP_ID.done" INTENT="$RESTORE/$BACKUP_ID.publishing"
  SCRATCH=""
}

restore() {
  load_parameters
  if [[ -z ${VOLUME_DIRECTORY:-} ]]; then
    log "the parameter VOLUME_DIRECTORY is not set"
    exit 64
  fi
  mkdir -p "$RESTORE"
  begin_job undo_restore
  enter_stage check
  require_parameters BUCKET MANIFEST_KEY AWS_REGION
  [[ $MANIFEST_KEY == */manifest.json && $BACKUP_ID =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] ||
    fail "MANIFEST_KEY is \"$MANIFEST_KEY\"" "give a key that ends with BACKUP_ID/manifest.json"
  SCRATCH="$RESTORE/scratch-$BACKUP_ID"
  check_volume
  check_tools
  prepare_aws
  read_manifest
  check_archive_tools
  check_keyring
  check_object
  check_space
  enter_stage download
  download
  enter_stage prepare
  prepare
  enter_stage publish
  publish
  complete published
}

clean_up() {
  load_parameters
  sweep_leftovers
  if [[ -n ${VOLUME_DIRECTORY:-} && -n $BACKUP_ID ]]; then rm -rf "$RESTORE/scratch-$BACKUP_ID"; fi
  rm -f "$JOB_DIRECTORY/job.env" "$JOB_DIRECTORY/process"
}

case ${1:-} in
  --help) usage ;;
  --cleanup)
    JOB_DIRECTORY=${2:?JOB_DIRECTORY}
    clean_up
    ;;
  -*)
    usage >&2
    exit 64
    ;;
  *)
    JOB_DIRECTORY=${1:-}
    restore
    ;;
esac
