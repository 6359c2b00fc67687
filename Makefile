# make bench   builds and runs the main job: the four usages on the best host there is
# make test    builds and runs all tests
# make perf    builds and runs the micro-benchmarks
# make qemu-plugin   builds libvpmu-qemu.so, the PMU for guests of QEMU's own emulation, beside libvpmu.so.1

CONFIGURATION ?= release
SCRATCH ?= .build
# Of their own: a build with tests has other flags, and each would undo the other.
TEST_SCRATCH ?= .build-tests
# Whatever is in the scratch path: a module that no dependency leads to is not found. (PackageTests is stricter.)
IMPORT_CHECK = --explicit-target-dependency-import-check error
SWIFT ?= swift
BENCH_ARGS ?=
TEST_ARGS ?=
PERF_ARGS ?=

BUILD = $(SWIFT) build --configuration $(CONFIGURATION) --scratch-path $(SCRATCH) $(IMPORT_CHECK)

.PHONY: all build bench test perf format lint lint-format lint-prose check clean

all: build

build: check
	$(BUILD)

bench: build
	$(SCRATCH)/$(CONFIGURATION)/vpmu bench $(BENCH_ARGS)

# One after the other: signals, limits and descriptors belong to the whole process.
test: check
	$(SWIFT) test --configuration $(CONFIGURATION) --scratch-path $(TEST_SCRATCH) --disable-xctest --no-parallel $(IMPORT_CHECK) $(TEST_ARGS)

perf: check
	$(SWIFT) package --package-path Tests/Performance --scratch-path .build-performance benchmark $(PERF_ARGS)

# ---- The TCG plugin of QEMU: C against vpmu.h. QEMU resolves its own functions and GLib's. -----------------------

LIB ?= .build-lib/lib
QEMU_PLUGIN = Sources/C/QEMUPlugin
QEMU_PLUGIN_FLAGS = -std=gnu11 -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra -Werror -ISources/C/CLibVPMU/include

.PHONY: qemu-plugin
qemu-plugin: lib $(LIB)/libvpmu-qemu.so

$(LIB)/libvpmu-qemu.so: $(wildcard $(QEMU_PLUGIN)/*.[ch]) Sources/C/CLibVPMU/include/vpmu.h | lib
	$(CC) $(QEMU_PLUGIN_FLAGS) -shared -Wl,-soname,libvpmu-qemu.so '-Wl,-rpath,$$ORIGIN' -o $@ $(QEMU_PLUGIN)/*.c -L$(LIB) -lvpmu

SWIFT_FILES = Package.swift Sources Plugins Tests Examples

format:
	$(SWIFT) format format --in-place --recursive --parallel $(SWIFT_FILES)

lint: lint-format lint-prose

lint-format:
	$(SWIFT) format lint --strict --recursive --parallel $(SWIFT_FILES)

lint-prose:
	.ci/lint-prose

# What a fresh machine needs beside this folder.
check:
	@command -v $(SWIFT) >/dev/null || { echo "swift is not in PATH: install Swift 6.3 or later for Linux (swift.org/install)"; exit 1; }
	@$(SWIFT) --version 2>/dev/null | grep -qE 'Swift version (6\.[3-9]|6\.[1-9][0-9]|[7-9]|[1-9][0-9])' || { echo "this Swift is too old: install Swift 6.3 or later (swift.org/install)"; exit 1; }
	@test "$$(uname -s)-$$(uname -m)" = Linux-x86_64 || { echo "x86-64 Linux is needed, this is $$(uname -s) on $$(uname -m)"; exit 1; }
	@test -e /usr/include/dlfcn.h || { echo "the C library's headers are missing: apt-get install libc6-dev"; exit 1; }

clean:
	rm -rf $(SCRATCH) $(TEST_SCRATCH) .build-performance .build-tsan .build-example*
