#!/usr/bin/env python3
"""Writes what a built session_exporter consists of, as SPDX 2.3 in JSON, to standard output.

The libraries are those that the loader would take here, with what dpkg knows of their packages; so run it on the system that
the program was built on. Licences are those that Debian's copyright files declare in machine-readable form for the files of
the package as a whole, and NOASSERTION where they do not, or where SPDX has no name for one.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import uuid

# Libraries of headers only are compiled in, so no loader knows them: a header of each finds its package.
HEADERS = (
    "/usr/include/boost/beast.hpp",
    "/usr/include/rapidjson/reader.h",
    "/usr/include/CLI/CLI.hpp",
    "/usr/include/tl/expected.hpp",
)

# Debian's short names that SPDX writes differently; the rest of SPDX_NAMES is written alike.
SPDX_OF_DEBIAN = {
    "Expat": "MIT",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "Boost-1.0": "BSL-1.0",
    "GPL-2": "GPL-2.0-only",
    "GPL-2+": "GPL-2.0-or-later",
    "GPL-3+": "GPL-3.0-or-later",
    "LGPL-2+": "LGPL-2.0-or-later",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "LGPL-3+": "LGPL-3.0-or-later",
    "zlib": "Zlib",
}
SPDX_NAMES = {"Apache-2.0", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "Zlib", "curl", *SPDX_OF_DEBIAN.values()}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries_of(program):
    """Name in the program to the file of it, of all libraries that the loader would take."""
    found = {}
    for line in run("ldd", program).splitlines():
        match = re.match(r"\s*(\S+) => (/\S+)", line) or re.match(r"\s*((/\S+))", line)
        if match:
            found[match[1].rsplit("/", 1)[-1]] = match[2]
        elif "not found" in line:
            raise SystemExit(f"sbom: a library is missing: {line.strip()}")
    return found


def needed_by(file):
    """Names of the libraries that a file itself asks for."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "--dynamic", "--wide", file))


def package_of(file):
    # dpkg knows some files under / and some under /usr, which are one folder now.
    for candidate in dict.fromkeys((file, "/usr" + file, file.removeprefix("/usr"))):
        done = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(": ")[0].split(",")[0]
    raise SystemExit(f"sbom: no Debian package has {file}")


def spdx_license(text):
    """Of an expression in Debian's words; nothing when one of them has no SPDX name."""
    words = re.split(r"(\s+and/or\s+|\s+and\s+|\s+or\s+|\s*,\s*)", text.strip())
    names = [SPDX_OF_DEBIAN.get(word, word) for word in words[::2]]
    joints = {joint.strip() for joint in words[1::2]}
    if not set(names) <= SPDX_NAMES or not (joints <= {"and"} or joints <= {"or"}):
        return None  # a mixture would need Debian's rules of precedence
    return f" {joints.pop().upper()} ".join(names) if joints else names[0]


def declared_license(package):
    """What the copyright file says about `Files: *`."""
    path = pathlib.Path("/usr/share/doc", package, "copyright")
    if not path.is_file():
        return "NOASSERTION"
    text = path.read_text(errors="replace")
    if not text.startswith("Format:"):
        return "NOASSERTION"
    for paragraph in re.split(r"\n\s*\n", text):
        if re.search(r"^Files:\s*\*\s*$", paragraph, re.MULTILINE):
            match = re.search(r"^License:[ \t]*(\S.*)$", paragraph, re.MULTILINE)
            return spdx_license(match[1]) or "NOASSERTION" if match else "NOASSERTION"
    return "NOASSERTION"


def identifier(package):
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", package)


def supplier(maintainer):
    match = re.fullmatch(r"\"?(.*?)\"?\s*<(.*)>", maintainer)
    name, address = match.groups() if match else (maintainer, "")
    kind = "Organization" if re.search(r"\b(team|maintainers|group|developers|debian)\b", name, re.I) else "Person"
    return f"{kind}: {name}" + (f" ({address})" if address else "")


def debian_package(package):
    """The SPDX package of an installed Debian package."""
    keys = ("Package", "Version", "Architecture", "Maintainer", "Homepage", "source:Package", "source:Version")
    fields = dict(zip(keys, run("dpkg-query", "-W", "-f", "\n".join(f"${{{key}}}" for key in keys), package).split("\n")))
    name, version = fields["Package"], fields["Version"]
    locator = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={fields['Architecture']}"
    return {
        "SPDXID": identifier(name),
        "name": name,
        "versionInfo": version,
        "supplier": supplier(fields["Maintainer"]),
        "downloadLocation": "NOASSERTION",
        **({"homepage": fields["Homepage"]} if fields["Homepage"] else {}),
        "sourceInfo": f"built by Debian from {fields['source:Package']} {fields['source:Version']}",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": declared_license(name),
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "LIBRARY",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
        ],
    }


def document(program, version, revision, epoch):
    libraries = libraries_of(program)
    packages = {name: package_of(file) for name, file in libraries.items()}
    relations = {("SPDXRef-Program", "DYNAMIC_LINK", packages[name]) for name in needed_by(program)}
    for name, file in libraries.items():
        for other in needed_by(file):
            if packages[other] != packages[name]:
                relations.add((packages[name], "DYNAMIC_LINK", packages[other]))
    headers = {package_of(file) for file in HEADERS}
    relations |= {("SPDXRef-Program", "STATIC_LINK", package) for package in headers}
    described = {package: debian_package(package) for package in {*packages.values(), *headers}}

    def reference(package):
        return described[package]["SPDXID"] if package in described else package

    digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
    name = f"session_exporter-{version}"
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{uuid.uuid5(uuid.NAMESPACE_OID, revision + digest)}",
        "creationInfo": {
            "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: session_exporter-sbom.py-{version}"],
        },
        "packages": [
            {
                "SPDXID": "SPDXRef-Program",
                "name": "session_exporter",
                "versionInfo": version,
                "supplier": "NOASSERTION",
                "downloadLocation": "NOASSERTION",
                "sourceInfo": f"commit {revision}",
                "filesAnalyzed": False,
                # Of the program as it was linked; the Debian package has it stripped.
                "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
                "licenseConcluded": "Apache-2.0",
                "licenseDeclared": "Apache-2.0",
                "copyrightText": "Copyright 2026 The session_exporter authors",
                "primaryPackagePurpose": "APPLICATION",
            },
            *sorted(described.values(), key=lambda package: package["SPDXID"]),
        ],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-Program",
            },
            *(
                {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                for one, kind, other in sorted((reference(a), kind, reference(b)) for a, kind, b in relations)
            ),
        ],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--epoch", required=True, type=int, help="seconds since 1970, of the commit")
    arguments = parser.parse_args()
    print(json.dumps(document(**vars(arguments)), indent=2))


if __name__ == "__main__":
    main()
