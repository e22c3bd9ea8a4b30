{{- define "target.restoreContainer" -}}
{{- $image := ternary .Values.restore.image .Values.image (ne .Values.restore.image.repository "") -}}
- name: restore
  image: {{ include "target.image" $image }}
  imagePullPolicy: {{ .Values.restore.image.pullPolicy | default .Values.image.pullPolicy }}
  command: [bash, /scripts/restore-once.sh]
  env:
    - name: VOLUME_DIRECTORY
      value: /volume
    - name: JOB_DIRECTORY
      value: /tmp/restore
    - name: CREDENTIALS_DIRECTORY
      value: /credentials
    - name: LOG_BIN
      value: binlog
    - name: USE_MEMORY
      value: {{ .Values.restore.prepareMemory | quote }}
    {{- with .Values.keyring.component }}
    - name: KEYRING_CONFIG
      value: /keyring/{{ . }}.cnf
    {{- end }}
    {{- if .Values.restore.threads }}
    - name: THREADS
      value: {{ .Values.restore.threads | quote }}
    {{- end }}
    # EKS gives a container that has none of its own the cluster's region.
    - name: AWS_REGION
      valueFrom:
        configMapKeyRef:
          name: {{ include "target.name" . }}-backup
          key: AWS_REGION
    # Where the AWS CLI keeps its caches.
    - name: HOME
      value: /tmp
    {{- if eq .Values.credentials.source "secret" }}
    {{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" "AWS_SESSION_TOKEN" }}
    - name: {{ . }}
      valueFrom:
        secretKeyRef:
          name: {{ $.Values.credentials.secretName }}
          key: {{ . }}
          optional: true
    {{- end }}
    {{- end }}
  envFrom:
    - configMapRef:
        name: {{ include "target.name" . }}-backup
  terminationMessagePolicy: FallbackToLogsOnError
  securityContext:
    {{- include "target.containerSecurity" . | nindent 4 }}
  resources:
    {{- toYaml .Values.restore.resources | nindent 4 }}
  volumeMounts:
    - { name: data, mountPath: /volume }
    - { name: scripts, mountPath: /scripts, readOnly: true }
    - { name: temporary, mountPath: /tmp }
    {{- if .Values.keyring.component }}
    - { name: keyring, mountPath: /keyring, readOnly: true }
    {{- end }}
{{- end -}}

{{- define "target.mysqldContainer" -}}
- name: mysqld
  image: {{ include "target.image" .Values.image }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [bash, /scripts/start-mysqld.sh]
  env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: VOLUME_DIRECTORY
      value: /volume
    - name: RUN_DIRECTORY
      value: /run/mysqld
    # Of client programs, which read a login file of the image's user even where no option file is read.
    - name: MYSQL_TEST_LOGIN_FILE
      value: /run/mysqld/no-login-file
    - name: CONFIGURATION
      value: /configuration/mysqld.cnf
    - name: SERVER_ID_BASE
      value: {{ .Values.mysql.serverIdBase | int64 | quote }}
    - name: CHANNEL
      value: {{ .Values.mysql.channel | quote }}
    - name: RELAY_LOG
      value: relay-bin
  ports:
    - name: mysql
      containerPort: 3306
  startupProbe:
    {{- include "target.probe" . | nindent 4 }}
    failureThreshold: {{ div (add .Values.probes.startupSeconds .Values.probes.periodSeconds -1) .Values.probes.periodSeconds }}
  readinessProbe:
    {{- include "target.probe" . | nindent 4 }}
  livenessProbe:
    {{- include "target.probe" . | nindent 4 }}
    failureThreshold: {{ .Values.probes.livenessFailures }}
  terminationMessagePolicy: FallbackToLogsOnError
  securityContext:
    {{- include "target.containerSecurity" . | nindent 4 }}
  resources:
    {{- toYaml .Values.mysql.resources | nindent 4 }}
  volumeMounts:
    - { name: data, mountPath: /volume }
    - { name: scripts, mountPath: /scripts, readOnly: true }
    - { name: configuration, mountPath: /configuration, readOnly: true }
    - { name: run, mountPath: /run/mysqld }
    - { name: temporary, mountPath: /tmp }
    {{- if eq .Values.credentials.source "secret" }}
    - { name: credentials, mountPath: /credentials, readOnly: true }
    {{- end }}
    {{- if include "target.tlsSecretName" . }}
    - { name: tls, mountPath: /tls, readOnly: true }
    {{- end }}
    {{- if .Values.keyring.component }}
    - { name: keyring, mountPath: /keyring, readOnly: true }
    {{- end }}
{{- end -}}

{{- define "target.exporterContainer" -}}
- name: exporter
  image: {{ include "target.image" .Values.metrics.image }}
  imagePullPolicy: {{ .Values.metrics.image.pullPolicy }}
  args: [--config.my-cnf=/credentials/client.cnf]
  ports:
    - name: metrics
      containerPort: 9104
  terminationMessagePolicy: FallbackToLogsOnError
  securityContext:
    {{- include "target.containerSecurity" . | nindent 4 }}
  resources:
    {{- toYaml .Values.metrics.resources | nindent 4 }}
  volumeMounts:
    - { name: run, mountPath: /run/mysqld, readOnly: true }
    {{- if eq .Values.credentials.source "secret" }}
    - { name: credentials, mountPath: /credentials, readOnly: true }
    {{- end }}
{{- end -}}
