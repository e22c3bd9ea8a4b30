# shellcheck shell=bash
# What backup.sh and restore.sh have in common: parameters, status file, pipes whose every exit code is known, S3.
# Sourced by both; needs bash 4.4, coreutils and the AWS CLI.
#
# Inside JOB_DIRECTORY (mode 0700):
#   job.env      parameters and AWS credentials, KEY='value' lines; removed when the job ends
#   client.cnf   MySQL login (backup only); removed when the job ends
#   status.json  what the job does and how far it is, replaced atomically at every change and once a second
#   process      process id and start time of the run that owns the directory
#   work/        stderr of every tool, pipes, exit codes

export LC_ALL=C

JOB_STATE=running
JOB_STAGE=start
JOB_MESSAGE=""
JOB_ADVICE=""
STARTED_AT=""
TICKER=""

log() { printf '%s %s\n' "$(timestamp)" "$*" >&2; }

timestamp() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }

# Ends the job as failed. $1 what was seen, $2 what the user should do next.
fail() {
  JOB_MESSAGE=$1
  JOB_ADVICE=$2
  exit 1
}

# The last lines of a tool's stderr, for messages.
tail_of() {
  if [[ -s $1 ]]; then tail -c 2000 "$1" | tail -n 8; else echo "(no output)"; fi
}

require_parameters() {
  local name
  for name in "$@"; do
    [[ -n ${!name:-} ]] || fail "the parameter $name is not set" "set it in job.env or in the environment"
  done
}

# $1 program, $2 what to do when it is missing.
require_tool() {
  command -v "$1" >/dev/null || fail "the program $1 is not there (PATH is $PATH)" "$2"
}

# Field 22 of /proc/PID/stat: with the process id it names one process for good.
start_ticks() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # The second field is the program's name in parentheses, which may hold blanks.
  read -ra fields <<<"${stat##*) }"
  [[ ${fields[0]} != Z ]] || return 1
  echo "${fields[19]}"
}

# Makes this run the only one of its job directory.
claim_job() {
  local pid ticks attempt own
  own="$$ $(start_ticks $$)"
  mkdir -p "$JOB_DIRECTORY"
  chmod 0700 "$JOB_DIRECTORY"
  for attempt in 1 2; do
    if (set -o noclobber && echo "$own" >"$JOB_DIRECTORY/process") 2>/dev/null; then
      return
    fi
    read -r pid ticks <"$JOB_DIRECTORY/process" || true
    if [[ $attempt == 2 || $(start_ticks "${pid:-0}" || true) == "${ticks:-none}" ]]; then
      log "process ${pid:-?} already runs the job of $JOB_DIRECTORY"
      exit 75
    fi
    rm -f "$JOB_DIRECTORY/process"
  done
}

# Kills what a run that was itself killed left behind: every process that carries this job's mark in its environment.
sweep_leftovers() {
  local environ pid entry round found
  for round in {1..100}; do
    found=0
    for environ in /proc/[0-9]*/environ; do
      pid=${environ#/proc/}
      pid=${pid%/environ}
      [[ $pid != "$$" && -r $environ ]] || continue
      while IFS= read -r -d '' entry; do
        if [[ $entry == "GTID_FERRY_JOB=$JOB_DIRECTORY" ]]; then
          found=1
          if ((round == 1)); then log "killing process $pid, left by an earlier run"; fi
          kill -KILL "$pid" || true
        fi
      done <"$environ" || true
    done 2>/dev/null
    ((found == 1)) || return 0
    sleep 0.1
  done
  fail "processes of an earlier run cannot be killed" "end the processes with GTID_FERRY_JOB=$JOB_DIRECTORY in their environment"
}

json_string() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '"%s"' "${text//[[:cntrl:]]/ }"
}

# A number, or null.
json_number() { if [[ ${1:-} =~ ^[0-9]+$ ]]; then printf '%s' "$1"; else printf 'null'; fi; }

exit_codes_json() {
  local name code separator=""
  printf '{'
  if [[ -f $WORK/exits ]]; then
    while read -r name code; do
      printf '%s"%s": %s' "$separator" "$name" "$code"
      separator=", "
    done <"$WORK/exits"
  fi
  printf '}'
}

