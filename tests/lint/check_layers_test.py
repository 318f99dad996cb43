#!/usr/bin/env python3
"""check_layers.py on small trees, each wrong in one way: a check that never fails would pass everything."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_layers  # noqa: E402  (found through the line above)

GOOD = {
    "src/base/error.h": "#pragma once\n#include <string>\n#include <sys/socket.h>\n#include <tl/expected.hpp>\n",
    "src/base/error.cc": '#include "base/error.h"\n\n#include <fmt/format.h>\n',
    "src/net/http_client.h": '#pragma once\n#include <curl/curl.h>\n#include "base/error.h"\n',
    "src/backends/registry.h": '#pragma once\n#include "base/error.h"\n',
    "src/backends/kasm/kasm_api.h": '#pragma once\n#include "backends/registry.h"\n#include "net/http_client.h"\n',
    "src/app.h": '#pragma once\n#include "backends/registry.h"\n',
    "src/main.cc": '#include "app.h"\n#include <CLI/CLI.hpp>\n',
    "src/CMakeLists.txt": "add_library(base STATIC base/error.cc)  # file(GLOB) would miss new files\n",
    "tests/unit/error_test.cc": '#include "base/error.h"\n',
}


def violations(changes):
    """What check() says about the good tree with these files put in."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**GOOD, **changes}.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(check_layers.check(root))


