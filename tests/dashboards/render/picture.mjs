// Pictures dashboards: node picture.mjs PROMETHEUS NOW SCRAPE_INTERVAL CHROMIUM OUT_FOLDER DASHBOARD.json...
// NOW is in seconds. Exits 1 when a panel of one of them fails or is empty.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const [prometheus, now, scrapeInterval, browserPath, outFolder, ...files] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));

async function bundle() {
  const grafana = (name) => path.join(here, `node_modules/@grafana/${name}/dist/cjs/index.cjs`);
  const built = await esbuild.build({
    entryPoints: [path.join(here, 'main.jsx')],
    bundle: true,
    write: false,
    outdir: here,
    format: 'iife',
    platform: 'browser',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    // The packages' ES modules name further files by directory, which no bundler resolves alike.
    alias: { '@grafana/data': grafana('data'), '@grafana/ui': grafana('ui') },
    mainFields: ['module', 'browser', 'main'],
    loader: { '.svg': 'text', '.png': 'dataurl', '.woff2': 'dataurl', '.woff': 'dataurl', '.ttf': 'dataurl' },
    logLevel: 'error',
  });
  return Object.fromEntries(built.outputFiles.map((file) => [`/${path.basename(file.path)}`, file.text]));
}

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '': 'text/html' };

function serve(pages) {
  const server = http.createServer(async (request, response) => {
    const where = request.url.split('?')[0];
    if (where.startsWith('/api/')) {
      const answer = await fetch(prometheus + request.url);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    } else if (where in pages) {
      response.writeHead(200, { 'content-type': TYPES[path.extname(where)] });
      response.end(pages[where]);
    } else {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const pages = { '/': fs.readFileSync(path.join(here, 'page.html')), ...(await bundle()) };
const server = await serve(pages);
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
let failed = false;
for (const file of files) {
  const name = path.basename(file, '.json');
  pages['/dashboard.json'] = fs.readFileSync(file);
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.on('pageerror', (error) => {
    console.error(`${name}: ${error.message}`);
    failed = true;
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/?now=${now}&scrape_interval=${scrapeInterval}`);
  const drawn = await (await page.waitForFunction('window.drawn', null, { timeout: 60000 })).jsonValue();
  for (const { title, wrong } of drawn.filter((panel) => panel.wrong)) {
    console.error(`${name}: ${title}: ${wrong}`);
    failed = true;
  }
  if (!(await page.locator('#dashboard').count())) continue;
  await page.evaluate('document.fonts.ready');
  // uPlot draws in the next frames.
  await page.waitForTimeout(500);
  await page.locator('#dashboard').screenshot({ path: path.join(outFolder, `${name}.png`), animations: 'disabled' });
  await page.close();
}
await browser.close();
server.close();
process.exit(failed ? 1 : 0);