# done_bytes, total_bytes and compressed_bytes come from the script's own measure_progress.
write_status() {
  local done_bytes="" total_bytes="" compressed_bytes="" temporary="$JOB_DIRECTORY/.status.$BASHPID"
  # What is measured may vanish meanwhile; progress must never fail the job.
  measure_progress || true
  {
    printf '{\n'
    printf '  "state": "%s",\n' "$JOB_STATE"
    printf '  "stage": "%s",\n' "$JOB_STAGE"
    printf '  "pid": %s,\n' "$$"
    printf '  "startTicks": "%s",\n' "$OWN_TICKS"
    printf '  "startedAt": "%s",\n' "$STARTED_AT"
    printf '  "updatedAt": "%s",\n' "$(timestamp)"
    printf '  "doneBytes": %s,\n' "$(json_number "$done_bytes")"
    printf '  "totalBytes": %s,\n' "$(json_number "$total_bytes")"
    printf '  "compressedBytes": %s,\n' "$(json_number "$compressed_bytes")"
    printf '  "exitCodes": %s,\n' "$(exit_codes_json)"
    printf '  "message": %s,\n' "$(json_string "$JOB_MESSAGE")"
    printf '  "advice": %s\n' "$(json_string "$JOB_ADVICE")"
    printf '}\n'
  } >"$temporary"
  mv -f "$temporary" "$JOB_DIRECTORY/status.json"
}

# Enters a stage; the ticker then reports its progress without touching the data.
enter_stage() {
  stop_ticker
  JOB_STAGE=$1
  log "stage $JOB_STAGE"
  write_status
  start_group tick
  TICKER=$GROUP
}

tick() {
  trap - ERR
  while sleep 1 && kill -0 $$ 2>/dev/null; do write_status; done
}

stop_ticker() {
  [[ -n $TICKER ]] || return 0
  kill_group "$TICKER"
  TICKER=""
  rm -f "$JOB_DIRECTORY"/.status.*
}

# Bytes that a running process has read so far, from the kernel's own count.
bytes_read_by() {
  local pid key value
  [[ -f $WORK/pid.$1 ]] || return 0
  pid=$(<"$WORK/pid.$1")
  while read -r key value; do
    if [[ $key == rchar: ]]; then echo "$value"; fi
  done 2>/dev/null <"/proc/$pid/io" || true
}

# Becomes a command; `aws` stands for the AWS CLI, which alone gets the keys: every other child would show them in its
# environment to whoever may look there.
become() {
  if [[ $1 == aws ]]; then
    shift
    if [[ -n ${AWS_ACCESS_KEY_ID:-} ]]; then export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; fi
    if [[ -n ${AWS_SESSION_TOKEN:-} ]]; then export AWS_SESSION_TOKEN; fi
    exec "$AWS_TOOL" "$@"
  fi
  exec "$@"
}

aws_cli() { (become aws "$@"); }

# One member of a pipe: leaves its process id, its stderr and its exit code in WORK. $1 name, then the command.
pipe_member() {
  local name=$1 code=0
  shift
  (
    echo "$BASHPID" >"$WORK/pid.$name"
    become "$@"
  ) 2>"$WORK/$name.err" || code=$?
  echo "$name $code" >>"$WORK/exits"
  return "$code"
}

exit_code_of() {
  local name code
  while read -r name code; do
    if [[ $name == "$1" ]]; then
      echo "$code"
      return
    fi
  done <"$WORK/exits"
}

# The member that failed first and not merely because its reader went away (SIGPIPE); empty when all named ones are 0.
culprit_of() {
  local name code member first=""
  for member in "$@"; do
    [[ $(exit_code_of "$member") == 0 ]] || first=${first:-$member}
  done
  [[ -n $first ]] || return 0
  while read -r name code; do
    if [[ $code != 0 && $code != 141 ]]; then
      echo "$name"
      return
    fi
  done <"$WORK/exits"
  echo "$first"
}

how_it_ended() {
  local code
  code=$(exit_code_of "$1")
  if [[ -z $code ]]; then
    echo "was killed"
  elif ((code > 128)); then
    echo "was killed by SIG$(kill -l $((code - 128)))"
  else
    echo "ended with exit code $code"
  fi
}

# Starts a command in a process group of its own, so that all of it can be killed. The group's id is in GROUP.
# shellcheck disable=SC2034
start_group() {
  set -m
  "$@" &
  GROUP=$!
  set +m
}

kill_group() {
  [[ -n ${1:-} ]] || return 0
  kill -KILL -- "-$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# Settings of the AWS CLI for this job only. Without explicit keys the user's own configuration goes on to be used, so
# that instance roles, web identities and named profiles work; with keys nothing of the user's is read.
prepare_aws() {
  local user_config=${AWS_CONFIG_FILE:-${HOME:-/nonexistent}/.aws/config}
  AWS_OWN_CONFIG="$WORK/aws-config"
  : >"$AWS_OWN_CONFIG"
  chmod 0600 "$AWS_OWN_CONFIG"
  if [[ -n ${AWS_ACCESS_KEY_ID:-} ]]; then
    unset AWS_PROFILE AWS_DEFAULT_PROFILE
    export AWS_SHARED_CREDENTIALS_FILE=/dev/null
  elif [[ -s $user_config ]]; then
    cat "$user_config" >"$AWS_OWN_CONFIG"
  fi
  export AWS_CONFIG_FILE=$AWS_OWN_CONFIG AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=""
  export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-5}
  AWS_ENDPOINT=()
  if [[ -n ${S3_ENDPOINT:-} ]]; then
    # S3-compatible stores: no bucket in the host name, no checksum algorithm that they may not know. The validation of
    # responses stays as it is: with when_required, AWS CLI 1.45.11 hangs in a download to stdout after 48 MiB.
    AWS_ENDPOINT=(--endpoint-url "$S3_ENDPOINT")
    export AWS_REQUEST_CHECKSUM_CALCULATION=when_required
    set_s3_option addressing_style path
  fi
}

