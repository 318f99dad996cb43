// What Grafana's application registers when it starts, as far as panels need it.
import {
  applyFieldOverrides,
  createTheme,
  Registry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';

export const theme = createTheme({ colors: { mode: 'dark' } });

export const asIs = (value) => value;

const editor = () => null;

function property(path, isCustom) {
  return {
    id: (isCustom ? 'custom.' : '') + path,
    path,
    name: path,
    isCustom,
    editor,
    override: editor,
    process: asIs,
    shouldApply: () => true,
    settings: {},
    getItemsCount: () => 0,
  };
}

const STANDARD =
  'unit min max decimals displayName color noValue links mappings thresholds filterable fieldMinMax description';
const CUSTOM =
  'drawStyle lineInterpolation lineWidth fillOpacity gradientMode showPoints pointSize stacking axisPlacement ' +
  'axisLabel axisSoftMin axisSoftMax spanNulls lineStyle hideFrom scaleDistribution thresholdsStyle width align cellOptions hidden minWidth';
const standard = STANDARD.split(' ').map((path) => property(path, false));
const registry = new Registry(() => [...standard, ...CUSTOM.split(' ').map((path) => property(path, true))]);

const TIME_SERIES = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: 'none',
  showPoints: 'auto',
  pointSize: 5,
  stacking: { mode: 'none', group: 'A' },
  axisPlacement: 'auto',
  axisLabel: '',
  axisBorderShow: false,
  axisColorMode: 'text',
  axisCenteredZero: false,
  barAlignment: 0,
  spanNulls: false,
  hideFrom: { legend: false, tooltip: false, viz: false },
  scaleDistribution: { type: 'linear' },
  thresholdsStyle: { mode: 'off' },
};

export function start() {
  standardFieldConfigEditorRegistry.setInit(() => standard);
  const known = Object.values(standardTransformers).filter((transformer) => transformer?.id);
  const unique = [...new Map(known.map((transformer) => [transformer.id, transformer])).values()];
  standardTransformersRegistry.setInit(() =>
    unique.map((transformation) => ({ id: transformation.id, name: transformation.id, transformation, editor }))
  );
}

export async function transformed(frames, transformations) {
  if (!transformations?.length) return frames;
  return new Promise((resolve, reject) => transformDataFrame(transformations, frames).subscribe(resolve, reject));
}

// The panel's own settings over Grafana's defaults.
export function fieldConfigOf(panel) {
  const config = structuredClone(panel.fieldConfig);
  const { defaults } = config;
  if (panel.type === 'timeseries') {
    defaults.custom = { ...TIME_SERIES, ...defaults.custom };
    defaults.color ??= { mode: 'palette-classic' };
  }
  defaults.color ??= { mode: 'thresholds' };
  defaults.thresholds ??= { mode: 'absolute', steps: [{ color: 'green', value: null }] };
  const overridden = config.overrides.flatMap((override) => override.properties);
  for (const thresholds of [
    defaults.thresholds,
    ...overridden.filter((entry) => entry.id === 'thresholds').map((entry) => entry.value),
  ]) {
    thresholds.steps[0].value = -Infinity;
  }
  return config;
}

export function withFieldConfig(frames, fieldConfig) {
  const data = applyFieldOverrides({
    data: frames,
    fieldConfig,
    replaceVariables: asIs,
    theme,
    fieldConfigRegistry: registry,
    timeZone: 'utc',
  });
  for (const frame of data) {
    for (const field of frame.fields) {
      // Links are drawn as links, and lead nowhere in a picture.
      if (field.config.links?.length) {
        field.getLinks = () => [{ href: '#', title: field.config.links[0].title, target: '_self', origin: field }];
      }
    }
  }
  return data;
}
