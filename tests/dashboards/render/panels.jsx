// One panel, drawn by the components of @grafana/ui as Grafana's own panel plugins use them.
import React from 'react';
import { dateTime, getFieldDisplayValues, renderMarkdown } from '@grafana/data';
import { BarGauge, BigValue, Gauge, PanelChrome, Table, TimeSeries, VizRepeater } from '@grafana/ui';
import { framesOf, now, secondsOf } from './data.js';
import { asIs, fieldConfigOf, theme, transformed, withFieldConfig } from './grafana.js';

// Shades the times of an annotation; `regions` are [from, to] in milliseconds.
function shade(builder, regions) {
  builder.addHook('drawClear', (plot) => {
    plot.ctx.save();
    plot.ctx.fillStyle = 'rgba(242, 73, 92, 0.14)';
    for (const [from, to] of regions) {
      const left = Math.max(plot.valToPos(from, 'x', true), plot.bbox.left);
      const right = Math.min(plot.valToPos(to, 'x', true), plot.bbox.left + plot.bbox.width);
      if (right > left) plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
    }
    plot.ctx.restore();
  });
  return null;
}

function Series({ panel, data, range, regions, width, height }) {
  const [from, to] = [dateTime((now - range) * 1000), dateTime(now * 1000)];
  return (
    <TimeSeries
      frames={data}
      structureRev={1}
      width={width}
      height={height}
      timeRange={{ from, to, raw: { from, to } }}
      timeZone="utc"
      legend={{ ...panel.options.legend, calcs: [] }}
      options={panel.options}
    >
      {(builder) => shade(builder, regions)}
    </TimeSeries>
  );
}

function Values({ panel, data, fieldConfig, width, height }) {
  const { options } = panel;
  const values = () =>
    getFieldDisplayValues({
      fieldConfig,
      reduceOptions: { calcs: ['lastNotNull'], values: false, fields: '', ...options.reduceOptions },
      replaceVariables: asIs,
      theme,
      data,
      timeZone: 'utc',
    });
  const draw = ({ value, width, height, orientation, alignmentFactors, count }) => {
    const common = { value: value.display, width, height, theme };
    if (panel.type === 'gauge') return <Gauge {...common} field={value.field} showThresholdMarkers />;
    if (panel.type === 'stat') {
      const { colorMode, textMode } = options;
      return (
        <BigValue {...common} count={count} colorMode={colorMode} graphMode="none" textMode={textMode ?? 'auto'} />
      );
    }
    return (
      <BarGauge
        {...common}
        field={value.field}
        display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
        text={options.text}
        orientation={orientation}
        displayMode={options.displayMode}
        valueDisplayMode={options.valueMode}
        namePlacement={options.namePlacement}
        showUnfilled={options.showUnfilled}
        alignmentFactors={alignmentFactors}
        itemSpacing={8}
        lcdCellWidth={12}
      />
    );
  };
  return (
    <VizRepeater
      getValues={values}
      source={data}
      width={width}
      height={height}
      orientation={options.orientation ?? 'auto'}
      itemSpacing={8}
      minVizHeight={options.minVizHeight}
      maxVizHeight={options.maxVizHeight}
      renderCounter={0}
      autoGrid={panel.type === 'stat'}
      getAlignmentFactors={longest}
      renderValue={draw}
    />
  );
}

// So that names and values of all bars start at the same place.
function longest(values) {
  const factors = { title: '', text: '' };
  for (const { display } of values) {
    if ((display.title ?? '').length > factors.title.length) factors.title = display.title;
    if (display.text.length > factors.text.length) Object.assign(factors, { text: display.text, suffix: display.suffix });
  }
  return factors;
}

function Content({ panel, drawn, range, regions, width, height }) {
  if (drawn.error) return <pre className="error">{drawn.error}</pre>;
  const { data, fieldConfig } = drawn;
  if (!data.some((frame) => frame.length)) return <div className="empty">No data</div>;
  const size = { width, height };
  if (panel.type === 'timeseries') return <Series {...{ panel, data, range, regions, ...size }} />;
  if (panel.type === 'table') return <Table data={data[0]} cellHeight={panel.options.cellHeight} {...size} />;
  return <Values {...{ panel, data, fieldConfig, ...size }} />;
}

export function Text({ panel }) {
  return <div className="text" dangerouslySetInnerHTML={{ __html: renderMarkdown(panel.options.content) }} />;
}

// Calls `done` with the panel's title and what is wrong with it, or nothing, once there is something to draw.
export function Panel({ panel, time, regions, width, height, done }) {
  const [drawn, setDrawn] = React.useState(null);
  const range = secondsOf(time.from);
  React.useEffect(() => {
    const draw = async () => {
      const fieldConfig = fieldConfigOf(panel);
      const frames = await transformed(await framesOf(panel, range, width), panel.transformations);
      return { data: withFieldConfig(frames, fieldConfig), fieldConfig };
    };
    draw()
      .catch((error) => ({ error: String(error.stack ?? error) }))
      .then((result) => {
        setDrawn(result);
        const empty = result.data && !result.data.some((frame) => frame.length);
        done(panel.title, result.error ?? (empty ? 'no data' : ''));
      });
  }, []);
  return (
    <PanelChrome title={panel.title} description={panel.description} width={width} height={height}>
      {(width, height) => drawn && <Content {...{ panel, drawn, range, regions, width, height }} />}
    </PanelChrome>
  );
}
