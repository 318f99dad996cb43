#!/usr/bin/env python3
"""Pictures every dashboard over a simulated day into docs/pictures.

Usage: pictures.py PROGRAMS_FOLDER WORK_FOLDER OUT_FOLDER

PROGRAMS_FOLDER has session_exporter and backend_simulator. In WORK_FOLDER the packages of npm are kept for the next
time. Exits with 77, and says what is missing, where the tools are not there; none of them is needed for anything else.
"""

import datetime
import pathlib
import shutil
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER / "render"), str(FOLDER.parent / "e2e")]
import programs  # noqa: E402  (found through the line above)
import simulated_day  # noqa: E402

DASHBOARDS = FOLDER.parent.parent / "dashboards"
# In the README they are seen by everybody who opens it.
MOST_BYTES = 300_000
TOOLS = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "node": "nodejs (18 or newer)",
    "npm": "npm",
    "chromium": "chromium",
    "pngquant": "pngquant",
}


def missing_packages():
    missing = {package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    return sorted(missing | (set() if simulated_day.libfaketime() else {"libfaketime"}))


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed with {done.returncode}")


def install_renderer(work):
    """A copy of render/ with its packages beside it, so that nothing is downloaded into the source tree."""
    renderer = work / "render"
    wanted = (FOLDER / "render/package.json").read_text()
    stamp = renderer / "installed.json"
    renderer.mkdir(parents=True, exist_ok=True)
    for path in (FOLDER / "render").iterdir():
        if path.suffix in {".json", ".js", ".jsx", ".mjs", ".html"}:
            shutil.copy(path, renderer)
    if not stamp.exists() or stamp.read_text() != wanted:
        run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", cwd=renderer)
        stamp.write_text(wanted)
    return renderer


def record_day(work):
    """A folder of blocks, as Prometheus stores them."""
    samples, blocks = work / "day.txt", work / "blocks"
    shutil.rmtree(blocks, ignore_errors=True)

    print("simulating a day, which takes a minute or two", flush=True)
    simulated_day.play(samples)
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", samples, blocks, stdout=subprocess.DEVNULL)
    samples.unlink()
    return blocks


def start_prometheus(work, blocks):
    config = work / "prometheus.yml"
    config.write_text("{}\n")
    # A sample counts until the next one. Written blocks have no staleness markers, so that with the usual five minutes
    # sessions would be shown for a while after their end.
    lookback = int(simulated_day.STEP.total_seconds()) - 1
    return programs.Program(
        [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={blocks}",
            "--storage.tsdb.retention.time=100y",
            f"--query.lookback-delta={lookback}s",
            "--web.listen-address=127.0.0.1:0",
        ]
    )


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    binaries, work, out = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    missing = missing_packages()
    if missing:
        programs.skip(f"pictures need the Debian packages {', '.join(missing)}")
    programs.exporter_program = binaries / "session_exporter"
    programs.simulator_program = binaries / "backend_simulator"
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    renderer = install_renderer(work)
    blocks = record_day(work)
    with start_prometheus(work, blocks) as prometheus:
        address = prometheus.wait_for_output(r'msg="Listening on" address=(127\.0\.0\.1:\d+)').group(1)
        prometheus.wait_for_output("Server is ready")
        now = int(simulated_day.END.timestamp())
        step = int(simulated_day.STEP / datetime.timedelta(seconds=1))
        files = sorted(DASHBOARDS.glob("*.json"))
        run("node", "picture.mjs", f"http://{address}", now, step, shutil.which("chromium"), out, *files, cwd=renderer)
    for path in files:
        picture = out / f"{path.stem}.png"
        run("pngquant", "--force", "--skip-if-larger", "--strip", "--speed=1", "--output", picture, "256", picture)
        size = picture.stat().st_size
        print(f"{picture.name}: {size // 1000} kB")
        if size > MOST_BYTES:
            sys.exit(f"{picture.name} has more than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