# Options of `aws s3` exist only in configuration files. $1 name, $2 value.
set_s3_option() {
  local own_section=$'[default]\ns3 =\n'
  if [[ -n ${AWS_PROFILE:-${AWS_DEFAULT_PROFILE:-}} || ( -s $AWS_OWN_CONFIG && $(<"$AWS_OWN_CONFIG") != "$own_section"* ) ]]; then
    aws_cli configure set "s3.$1" "$2"
    return
  fi
  # Starting the AWS CLI takes most of a second, which a file of our own does not need.
  [[ -s $AWS_OWN_CONFIG ]] || printf '%s' "$own_section" >"$AWS_OWN_CONFIG"
  printf '  %s = %s\n' "$1" "$2" >>"$AWS_OWN_CONFIG"
}

# The command that hashes its input and prints the sha256 first. openssl uses the processor's own instructions, which
# sha256sum does only in some distributions; the difference is a factor of three.
# shellcheck disable=SC2034
choose_hash() {
  if command -v openssl >/dev/null; then HASH=(openssl dgst -sha256 -r); else HASH=(sha256sum); fi
}

s3api() { aws_cli s3api "$@" "${AWS_ENDPOINT[@]}" --output text; }

# Size in bytes of an object.
object_bytes() { s3api head-object --bucket "$BUCKET" --key "$1" --query ContentLength 2>"$WORK/head.err"; }

available_bytes() {
  local available
  available=$(df --output=avail -B1 "$1" | tail -n 1)
  echo "${available// /}"
}

mebibytes() { echo "$((($1 + 1048575) / 1048576)) MiB"; }

# A value of manifest.json, which has one field per line. $1 file, $2 field.
manifest_value() {
  local line pattern="^ *\"$2\": (\"([^\"]*)\"|([0-9]+)),?$"
  while IFS= read -r line; do
    if [[ $line =~ $pattern ]]; then
      echo "${BASH_REMATCH[2]}${BASH_REMATCH[3]}"
      return
    fi
  done <"$1"
}

# A login of the user's (~/.mylogin.cnf) wins over every option file, in all of MySQL's programs and in xtrabackup.
ignore_login_files() { export MYSQL_TEST_LOGIN_FILE="$JOB_DIRECTORY/no-login-file"; }

# Sets up one run: traps first, so that every end of it is reported. $1 function that undoes the work of a failed run.
begin_job() {
  UNDO=$1
  WORK="$JOB_DIRECTORY/work"
  OWN_TICKS=$(start_ticks $$)
  export GTID_FERRY_JOB=$JOB_DIRECTORY
  ignore_login_files
  # Where they came by the environment: `become` gives them to the AWS CLI.
  export -n AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  STARTED_AT=$(timestamp)
  claim_job
  trap 'end_job' EXIT
  trap 'fail "the job was told to stop" "run again"' TERM INT HUP
  trap 'JOB_MESSAGE=${JOB_MESSAGE:-"unexpected error in line $LINENO of ${BASH_SOURCE[0]##*/}: $BASH_COMMAND"}' ERR
  sweep_leftovers
  choose_hash
  rm -rf "$WORK"
  mkdir -m 0700 "$WORK"
  : >"$WORK/exits"
}

end_job() {
  local code=$?
  trap - EXIT ERR
  trap '' TERM INT HUP
  set +e
  stop_ticker
  if [[ $JOB_STATE != completed ]]; then
    JOB_STATE=failed
    [[ $code != 0 ]] || code=1
    JOB_MESSAGE=${JOB_MESSAGE:-"ended with exit code $code"}
    JOB_ADVICE=${JOB_ADVICE:-"look into the log in $JOB_DIRECTORY"}
    log "failed in stage $JOB_STAGE: $JOB_MESSAGE; $JOB_ADVICE"
    "$UNDO"
  fi
  rm -f "$JOB_DIRECTORY/job.env" "$JOB_DIRECTORY/client.cnf" "$JOB_DIRECTORY/ca.pem" "$WORK/aws-config" "$WORK"/*.fifo
  write_status
  rm -f "$JOB_DIRECTORY/process"
  log "$JOB_STATE"
  exit "$code"
}

# Ends the job as completed. $1 the stage to report.
complete() {
  stop_ticker
  JOB_STATE=completed
  JOB_STAGE=$1
  exit 0
}
