// The rules and dashboards of this folder for people who deploy with jsonnet; they are written in YAML and JSON, and
// nothing is generated. Plain users take the files as they are.
local urls = 'https://docs.example.com/session_exporter/runbooks/';
local job = 'job="sessions"';
local groups(text) = std.parseYaml(text).groups;

{
  _config+:: {
    // The page of an alert is this followed by NAME.md.
    runbookURLPrefix: urls,
    // Selects the exporter's scrapes in `up`. An equality, or SessionExporterAbsent could not name the job.
    sessionExporterSelector: job,
  },

  local adjusted(text) = groups(std.strReplace(
    std.strReplace(text, urls, $._config.runbookURLPrefix),
    'up{' + job + '}',
    'up{' + $._config.sessionExporterSelector + '}'
  )),

  prometheusRules+:: {
    groups+: adjusted(importstr 'rules/session_exporter.rules.yaml'),
  },

  prometheusAlerts+:: {
    groups+: adjusted(importstr 'rules/session_exporter.alerts.yaml') + adjusted(importstr 'rules/sessions.alerts.yaml'),
  },

  grafanaDashboards+:: {
    'session_exporter_health.json': import 'session_exporter_health.json',
    'sessions_aws_ssm.json': import 'sessions_aws_ssm.json',
    'sessions_intersight.json': import 'sessions_intersight.json',
    'sessions_inventory.json': import 'sessions_inventory.json',
    'sessions_kasm.json': import 'sessions_kasm.json',
    'sessions_overview.json': import 'sessions_overview.json',
  },
}
