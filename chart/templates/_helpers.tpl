{{- define "target.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "target.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "target.labels" -}}
{{ include "target.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* The labels of the first pod alone: where the switchover leads the primary Service. */ -}}
{{- define "target.firstPodLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
statefulset.kubernetes.io/pod-name: {{ include "target.name" . }}-0
{{- end -}}

{{- define "target.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "target.name" .) -}}
{{- end -}}

{{- define "target.image" -}}
{{ .repository }}:{{ .tag }}
{{- end -}}

{{- define "target.tlsSecretName" -}}
{{- if .Values.tls.certManager.enabled -}}
{{ include "target.name" . }}-tls
{{- else -}}
{{ .Values.tls.secretName }}
{{- end -}}
{{- end -}}

{{- define "target.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* Whether the server answers, whatever its role: mysqladmin takes a refused login for an answer, so it needs none. */ -}}
{{- define "target.probe" -}}
exec:
  command: [mysqladmin, --no-defaults, --socket=/run/mysqld/mysqld.sock, --user=probe, --connect-timeout={{ .Values.probes.timeoutSeconds }}, ping]
timeoutSeconds: {{ add .Values.probes.timeoutSeconds 1 }}
periodSeconds: {{ .Values.probes.periodSeconds }}
{{- end -}}

{{- define "target.serviceDoor" -}}
type: {{ .type }}
{{- with .loadBalancerClass }}
loadBalancerClass: {{ . }}
{{- end }}
{{- with .loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: mysql
    port: 3306
    targetPort: 3306
    protocol: TCP
{{- end -}}
