{{- /*
What every target runs with: it comes up read-only, with no event running, so that nothing but replication can write to
it before the cutover. With replicate_same_server_id one that was restored from a backup of before a rollback gets back
what it committed as the primary; GTIDs keep transactions from going round.
*/ -}}
{{- define "target.mysqldSettings" -}}
log_bin: binlog
log_replica_updates: "ON"
gtid_mode: "ON"
enforce_gtid_consistency: "ON"
read_only: "ON"
super_read_only: "ON"
event_scheduler: "OFF"
relay_log: relay-bin
relay_log_recovery: "ON"
replicate_same_server_id: "ON"
replica_preserve_commit_order: "ON"
sync_binlog: "1"
innodb_flush_log_at_trx_commit: "1"
innodb_buffer_pool_size: {{ .Values.mysql.bufferPoolSize }}
bind_address: "*"
port: "3306"
socket: /run/mysqld/mysqld.sock
pid_file: /run/mysqld/mysqld.pid
tmpdir: /tmp
secure_file_priv: "NULL"
loose_mysqlx: "OFF"
require_secure_transport: {{ ternary "ON" "OFF" .Values.tls.required | quote }}
{{- if include "target.tlsSecretName" . }}
ssl_ca: /tls/ca.crt
ssl_cert: /tls/tls.crt
ssl_key: /tls/tls.key
{{- end }}
{{- end -}}

{{- define "target.mysqldConfiguration" -}}
{{- $settings := include "target.mysqldSettings" . | fromYaml -}}
[mysqld]
{{- range $name, $value := merge $settings (include "target.ownSettings" . | fromYaml) }}
{{ $name }} = {{ $value }}
{{- end }}
{{- end -}}

{{- /* The user's settings, in mysqld's own spelling; none may undo what keeps a target safe, under whatever prefix. */ -}}
{{- define "target.ownSettings" -}}
{{- $set := include "target.mysqldSettings" . | fromYaml -}}
{{- $inPod := list "datadir" "server_id" "replica_start" "slave_start" "lower_case_table_names" "innodb_page_size" "innodb_data_file_path" -}}
{{- $others := list "user" "init_file" "persisted_globals_load" "log_error" "mysqlx" "ssl_ca" "ssl_cert" "ssl_key" -}}
{{- range $given, $value := .Values.mysql.settings }}
{{- $name := $given | replace "-" "_" | lower }}
{{- $plain := regexReplaceAll "^((loose|maximum|skip|disable|enable)_)+" $name "" }}
{{- if not (regexMatch "^[a-z][a-z0-9_]*$" $name) }}
{{- fail (printf "mysql.settings: %q is not the name of a setting" $given) }}
{{- end }}
{{- if or (hasKey $set $name) (hasKey $set $plain) (has $plain $inPod) (has $plain $others) }}
{{- fail (printf "mysql.settings.%s: the chart sets it, so that the target is safe and can be reached" $given) }}
{{- end }}
{{ $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}
