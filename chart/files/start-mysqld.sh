#!/usr/bin/env bash
# Becomes mysqld on the restored data, with the settings that only the volume and the pod know. What a switchover or a
# repair has persisted on the volume (mysqld-auto.cnf) goes before all settings here.
set -euo pipefail

# shellcheck source=../../scripts/job.sh
source "${BASH_SOURCE[0]%/*}/job.sh"

data="$VOLUME_DIRECTORY/data"
manifests=("$VOLUME_DIRECTORY"/.restore/*.done)
manifest=${manifests[0]}
if [[ ! -d $data || ! -e $manifest ]]; then
  log "there are no restored data in $VOLUME_DIRECTORY"
  exit 1
fi
# The channel's relay log is there once the channel is: a restart goes on with it. Channels that came along with the
# data of the source have none here and are never started.
skip_start=ON
if [[ -e $data/$RELAY_LOG-$CHANNEL.index ]]; then skip_start=OFF; fi
# Those by which applications find the source's behaviour again; a release passes over what it does not know. They come
# first, so that the chart's and the user's own win.
settings_of_source() {
  local line inside="" pattern='^    "([a-z][a-z0-9_.]*)": "([^"\]*)",?$'
  while IFS= read -r line; do
    case $line in
      '  "settings": {'*) inside=1 ;;
      '  }'*) inside="" ;;
      *) if [[ -n $inside && $line =~ $pattern ]]; then echo "loose_${BASH_REMATCH[1]} = \"${BASH_REMATCH[2]}\""; fi ;;
    esac
  done <"$manifest"
}
{
  echo "[mysqld]"
  settings_of_source
  cat "$CONFIGURATION"
  echo "datadir = $data"
  echo "server_id = $((SERVER_ID_BASE + ${POD_NAME##*-}))"
  echo "skip_replica_start = $skip_start"
  # The data can only be read with the source's values.
  echo "lower_case_table_names = $(manifest_value "$manifest" lowerCaseTableNames)"
  echo "innodb_page_size = $(manifest_value "$manifest" innodbPageSizeBytes)"
  data_file_path=$(manifest_value "$manifest" innodbDataFilePath)
  if [[ -n $data_file_path ]]; then echo "innodb_data_file_path = \"$data_file_path\""; fi
} >"$RUN_DIRECTORY/my.cnf"
program=mysqld
if [[ -e $VOLUME_DIRECTORY/keyring/mysqld.my ]]; then
  bash "${BASH_SOURCE[0]%/*}/link-keyring.sh" mysqld "$VOLUME_DIRECTORY/keyring" "$RUN_DIRECTORY"
  program="$RUN_DIRECTORY/start-mysqld"
fi
exec "$program" --defaults-file="$RUN_DIRECTORY/my.cnf"
