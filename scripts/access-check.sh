#!/usr/bin/env bash
# Looks from inside a pod whether what a migration needs can be reached, and prints one line of JSON for each look:
#
#   {"look":"list","exitCode":0,"output":"BASE64"}
#
# What was seen is judged elsewhere: this knows of no good or bad. Changes nothing and prints no secrets. Needs bash 4.4,
# coreutils and the AWS CLI.
set -uo pipefail
export LC_ALL=C

usage() {
  cat <<'USAGE'
usage: access-check.sh

Parameters come from the environment:

  BUCKET, FOLDER, TEST_KEY   what is listed and read; FOLDER is what the keys begin with
  AWS_REGION                 region of the bucket
  S3_ENDPOINT                address of an S3-compatible store
  SOURCE_HOST, SOURCE_PORT   where MySQL's greeting is awaited
  VAULT_HOST, VAULT_PORT     where a connection is tried, when given
  LOOK_SECONDS               time that each look may take; default 20
USAGE
}

# Runs one look in time, both outputs joined. $1 its name, then the command.
look() {
  local name=$1 output code=0
  shift
  output=$(timeout --kill-after=2 "$LOOK_SECONDS" "$@" 2>&1 | head -c 2000 | base64 --wrap=0) || code=$?
  # Shorter than what a pipe takes at once, so that lines of looks at the same time do not mix.
  printf '{"look":"%s","exitCode":%d,"output":"%s"}\n' "$name" "$code" "$output"
}

# $1 name, $2 host, $3 port.
connect() { look "$1" bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo connected' "$2" "$3"; }

# One read has the whole greeting, in which the server speaks first. $1 name, $2 host, $3 port.
greeting() {
  look "$1" bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo connected && dd bs=512 count=1 status=none <&3 | od -An -v -tx1' "$2" "$3"
}

check() {
  local aws=(--cli-connect-timeout 10 --cli-read-timeout 10) store=()
  if [[ -n ${S3_ENDPOINT:-} ]]; then store=(--endpoint-url "$S3_ENDPOINT"); fi
  # Only AWS knows whose keys they are.
  if [[ -z ${S3_ENDPOINT:-} ]]; then
    look identity aws sts get-caller-identity --query Arn --output text "${aws[@]}" &
  fi
  look list aws s3api list-objects-v2 --bucket "$BUCKET" --prefix "$FOLDER" --max-keys 1 --query KeyCount --output text \
    "${aws[@]}" "${store[@]}" &
  look read bash -c '"$@" "$0" >/dev/null && cat "$0"' "$(mktemp)" aws s3api get-object --bucket "$BUCKET" \
    --key "$TEST_KEY" "${aws[@]}" "${store[@]}" &
  greeting source "$SOURCE_HOST" "$SOURCE_PORT" &
  if [[ -n ${VAULT_HOST:-} ]]; then connect vault "$VAULT_HOST" "$VAULT_PORT" & fi
  wait
}

case ${1:-} in
  "")
    LOOK_SECONDS=${LOOK_SECONDS:-20}
    export AWS_MAX_ATTEMPTS=2
    check
    ;;
  --help) usage ;;
  *)
    usage >&2
    exit 64
    ;;
esac
