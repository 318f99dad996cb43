#!/usr/bin/env python3
"""Holds the sources to the layers of the architecture and to the few rules that no compiler checks.

Usage: check_layers.py [ROOT]    ROOT is the root of the source tree, by default the one this file is in.

Prints FILE:LINE: MESSAGE for every violation and exits 1 when there is one.
"""

import pathlib
import re
import sys

# What each layer may include beside itself.
LAYERS = {
    "base": set(),
    "model": {"base"},
    "net": {"base"},
    "json": {"base"},
    "config": {"base"},
    "auth": {"net", "json", "config", "base"},
    "exposition": {"model", "base"},
    "backends": {"auth", "net", "json", "config", "model", "base"},
    "collector": {"backends", "exposition", "auth", "net", "config", "model", "base"},
    "server": {"collector", "exposition", "config", "model", "base"},
}
# The files directly under src/: app.h, app.cc, main.cc. They put the layers together.
APP = "app"
LAYERS[APP] = set(LAYERS)

# Third-party headers by prefix, and the layers that may include them: one, so that a library can be replaced by
# changing one folder. openssl is the exception: auth signs with it, and the server's TLS is set up in its terms.
LIBRARIES = {
    "tl/": {"base"},
    "fmt/": {"base"},
    "spdlog/": {"base"},
    "yaml-cpp/": {"config"},
    "curl/": {"net"},
    "rapidjson/": {"json"},
    "openssl/": {"auth", "server"},
    "boost/": {"server"},
    "crypt.h": {"server"},
    "prometheus/": {"exposition"},
    "isa-l": {"exposition"},
    "libdeflate": {"exposition"},
    "zlib.h": {"exposition"},
    "CLI/": {APP},
}

# Headers of the operating system and the compiler, which any layer may use. Those without a suffix are C++'s own.
SYSTEM_FOLDERS = ("sys/", "netinet/", "arpa/", "net/", "linux/")
SYSTEM_HEADERS = set(
    "assert.h ctype.h cxxabi.h dirent.h dlfcn.h errno.h execinfo.h fcntl.h getopt.h grp.h ifaddrs.h "
    "inttypes.h limits.h locale.h malloc.h math.h netdb.h poll.h pthread.h pwd.h sched.h semaphore.h signal.h "
    "spawn.h stdarg.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h syslog.h termios.h time.h ucontext.h "
    "unistd.h".split()
)