class CheckLayersTest(unittest.TestCase):
    def test_a_tree_in_order_has_no_violations(self):
        self.assertEqual(violations({}), [])

    def test_each_rule_finds_its_violation(self):
        cases = [
            # (what, file, text, start of the one violation expected, part of its message)
            ("an include against the order", "src/base/log.h", '#pragma once\n#include "net/http_client.h"\n',
             "src/base/log.h:2:", "layer base may not include"),
            ("json from the collector", "src/collector/fan_out.cc", '\n#include "json/reader.h"\n',
             "src/collector/fan_out.cc:2:", "of layer json"),
            ("a library outside its layer", "src/collector/clock.cc", "#include <curl/curl.h>\n",
             "src/collector/clock.cc:1:", "only net may"),
            ("fmt outside base", "src/net/url.cc", "#include <fmt/core.h>\n",
             "src/net/url.cc:1:", "only base may"),
            ("openssl outside its two layers", "src/base/random.cc", "#include <openssl/rand.h>\n",
             "src/base/random.cc:1:", "only auth, server may"),
            ("zlib outside exposition", "src/server/gzip.cc", "#include <zlib.h>\n",
             "src/server/gzip.cc:1:", "only exposition may"),
            ("a library in no table", "src/base/hash.cc", "#include <absl/hash/hash.h>\n",
             "src/base/hash.cc:1:", "in no table"),
            ("a backend that includes another", "src/backends/aws_ssm/api.cc",
             '#include "backends/kasm/kasm_api.h"\n',
             "src/backends/aws_ssm/api.cc:1:", "the folder of backend kasm is its own"),
            ("common code that knows a backend", "src/backends/registry.cc",
             '#include "backends/registry.h"\n#include "backends/kasm/kasm_api.h"\n',
             "src/backends/registry.cc:2:", "the folder of backend kasm is its own"),
            ("a collector that knows a backend", "src/collector/merge.cc", '#include "backends/kasm/kasm_api.h"\n',
             "src/collector/merge.cc:1:", "the folder of backend kasm is its own"),
            ("an include of app.h from below", "src/server/routes.cc", '#include "app.h"\n',
             "src/server/routes.cc:1:", "not in a layer"),
            ("a path relative to the file", "src/net/url.cc", '#include "../base/error.h"\n',
             "src/net/url.cc:1:", "written from src/"),
            ("a header without its folder", "src/net/url.cc", '#include "http_client.h"\n',
             "src/net/url.cc:1:", "written from src/"),
            ("a folder that is no layer", "src/util/strings.h", "#pragma once\n",
             "src/util/strings.h:1:", "src/util/ is not a layer"),
            ("a folder called app", "src/app/flags.h", "#pragma once\n",
             "src/app/flags.h:1:", "src/app/ is not a layer"),
            ("another include before the own header", "src/base/error.cc", '#include <string>\n#include "base/error.h"\n',
             "src/base/error.cc:1:", 'the first include must be "base/error.h"'),
            ("no include of the own header", "src/base/error.cc", "int unused;\n",
             "src/base/error.cc:1:", 'the first include must be "base/error.h"'),
            ("a header without a guard", "src/base/log.h", "// #pragma once\n",
             "src/base/log.h:1:", "#pragma once"),
            ("using namespace in a header", "src/base/log.h", "#pragma once\nusing namespace std;\n",
             "src/base/log.h:2:", "using namespace"),
            ("a file that is too long", "tests/unit/long_test.cc", "//\n" * 401,
             "tests/unit/long_test.cc:401:", "401 lines"),
            ("a reason that is not given", "src/base/long.cc", "// long:\n" + "//\n" * 400,
             "src/base/long.cc:401:", "long: REASON"),
            ("a reason that comes too late", "src/base/long.cc", "//\n" * 5 + "// long: late\n" + "//\n" * 400,
             "src/base/long.cc:401:", "406 lines"),
            ("globbed sources", "src/base/CMakeLists.txt", "\nfile( glob_recurse sources *.cc)\n",
             "src/base/CMakeLists.txt:2:", "never globbed"),
            ("globbed tests", "tests/unit/CMakeLists.txt", "file(GLOB sources *.cc)\n",
             "tests/unit/CMakeLists.txt:1:", "never globbed"),
        ]
        for what, name, text, start, part in cases:
            with self.subTest(what):
                found = violations({name: text})
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(start), found[0])
                self.assertIn(part, found[0])

    def test_what_only_looks_like_a_violation_is_none(self):
        cases = [
            ("comments", "src/base/a.h", '#pragma once\n// #include "net/a.h"\n/*\n#include <curl/curl.h>\n*/\n'),
            ("a raw string", "src/base/a.cc", 'auto text = R"x(\n#include <curl/curl.h>\n)x";\n'),
            ("a digit separator", "src/base/a.cc", "int n = 1'000; // it's\nint m = 2;\n"),
            ("a slash in a string", "src/base/a.h", '#pragma once\nauto url = "http://a/*"; // */\n'),
            ("using namespace in a source", "src/base/a.cc", "using namespace std::chrono_literals;\n"),
            ("a generated header", "src/server/a.cc", '#include "base/version.h"\n'),
            ("a long file with its reason", "src/base/a.cc", "// long: one table\n" + "//\n" * 500),
            ("vector instructions", "src/json/a.cc", "#include <nmmintrin.h>\n"),
            ("400 lines", "src/base/a.cc", "//\n" * 400),
            ("a long recording", "tests/fixtures/a.json", "{}\n" * 1000),
        ]
        for what, name, text in cases:
            with self.subTest(what):
                self.assertEqual(violations({name: text}), [])

    def test_several_violations_are_all_reported_in_order(self):
        found = violations({"src/base/a.h": '#include <curl/curl.h>\nusing namespace std;\n#include "net/a.h"\n'})
        self.assertEqual([line.split(": ")[0] for line in found],
                         ["src/base/a.h:1", "src/base/a.h:1", "src/base/a.h:2", "src/base/a.h:3"])

    def test_the_tables_have_no_cycle_and_name_only_layers(self):
        for layer in check_layers.LAYERS:
            reached, open_layers = set(), set(check_layers.LAYERS[layer]) - {check_layers.APP}
            while open_layers:
                reached |= open_layers
                self.assertNotIn(layer, reached - ({layer} if layer == check_layers.APP else set()))
                open_layers = set().union(*(check_layers.LAYERS[name] for name in open_layers)) - reached
        for library, layers in check_layers.LIBRARIES.items():
            self.assertTrue(layers <= set(check_layers.LAYERS), library)

    def test_the_program_exits_1_on_a_violation_and_on_an_empty_tree(self):
        with tempfile.TemporaryDirectory() as root:
            program = [sys.executable, check_layers.__file__, root]
            empty = subprocess.run(program, capture_output=True, text=True, check=False)
            self.assertEqual(empty.returncode, 1)
            self.assertIn("no sources here", empty.stderr)
            source = pathlib.Path(root, "src", "base", "a.cc")
            source.parent.mkdir(parents=True)
            source.write_text("#include <curl/curl.h>\n", encoding="utf-8")
            wrong = subprocess.run(program, capture_output=True, text=True, check=False)
            self.assertEqual(wrong.returncode, 1)
            self.assertIn("src/base/a.cc:1: layer base may not include <curl/curl.h>", wrong.stderr)
            source.write_text("#include <string>\n", encoding="utf-8")
            right = subprocess.run(program, capture_output=True, text=True, check=False)
            self.assertEqual((right.returncode, right.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
