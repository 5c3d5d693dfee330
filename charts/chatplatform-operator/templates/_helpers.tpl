{{- define "chatplatform-operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Cluster-scoped objects bear the namespace too: a release may be installed under one name in several. */}}
{{- define "chatplatform-operator.clusterName" -}}
{{ .Release.Namespace }}:{{ include "chatplatform-operator.fullname" . }}
{{- end }}

{{- define "chatplatform-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "chatplatform-operator.ownLabels" -}}
{{ include "chatplatform-operator.selectorLabels" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: chatplatform
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "chatplatform-operator.labels" -}}
{{ include "chatplatform-operator.ownLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Name of the webhook's Service, and of the Secret with its certificate. */}}
{{- define "chatplatform-operator.webhookName" -}}
{{- printf "%s-webhook" (include "chatplatform-operator.fullname" . | trunc 55 | trimSuffix "-") -}}
{{- end }}

{{/* Webhook configurations belong to no namespace: an RBAC name may hold a colon, theirs may not. */}}
{{- define "chatplatform-operator.webhookConfiguration" -}}
{{- printf "%s.%s.chatplatform.dev" .Release.Namespace (include "chatplatform-operator.fullname" .) -}}
{{- end }}

{{- define "chatplatform-operator.image" -}}
{{ .Values.image | default (printf "docker.io/chatplatform/operator:%s" .Chart.AppVersion) }}
{{- end }}

{{/* Not the operator's selector: the test's Pod must not be taken for one of its own by the Service. */}}
{{- define "chatplatform-operator.testLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}