LONGEST_FILE = 400
# Recorded answers and expected output are as long as they are.
MEASURED_SUFFIXES = {".cc", ".h", ".py", ".sh"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# What may hide or imitate code: raw strings, strings, characters, comments. Characters are kept short, for 1'000'000.
NOT_CODE = re.compile(
    r'R"(?P<raw>[^(\s"\\]*)\(.*?\)(?P=raw)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n]){1,10}'"
    r"|//[^\n]*"
    r"|/\*.*?\*/",
    re.DOTALL,
)


def code_lines(text):
    """The lines without comments and raw strings; short strings stay, since includes are written as one."""

    def blank(match):
        token = match.group()
        return token if token[0] in "\"'" else "\n" * token.count("\n")

    return NOT_CODE.sub(blank, text).split("\n")


def layer_of(path):
    """The layer of a path below src/, or None for a folder that is not one."""
    if len(path.parts) == 1:
        return APP
    return path.parts[0] if path.parts[0] in LAYERS and path.parts[0] != APP else None


def vendor_of(path):
    """The backend's folder that a path below src/ is in, or None."""
    return path.parts[1] if len(path.parts) > 2 and path.parts[0] == "backends" else None


def library_of(header):
    return next((prefix for prefix in LIBRARIES if header.startswith(prefix)), None)


def names(layers):
    return ", ".join(sorted(layers)) or "nothing else"


def check_own_include(path, header):
    """Yields what is wrong with an include of one of our own headers."""
    included = pathlib.PurePosixPath(header)
    layer, target = layer_of(path), layer_of(included)
    if ".." in included.parts or target is None or (target == APP and layer != APP):
        yield f'"{header}" is not in a layer; includes are written from src/, as "base/error.h"'
        return
    if target != layer and target not in LAYERS[layer]:
        yield f'layer {layer} may not include "{header}" of layer {target}; it may include {names(LAYERS[layer])}'
        return
    vendor = vendor_of(included)
    if vendor and layer != APP and vendor != vendor_of(path):
        user = f"backend {vendor_of(path)}" if vendor_of(path) else f"{path}"
        yield f'{user} may not include "{header}": the folder of backend {vendor} is its own'


def check_system_include(path, header):
    """Yields what is wrong with an include in angle brackets."""
    layer, library = layer_of(path), library_of(header)
    if library:
        if layer not in LIBRARIES[library]:
            yield f"layer {layer} may not include <{header}>; only {names(LIBRARIES[library])} may"
    elif "." in header or "/" in header:
        # The compiler's headers for vector instructions are many: immintrin.h, emmintrin.h, arm_neon.h, ...
        vector = header.endswith("intrin.h") or header == "arm_neon.h"
        if not vector and not header.startswith(SYSTEM_FOLDERS) and header not in SYSTEM_HEADERS:
            yield f"<{header}> is in no table of tests/lint/check_layers.py; give the library its layer there"


def check_source(root, path):
    """Yields (line, message) for a .h or .cc file, path being relative to src/."""
    if layer_of(path) is None:
        yield 1, f"src/{path.parts[0]}/ is not a layer; the layers are {names(LAYERS)}"
        return
    lines = code_lines((root / "src" / path).read_text(encoding="utf-8"))
    first_include = None
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include:
            own, system = include.groups()
            first_include = first_include or (number, own)
            found = check_own_include(path, own) if own else check_system_include(path, system)
            yield from ((number, message) for message in found)
        elif path.suffix == ".h" and re.match(r"\s*using\s+namespace\b", line):
            yield number, "a header may not say 'using namespace': it would say it for everyone who includes it"
    if path.suffix == ".h":
        if not any(re.fullmatch(r"\s*#\s*pragma\s+once\s*", line) for line in lines):
            yield 1, "a header needs '#pragma once'"
    elif (root / "src" / path.with_suffix(".h")).exists():
        header = str(path.with_suffix(".h"))
        number, own = first_include or (1, None)
        if own != header:
            yield number, f'the first include must be "{header}", so that the header is known to stand on its own'


def check_length(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    count = len(lines) - (lines[-1] == "")
    if count > LONGEST_FILE and not any(re.search(r"\blong:\s*\S", line) for line in lines[:5]):
        yield LONGEST_FILE + 1, (
            f"{count} lines; above {LONGEST_FILE} a comment 'long: REASON' is needed in the first 5 lines"
        )


def check_globbing(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if re.search(r"\bfile\s*\(\s*GLOB", line.split("#")[0], re.IGNORECASE):
            yield number, "sources are listed, never globbed: a build does not notice a file that comes or goes"


def check(root):
    """Yields every violation as 'FILE:LINE: MESSAGE'."""
    root = pathlib.Path(root)
    files = sorted(path for top in ("src", "tests") for path in (root / top).rglob("*") if path.is_file())
    if not any(path.suffix == ".cc" and path.is_relative_to(root / "src") for path in files):
        yield f"{root / 'src'}:1: no sources here: is this the root of the source tree?"
    for path in files:
        found = []
        if path.suffix in (".h", ".cc") and path.is_relative_to(root / "src"):
            found += check_source(root, pathlib.PurePosixPath(path.relative_to(root / "src").as_posix()))
        if path.suffix in MEASURED_SUFFIXES:
            found += check_length(path)
        if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
            found += check_globbing(path)
        yield from (f"{path.relative_to(root)}:{number}: {message}" for number, message in sorted(found))


def main(arguments):
    if len(arguments) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    root = arguments[1] if len(arguments) == 2 else pathlib.Path(__file__).resolve().parents[2]
    violations = list(check(root))
    print("\n".join(violations) if violations else "layers: in order", file=sys.stderr if violations else sys.stdout)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
