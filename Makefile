# make bench   builds and runs the main job: the four usages on the best host there is
# make test    builds and runs all tests
# make perf    builds and runs the micro-benchmarks
# make perf-c  builds and runs the benchmark of the C face
# make lib     builds libvpmu and the vendors' plugins for those who have no Swift, into .build-lib/lib
# make install PREFIX=/usr/local DESTDIR=   installs program, libraries, plugins, headers, vpmu.pc, manual pages, completions;
# make uninstall removes them
# make linux-guest   builds `vpmu linux` and its plugin, and makes what this machine lacks for it, in a cache folder
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

.PHONY: all build bench test perf perf-c linux-guest lib program install uninstall manual format lint lint-format lint-prose check clean

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

# The C face against Swift, and the first use of libvpmu in a process.
perf-c: check lib
	$(SWIFT) build --package-path Tests/Performance --scratch-path .build-performance --configuration release --product CFace
	.build-performance/release/CFace $(LIB)/libvpmu.so.1 $(LIB)/libVPMUIntel.so

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
	$(CC) $(QEMU_PLUGIN_FLAGS) -shared -Wl,-soname,libvpmu-qemu.so '-Wl,-rpath,$$ORIGIN:$$ORIGIN/..' -o $@ $(QEMU_PLUGIN)/*.c -L$(LIB) -lvpmu

# ---- Installation --------------------------------------------------------------------------------------------------

PREFIX ?= /usr/local
DESTDIR ?=
PROGRAM_SCRATCH ?= .build-program
VERSION = $(shell sed -n 's/.*StaticString = "\(.*\)"/\1/p' Sources/PMU/VPMUModel/CoreVersion.swift)
TO = $(DESTDIR)$(PREFIX)
PLUGINS = libVPMUIntel.so libVPMUAMD.so
MANUALS = $(notdir $(wildcard Sources/Tools/vpmu/Manual/*.1))
INSTALLED = bin/vpmu lib/libvpmu.so.1 lib/libvpmu.so lib/libvpmu.a lib/pkgconfig/vpmu.pc include/vpmu.h include/vpmu_plugin.h \
  $(PLUGINS:%=lib/vpmu/%) lib/vpmu/libvpmu-qemu.so lib/vpmu/vpmu-guest-init $(MANUALS:%=share/man/man1/%) share/bash-completion/completions/vpmu \
  share/zsh/site-functions/_vpmu share/fish/vendor_completions.d/vpmu.fish \
  share/doc/vpmu/LICENSE-Apache-2.0 share/doc/vpmu/LICENSE-BSD-3-Clause

# The installed program has the Swift runtime in it: it runs where no Swift is.
program: check
	$(SWIFT) build --configuration release --scratch-path $(PROGRAM_SCRATCH) --static-swift-stdlib --disable-local-rpath --product vpmu
	$(SWIFT) build --configuration release --scratch-path $(PROGRAM_SCRATCH) --static-swift-stdlib --disable-local-rpath --product vpmu-guest-init

install: lib qemu-plugin program
	install -d $(TO)/bin $(TO)/include $(TO)/lib/vpmu $(TO)/lib/pkgconfig $(TO)/share/man/man1 $(TO)/share/doc/vpmu \
	  $(TO)/share/bash-completion/completions $(TO)/share/zsh/site-functions $(TO)/share/fish/vendor_completions.d
	install -s -m 755 $(PROGRAM_SCRATCH)/release/vpmu $(TO)/bin/vpmu
	install -m 755 $(LIB)/libvpmu.so.1 $(TO)/lib/libvpmu.so.1
	ln -sf libvpmu.so.1 $(TO)/lib/libvpmu.so
	install -m 644 $(LIB)/libvpmu.a $(TO)/lib/libvpmu.a
	install -m 755 $(PLUGINS:%=$(LIB)/%) $(LIB)/libvpmu-qemu.so $(PROGRAM_SCRATCH)/release/vpmu-guest-init $(TO)/lib/vpmu
	install -m 644 Sources/C/CLibVPMU/include/vpmu.h Sources/C/CVPMU/include/vpmu_plugin.h $(TO)/include
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' Sources/PMU/LibVPMU/vpmu.pc.in > $(TO)/lib/pkgconfig/vpmu.pc
	install -m 644 Sources/Tools/vpmu/Manual/*.1 $(TO)/share/man/man1
	install -m 644 LICENSE-Apache-2.0 LICENSE-BSD-3-Clause $(TO)/share/doc/vpmu
	$(PROGRAM_SCRATCH)/release/vpmu --generate-completion-script bash > $(TO)/share/bash-completion/completions/vpmu
	$(PROGRAM_SCRATCH)/release/vpmu --generate-completion-script zsh > $(TO)/share/zsh/site-functions/_vpmu
	$(PROGRAM_SCRATCH)/release/vpmu --generate-completion-script fish > $(TO)/share/fish/vendor_completions.d/vpmu.fish

uninstall:
	rm -f $(INSTALLED:%=$(TO)/%)
	-rmdir $(TO)/lib/vpmu $(TO)/share/doc/vpmu 2>/dev/null

# The pages of Sources/Tools/vpmu/Manual, from the argument parser: after a change of a command.
manual: check
	$(SWIFT) package --scratch-path .build-manual --allow-writing-to-package-directory generate-manual --multi-page
	rm -f Sources/Tools/vpmu/Manual/*.1
	install -d Sources/Tools/vpmu/Manual
	@for page in $$(find .build-manual/plugins/GenerateManual -name 'vpmu*.1' ! -name '*.help.1' ! -name '*.judge-rule.1'); do \
	  name=$$(basename $$page .1 | tr . -); \
	  sed -e '/judge-rule\|vpmu.help/d' -e '/^\.Xr/ s/\([a-z]\)\.\([a-z]\)/\1-\2/g' -e '/^\.Dt/ s/\([A-Z]\)\.\([A-Z]\)/\1-\2/g' \
	    $$page > Sources/Tools/vpmu/Manual/$$name.1; \
	done

linux-guest: build qemu-plugin
	@Sources/Tools/LinuxGuest/make-guest

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
	rm -rf $(SCRATCH) $(TEST_SCRATCH) .build-performance .build-tsan .build-example* .build-manual $(LIB_SCRATCH) $(PROGRAM_SCRATCH)
