// Draws the dashboard of /dashboard.json at 1600 pixels, as Grafana lays it out.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import { askRange, chooseAll, secondsOf, stepFor } from './data.js';
import { start, theme } from './grafana.js';
import { Panel, Text } from './panels.jsx';

const WIDTH = 1600;
const MARGIN = 16;
const COLUMN = (WIDTH - 2 * MARGIN + 8) / 24;
const ROW = 38;
const GAP = 8;
const HEADER = 56;

const done = [];
window.drawn = null;

// Times of an annotation, as [from, to] in milliseconds.
async function regionsOf(annotation, range) {
  const step = stepFor(range, 1000);
  const series = await askRange(annotation.expr, range, step);
  return series.flatMap(({ values }) => {
    const regions = [];
    for (const [time] of values) {
      const last = regions[regions.length - 1];
      if (last && time - last[1] <= step) last[1] = time;
      else regions.push([time, time]);
    }
    return regions.map(([from, to]) => [from * 1000, (to + step) * 1000]);
  });
}

function Header({ dashboard }) {
  const { colors } = theme;
  return (
    <div className="header">
      <span className="title">{dashboard.title}</span>
      {dashboard.templating.list.map((variable) => (
        <span key={variable.name} className="variable" style={{ borderColor: colors.border.medium }}>
          <span style={{ background: colors.background.secondary }}>{variable.label}</span>
          <span>{variable.type === 'datasource' ? 'Prometheus' : 'All'}</span>
        </span>
      ))}
      <span className="range">Last {dashboard.time.from.replace('now-', '').replace('h', ' hours')}, UTC</span>
    </div>
  );
}

function Dashboard({ dashboard, regions }) {
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const asked = dashboard.panels.filter((panel) => panel.targets).length;
  const report = (title, wrong) => {
    done.push({ title, wrong });
    if (done.length === asked) window.drawn = done;
  };
  const { background, text } = theme.colors;
  const style = { width: WIDTH, height: HEADER + bottom * ROW + MARGIN, background: background.canvas, color: text.primary };
  return (
    <div id="dashboard" style={style}>
      <Header dashboard={dashboard} />
      {dashboard.panels.map((panel) => {
        const { x, y, w, h } = panel.gridPos;
        const size = { width: w * COLUMN - GAP, height: h * ROW - GAP };
        return (
          <div key={panel.id} className="panel" style={{ left: MARGIN + x * COLUMN, top: HEADER + y * ROW, ...size }}>
            {panel.type === 'text' ? (
              <Text panel={panel} />
            ) : (
              <Panel {...{ panel, time: dashboard.time, regions, ...size, done: report }} />
            )}
          </div>
        );
      })}
    </div>
  );
}

async function main() {
  start();
  const dashboard = await (await fetch('/dashboard.json')).json();
  const range = secondsOf(dashboard.time.from);
  await chooseAll(dashboard.templating.list, range);
  const asking = dashboard.annotations.list.filter((annotation) => annotation.expr);
  const regions = (await Promise.all(asking.map((annotation) => regionsOf(annotation, range)))).flat();
  createRoot(document.getElementById('root')).render(
    <ThemeContext.Provider value={theme}>
      <PortalContainer />
      <GlobalStyles />
      <Dashboard dashboard={dashboard} regions={regions} />
    </ThemeContext.Provider>
  );
}

main().catch((error) => (window.drawn = [{ title: 'dashboard', wrong: String(error.stack ?? error) }]));
