{{- /* The agent writes files below /credentials before the restore, and again when the secret changes. */ -}}
{{- define "target.vaultAnnotations" -}}
{{- $vault := .Values.credentials.vault -}}
{{- $path := $vault.path | default (printf "kv/data/db_replication/%s" .Values.database) -}}
vault.hashicorp.com/agent-inject: "true"
vault.hashicorp.com/agent-init-first: "true"
vault.hashicorp.com/role: {{ $vault.role | quote }}
vault.hashicorp.com/auth-path: {{ $vault.authPath | quote }}
vault.hashicorp.com/secret-volume-path: /credentials
vault.hashicorp.com/agent-inject-secret-client.cnf: {{ $path | quote }}
vault.hashicorp.com/agent-inject-template-client.cnf: |
  {{ printf "{{- with secret %q -}}" $path }}
  [client]
  user="{{ "{{ .Data.data.DB_USERNAME" }} {{ include "target.vaultQuoting" . }}"
  password="{{ "{{ .Data.data.DB_PASSWORD" }} {{ include "target.vaultQuoting" . }}"
  socket=/run/mysqld/mysqld.sock
  {{ "{{- end }}" }}
{{- if $vault.s3Keys }}
vault.hashicorp.com/agent-inject-secret-s3.env: {{ $path | quote }}
vault.hashicorp.com/agent-inject-template-s3.env: |
  {{ printf "{{- with secret %q -}}" $path }}
  AWS_ACCESS_KEY_ID='{{ "{{ .Data.data.AWS_ACCESS_KEY_ID }}" }}'
  AWS_SECRET_ACCESS_KEY='{{ "{{ .Data.data.AWS_SECRET_ACCESS_KEY }}" }}'
  {{ "{{- end }}" }}
{{- end }}
{{- with $vault.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* As MySQL's option files want it between double quotes. */ -}}
{{- define "target.vaultQuoting" -}}
{{ "| replaceAll `\\` `\\\\` | replaceAll `\"` `\\\"` }}" }}
{{- end -}}
