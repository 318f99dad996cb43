// Asks Prometheus what a panel asks, and turns the answers into the data frames that Grafana's data source would give.
import { FieldType, toDataFrame } from '@grafana/data';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 };
// What a query that changes with every sample must not fall below.
const SCRAPE_INTERVAL = Number(new URLSearchParams(location.search).get('scrape_interval'));

export const now = Number(new URLSearchParams(location.search).get('now'));

export function secondsOf(duration) {
  const [, number, unit] = /^(?:now-)?(\d+)([smhd])$/.exec(duration);
  return number * SECONDS[unit];
}

// What each variable stands for at All, as Grafana puts it into a query.
const values = {};

export function withVariables(text, step, range) {
  return text
    .replaceAll('$__rate_interval', `${Math.max(step + SCRAPE_INTERVAL, 4 * SCRAPE_INTERVAL)}s`)
    .replaceAll('$__range', `${range}s`)
    .replace(/\$(\w+)/g, (_, name) => values[name]);
}

// In the order of the dashboard: the values of one narrow down the next.
export async function chooseAll(variables, range) {
  for (const { name, type, query, allValue } of variables) {
    if (type !== 'query') continue;
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(query.query);
    const match = withVariables(selector, SCRAPE_INTERVAL, range);
    const series = await ask('series', { 'match[]': match, start: now - range, end: now });
    const found = [...new Set(series.map((one) => one[label] ?? ''))].sort();
    const quoted = found.map((value) => value.replace(/[.+*?()|[\]{}^$\\]/g, '\\\\$&'));
    values[name] = allValue ?? `(${quoted.join('|')})`;
  }
}

async function ask(path, parameters) {
  const answer = await (await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
  if (answer.status !== 'success') throw new Error(`${answer.error}: ${JSON.stringify(parameters)}`);
  return answer.data.result ?? answer.data;
}

// Steps are whole scrape intervals, so that every point is a sample.
export function stepFor(range, width) {
  return Math.max(1, Math.ceil(range / width / SCRAPE_INTERVAL)) * SCRAPE_INTERVAL;
}

export function askRange(expression, range, step) {
  const query = withVariables(expression, step, range);
  return ask('query_range', { query, start: now - range, end: now, step });
}

function tableFrame(target, series, fieldName) {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.metric)))].filter((name) => name !== '__name__');
  if (!series.length) return toDataFrame({ refId: target.refId, fields: [] });
  const field = (name, type, values) => ({ name, type, config: {}, values });
  return toDataFrame({
    refId: target.refId,
    fields: [
      field('Time', FieldType.time, series.map((one) => one.value[0] * 1000)),
      ...labels.sort().map((name) => field(name, FieldType.string, series.map((one) => one.metric[name] ?? ''))),
      field(fieldName, FieldType.number, series.map((one) => Number(one.value[1]))),
    ],
  });
}

function legend(target, metric) {
  if (target.legendFormat) return target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');
  return JSON.stringify(metric);
}

function seriesFrame(target, series, step) {
  const samples = series.values ?? [series.value];
  const byTime = new Map(samples.map(([time, value]) => [time, Number(value)]));
  const times = [];
  // A step without a sample is a gap in the line, not a bridge over it.
  for (let time = samples[0][0]; time <= samples[samples.length - 1][0]; time += step) times.push(time);
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: { interval: step * 1000 }, values: times.map((time) => time * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        config: { displayNameFromDS: legend(target, series.metric) },
        values: times.map((time) => byTime.get(time) ?? null),
      },
    ],
  });
}

export async function framesOf(panel, range, width) {
  const step = stepFor(range, width);
  const answers = await Promise.all(
    panel.targets.map(async (target) => {
      const series = target.instant
        ? await ask('query', { query: withVariables(target.expr, step, range), time: now })
        : await askRange(target.expr, range, step);
      if (target.format !== 'table') return series.map((one) => seriesFrame(target, one, step));
      return [tableFrame(target, series, panel.targets.length > 1 ? `Value #${target.refId}` : 'Value')];
    })
  );
  return answers.flat();
}
