#!/usr/bin/env python3
"""scripts/sbom.py says of the built program what SPDX 2.3 asks for, and names every library that the loader takes.

Usage: sbom_test.py EXPORTER SIMULATOR SOURCE_FOLDER
"""

import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import programs

source = pathlib.Path()

DOCUMENT_FIELDS = ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo")
PACKAGE_FIELDS = ("SPDXID", "name", "versionInfo", "supplier", "downloadLocation", "licenseConcluded", "licenseDeclared",
                  "copyrightText")  # fmt: skip
LICENSE = re.compile(r"NOASSERTION|[A-Za-z0-9.-]+( (AND|OR) [A-Za-z0-9.-]+)*")


def mistakes(document):
    """What SPDX 2.3 requires (its clauses 6, 7 and 11), and what we add to it."""
    found = [f"document: no {field}" for field in DOCUMENT_FIELDS if not document.get(field)]
    if document.get("spdxVersion") != "SPDX-2.3" or document.get("dataLicense") != "CC0-1.0":
        found.append("document: version or licence")
    if not re.fullmatch(r"https?://[^#\s]+", document.get("documentNamespace", "")):
        found.append("document: namespace")
    creation = document.get("creationInfo", {})
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", creation.get("created", "")):
        found.append("document: created")
    if not creation.get("creators") or not all(
        re.match(r"(Tool|Organization|Person): \S", one) for one in creation["creators"]
    ):
        found.append("document: creators")
    known = {"SPDXRef-DOCUMENT"}
    for package in document.get("packages", []):
        name = package.get("name", "?")
        found += [f"{name}: no {field}" for field in PACKAGE_FIELDS if not package.get(field)]
        if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package.get("SPDXID", "")) or package["SPDXID"] in known:
            found.append(f"{name}: SPDXID")
        known.add(package.get("SPDXID"))
        if not re.match(r"NOASSERTION$|(Person|Organization): \S", package.get("supplier", "")):
            found.append(f"{name}: supplier")
        if not LICENSE.fullmatch(package.get("licenseDeclared", "")):
            found.append(f"{name}: licence")
        if package.get("filesAnalyzed") is not False:
            found.append(f"{name}: files are not listed, so filesAnalyzed must say so")
        for checksum in package.get("checksums", []):
            if checksum["algorithm"] != "SHA256" or not re.fullmatch("[0-9a-f]{64}", checksum["checksumValue"]):
                found.append(f"{name}: checksum")
    relations = document.get("relationships", [])
    for relation in relations:
        ends = {relation.get("spdxElementId"), relation.get("relatedSpdxElement")}
        if not ends <= known or relation.get("relationshipType") not in ("DESCRIBES", "DYNAMIC_LINK", "STATIC_LINK"):
            found.append(f"relationship: {relation}")
    if [one["relatedSpdxElement"] for one in relations if one["relationshipType"] == "DESCRIBES"] != ["SPDXRef-Program"]:
        found.append("relationship: the document describes the program and nothing else")
    reached = {one["relatedSpdxElement"] for one in relations}
    found += [f"{one}: nothing leads to it" for one in sorted(known - reached - {"SPDXRef-DOCUMENT"})]
    return found


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = [sys.executable, "-B", source / "scripts/sbom.py", "--program", programs.exporter_program]
        command += ["--version", "1.2.3", "--revision", "0123456789ab", "--epoch", "86400"]
        cls.texts = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]
        cls.document = json.loads(cls.texts[0])

    def test_it_is_what_spdx_asks_for(self):
        self.assertEqual(mistakes(self.document), [])
        self.assertEqual(self.document["creationInfo"]["created"], "1970-01-02T00:00:00Z")

    def test_the_check_finds_what_is_missing(self):
        def broken(change):
            document = copy.deepcopy(self.document)
            change(document)
            return mistakes(document)

        for change in (
            lambda document: document.pop("documentNamespace"),
            lambda document: document["creationInfo"].update(created="yesterday"),
            lambda document: document["packages"][1].pop("supplier"),
            lambda document: document["packages"][1].update(SPDXID="SPDXRef-Program"),
            lambda document: document["packages"][1].update(licenseDeclared="Expat, or so"),
            lambda document: document["relationships"].pop(0),
            lambda document: document["relationships"][-1].update(relatedSpdxElement="SPDXRef-Package-gone"),
        ):
            self.assertNotEqual(broken(change), [])

    def test_every_library_is_there(self):
        names = {package["name"]: package for package in self.document["packages"]}
        lines = subprocess.run(["ldd", programs.exporter_program], check=True, capture_output=True, text=True).stdout
        libraries = re.findall(r"=> (/\S+)", lines)
        self.assertGreater(len(libraries), 10)
        for library in libraries:
            path = pathlib.Path(library)
            candidates = [str(path), f"/usr{path}", str(path).removeprefix("/usr")]
            done = subprocess.run(["dpkg-query", "-S", *candidates], capture_output=True, text=True)
            package = re.match(r"([^:,\s]+)", done.stdout)
            with self.subTest(library):
                if package is None:
                    self.skipTest("not of a package")  # a sanitizer's library of another compiler
                self.assertIn(package[1], names)
        self.assertEqual(names["libssl3"]["licenseDeclared"], "Apache-2.0")
        for name in ("rapidjson-dev", "libcli11-dev", "libexpected-dev"):
            self.assertIn(
                {
                    "spdxElementId": "SPDXRef-Program",
                    "relationshipType": "STATIC_LINK",
                    "relatedSpdxElement": names[name]["SPDXID"],
                },
                self.document["relationships"],
            )

    def test_it_is_the_same_each_time(self):
        self.assertEqual(self.texts[0], self.texts[1])


if __name__ == "__main__":
    (folder,), run_tests = programs.main(["SOURCE_FOLDER"])
    source = pathlib.Path(folder)
    for tool in ("dpkg-query", "ldd", "readelf"):
        if shutil.which(tool) is None:
            programs.skip(f"{tool} is missing")
    run_tests()
