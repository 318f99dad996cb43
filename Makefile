# Thin on purpose: the work is the presets of CMakePresets.json and CTest, which CONTRIBUTING.md describes. What this
# file adds is that every target first installs the Debian packages it needs and that are missing.
SHELL := /bin/bash
.DEFAULT_GOAL := build
JOBS ?= $(shell nproc)

# Kernels that randomise more address bits than ThreadSanitizer of g++ 12 knows make it fail at random at start.
FIXED_ADDRESSES := $(shell setarch --addr-no-randomize true 2>/dev/null && echo setarch --addr-no-randomize)

MAKEFLAGS += --no-print-directory
.PHONY: build test demo check lint bench coverage asan tsan tidy fuzz format golden dashboards clean help
.PHONY: package package-test container-test release release-test
.PHONY: packages-build packages-demo packages-test packages-lint packages-bench packages-package packages-release

build: packages-build build/release/build.ninja ## build the release binaries into build/release/bin
	cmake --build --preset release --parallel $(JOBS)

test: packages-test build/dev/build.ninja ## build with assertions and run every test
	cmake --build --preset dev --parallel $(JOBS)
	ctest --preset dev --parallel $(JOBS)

demo: packages-demo build ## start a simulated backend and the exporter on loopback, until Ctrl-C
	scripts/demo.sh

check: lint asan tsan ## format, lint and sanitizer runs

# What takes seconds comes before what takes minutes.
lint: packages-lint ## format, layers, scripts, clang-tidy
	tests/lint/check_format.sh
	python3 tests/lint/check_layers.py
	git ls-files -z --cached --others --exclude-standard -- '*.sh' .ci/run | xargs -0 shellcheck
	$(MAKE) tidy

tidy: packages-lint build/tidy/build.ninja ## clang's warnings and clang-tidy over src/
	cmake --build --preset tidy --parallel $(JOBS)

asan: packages-test build/asan/build.ninja ## run the tests under the address and undefined behaviour sanitizers
	cmake --build --preset asan --parallel $(JOBS)
	ctest --preset asan --parallel $(JOBS)

tsan: packages-test build/tsan/build.ninja ## run the tests under the thread sanitizer
	cmake --build --preset tsan --parallel $(JOBS)
	$(FIXED_ADDRESSES) ctest --preset tsan --parallel $(JOBS)

coverage: packages-test packages-lint build/coverage/build.ninja ## run the tests and print the line coverage of src/
	cmake --build --preset coverage --parallel $(JOBS)
	find build/coverage -name '*.gcda' -delete
	ctest --preset coverage --parallel $(JOBS)
	gcovr --root . --filter src/ --exclude-throw-branches -j $(JOBS) --print-summary \
	  --html-details build/coverage/coverage.html build/coverage
	@echo "By file and line: build/coverage/coverage.html"

bench: packages-bench build/release/build.ninja ## run the benchmarks with the release build
	cmake --build --preset bench --parallel $(JOBS)

fuzz: packages-test packages-lint build/fuzz/build.ninja ## build the fuzzers and run each for a moment
	cmake --build --preset fuzz --parallel $(JOBS)
	ctest --preset fuzz

format: packages-lint ## rewrite src/ and tests/ in the layout of .clang-format
	tests/lint/check_format.sh --fix

golden: packages-test build/dev/build.ninja ## refresh the golden files; review the change like code
	cmake --build --preset dev --parallel $(JOBS)
	UPDATE_GOLDEN=1 ctest --preset golden
	@git status --short tests/golden

dashboards: packages-test build ## check the dashboards and draw them into docs/pictures
	scripts/dashboards.sh build/release/bin

package: packages-release build ## build the Debian package into build/release/packages
	cpack --config build/release/CPackConfig.cmake -B build/release/packages
	rm -rf build/release/packages/_CPack_Packages

package-test: packages-package packages-release build ## install, upgrade, run and purge the package in a Debian of its own; needs root
	tests/deploy/debian_package_test.sh build/release

container-test: packages-package build ## build the container image on a Debian made here, and run it; needs root
	tests/deploy/container_test.sh build/release

release: packages-release ## make the source, the package, the SBOM and their checksums, in build/release-files
	JOBS=$(JOBS) scripts/release.sh

release-test: packages-release ## make the release twice and compare the bytes
	JOBS=$(JOBS) tests/deploy/release_test.sh

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# The test programs are linked against the same libraries as the exporter.
packages-demo packages-test packages-lint packages-bench packages-package packages-release: packages-build
packages-build packages-demo packages-test packages-lint packages-bench packages-package packages-release:
	@scripts/install_dependencies.sh $(@:packages-%=%)

# Ninja configures again by itself when a CMake file changed; this is for the first time and for changed presets.
build/%/build.ninja: CMakePresets.json | packages-build
	cmake --preset $*
