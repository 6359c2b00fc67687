/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "cskeleton.h"

#include <stddef.h>

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

static const char plugin_header[] = {
#embed "../CVPMU/include/vpmu_plugin.h" suffix(, 0)
};

static const char plugin_map[] = {
#embed "../CVPMU/vpmu_plugin.map" suffix(, 0)
};

static const char c_model[] = {
#embed "Templates/C/model.c.in" suffix(, 0)
};
static const char c_makefile[] = {
#embed "Templates/C/Makefile.in" suffix(, 0)
};
static const char c_readme[] = {
#embed "Templates/C/README.md.in" suffix(, 0)
};

static const char swift_model[] = {
#embed "Templates/Swift/Model.swift.in" suffix(, 0)
};
static const char swift_entry[] = {
#embed "Templates/Swift/Entry.swift.in" suffix(, 0)
};
static const char swift_package[] = {
#embed "Templates/Swift/Package.swift.in" suffix(, 0)
};
static const char swift_readme[] = {
#embed "Templates/Swift/README.md.in" suffix(, 0)
};

const cskeleton_file *cskeleton_files_c(void) {
  static const cskeleton_file files[] = {
      {"{{name}}.c", c_model},    {"vpmu_plugin.h", plugin_header}, {"Makefile", c_makefile},
      {"README.md", c_readme},    {".gitignore", "build/\n"},       {NULL, ""},
  };
  return files;
}

const cskeleton_file *cskeleton_files_swift(void) {
  static const cskeleton_file files[] = {
      {"Sources/VPMU{{Name}}/{{Name}}Model.swift", swift_model},
      {"Sources/VPMU{{Name}}/Entry.swift", swift_entry},
      {"Package.swift", swift_package},
      {"vpmu_plugin.map", plugin_map},
      {"README.md", swift_readme},
      {".gitignore", ".build/\n"},
      {NULL, ""},
  };
  return files;
}
