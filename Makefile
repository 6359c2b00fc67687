# make bench   builds and runs the main job: the four usages on the best host there is
# make test    builds and runs all tests
# make perf    builds and runs the micro-benchmarks
# make lib     builds libvpmu and the vendors' plugins for those who have no Swift, into .build-lib/lib
# make qemu-plugin   builds libvpmu-qemu.so, the PMU for guests of QEMU's own emulation, beside libvpmu.so.1

CONFIGURATION ?= release
SCRATCH ?= .build
# Of their own: a build with tests has other flags, and each would undo the other.
TEST_SCRATCH ?= .build-tests
# Whatever is in the scratch path: a module that no dependency leads to is not found. (PackageTests is stricter.)
IMPORT_CHECK = --explicit-target-dependency-import-check error
# Libraries without a Swift runtime: Embedded Swift, the modules have another form.
LIB_SCRATCH ?= .build-lib
LIB = $(LIB_SCRATCH)/lib
SWIFT ?= swift
BENCH_ARGS ?=
TEST_ARGS ?=
PERF_ARGS ?=

BUILD = $(SWIFT) build --configuration $(CONFIGURATION) --scratch-path $(SCRATCH) $(IMPORT_CHECK)

.PHONY: all build bench test perf lib format lint lint-format lint-prose check clean

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

# ---- Libraries that need the C library only ----------------------------------------------------------------------

LIB_BUILD = $(SWIFT) build --configuration release --scratch-path $(LIB_SCRATCH) --traits Embedded --disable-local-rpath \
  -Xswiftc -enable-experimental-feature -Xswiftc Embedded
# Swift's own tools, of one version. Asked for when a rule needs them.
TOOLS = $(dir $(realpath $(shell command -v $(SWIFT))))
EMBEDDED = $(shell $(SWIFT) -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')/embedded/x86_64-unknown-linux-gnu
LIBVPMU_MAP = Sources/PMU/LibVPMU/vpmu.map
LIBVPMU_SYMBOLS = $(shell sed -n 's/^ *\(vpmu_[a-z0-9_]*\);.*/\1/p' $(LIBVPMU_MAP))

# Each step is quick when nothing has changed. The plugins' linker drops what no entry leads to.
lib: check
	$(LIB_BUILD) --product LibVPMU
	@for plugin in VPMUIntel VPMUAMD; do \
	  echo "$(LIB_BUILD) --product $$plugin"; \
	  $(LIB_BUILD) --product $$plugin -Xswiftc -use-ld=lld -Xlinker -z -Xlinker defs \
	    -Xlinker --version-script=$(CURDIR)/Sources/C/CVPMU/vpmu_plugin.map || exit 1; \
	done
	@mkdir -p $(LIB)
	$(TOOLS)ld.lld -r --gc-sections --force-group-allocation $(LIBVPMU_SYMBOLS:%=--undefined=%) -o $(LIB_SCRATCH)/vpmu.o \
	  --whole-archive $(LIB_SCRATCH)/release/libLibVPMU.a --no-whole-archive $(EMBEDDED)/libswiftUnicodeDataTables.a
	$(TOOLS)llvm-objcopy --strip-debug $(LIBVPMU_SYMBOLS:%=--keep-global-symbol=%) $(LIB_SCRATCH)/vpmu.o
	rm -f $(LIB)/libvpmu.a
	$(TOOLS)llvm-ar rcs $(LIB)/libvpmu.a $(LIB_SCRATCH)/vpmu.o
	$(TOOLS)clang -fuse-ld=lld -shared -Wl,-soname,libvpmu.so.1 -Wl,--version-script=$(LIBVPMU_MAP) -Wl,-z,defs -Wl,--as-needed \
	  -o $(LIB)/libvpmu.so.1 $(LIB_SCRATCH)/vpmu.o -lm
	ln -sf libvpmu.so.1 $(LIB)/libvpmu.so
	@for plugin in VPMUIntel VPMUAMD; do \
	  $(TOOLS)llvm-objcopy --strip-debug $(LIB_SCRATCH)/release/lib$$plugin.so $(LIB)/lib$$plugin.so || exit 1; \
	done
	@ls -l $(LIB)

# ---- The TCG plugin of QEMU: C against vpmu.h. QEMU resolves its own functions and GLib's. -----------------------

QEMU_PLUGIN = Sources/C/QEMUPlugin
QEMU_PLUGIN_FLAGS = -std=gnu11 -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Werror -ISources/C/CLibVPMU/include

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
	rm -rf $(SCRATCH) $(TEST_SCRATCH) .build-performance .build-tsan .build-example* $(LIB_SCRATCH)
