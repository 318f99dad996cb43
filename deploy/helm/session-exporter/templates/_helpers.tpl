{{- define "session-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "session-exporter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "session-exporter.name" . -}}
{{- /* 52: a StatefulSet's pods and their revision need room in labels of 63. */ -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "session-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "session-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "session-exporter.labels" -}}
{{ include "session-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "session-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "session-exporter.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "session-exporter.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A headless Service translates no ports. */ -}}
{{- define "session-exporter.host" -}}
{{ include "session-exporter.fullname" . }}.{{ .Release.Namespace }}.svc:{{ ternary 10470 .Values.service.port .Values.sharding.enabled }}
{{- end -}}

{{- /* What cannot be meant. */ -}}
{{- define "session-exporter.validate" -}}
{{- with .Values -}}
{{- if and .config .configExistingSecretName -}}
{{- fail "config and configExistingSecretName: one of the two" -}}
{{- end -}}
{{- if not (or .config .configExistingSecretName) -}}
{{- fail "config: the exporter needs targets; or name a Secret in configExistingSecretName" -}}
{{- end -}}
{{- if and .serviceMonitor.enabled .scrapeConfig.enabled -}}
{{- fail "serviceMonitor and scrapeConfig: every target would be collected twice" -}}
{{- end -}}
{{- if and .serviceMonitor.enabled (gt (int .replicas) 1) -}}
{{- fail "serviceMonitor with several replicas: each would collect every target; use scrapeConfig" -}}
{{- end -}}
{{- if and .sharding.enabled (not .scrapeConfig.enabled) -}}
{{- fail "sharding: needs scrapeConfig, which gives each shard its targets" -}}
{{- end -}}
{{- end -}}
{{- end -}}
