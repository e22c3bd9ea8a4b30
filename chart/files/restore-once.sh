#!/usr/bin/env bash
# Runs restore.sh for the backup that is on the volume already, else for the one in the environment: a volume is filled
# once, a backup that is named later is none of its business, and pods restart without S3.
set -euo pipefail
shopt -s nullglob

scripts=${BASH_SOURCE[0]%/*}
if [[ -e $VOLUME_DIRECTORY/data ]]; then
  for note in "$VOLUME_DIRECTORY"/.restore/*.{publishing,done}; do
    backup=${note##*/}
    MANIFEST_KEY="volume/${backup%.*}/manifest.json"
  done
  export MANIFEST_KEY
fi
if [[ -r ${CREDENTIALS_DIRECTORY:-}/s3.env ]]; then
  set -a
  # shellcheck disable=SC1091
  source "$CREDENTIALS_DIRECTORY/s3.env"
  set +a
fi
# Its own notes lie outside of the volume, so that it can tell when that is full.
exec bash "$scripts/restore.sh" "$JOB_DIRECTORY"
