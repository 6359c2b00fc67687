/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {.exact = true, .slice = 4000000};

static const char *const all_options =
    "model, plugin, policy, exact, taken, memory, cycles, slice, trace, stats";

static void print(const char *format, va_list arguments) {
  char line[1200];
  vsnprintf(line, sizeof line, format, arguments);
  fprintf(stderr, "vpmu: %s\n", line);
}

void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
  /* Not exit(): other threads run guests. */
  fflush(NULL);
  _Exit(1);
}

static bool parse_switch(const char *name, const char *value, bool *result) {
  if (!strcmp(value, "on")) {
    *result = true;
  } else if (!strcmp(value, "off")) {
    *result = false;
  } else {
    complain("option %s=%s: on or off is needed", name, value);
    return false;
  }
  return true;
}

static bool parse_slice(const char *value) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  if (errno || end == value || *end || *value == '-' || number < 1000) {
    complain("option slice=%s: a number of instructions is needed, 1000 or more", value);
    return false;
  }
  options.slice = number;
  return true;
}

static bool parse_option(const char *name, const char *value) {
  if (!strcmp(name, "model")) return options.model = value, true;
  if (!strcmp(name, "plugin")) return options.plugin = value, true;
  if (!strcmp(name, "policy")) return options.policy = value, true;
  if (!strcmp(name, "trace")) return options.trace = value, true;
  if (!strcmp(name, "exact")) return parse_switch(name, value, &options.exact);
  if (!strcmp(name, "taken")) return parse_switch(name, value, &options.taken);
  if (!strcmp(name, "memory")) return parse_switch(name, value, &options.memory);
  if (!strcmp(name, "stats")) return parse_switch(name, value, &options.stats);
  if (!strcmp(name, "slice")) return parse_slice(value);
  if (!strcmp(name, "cycles")) {
    if (!strcmp(value, "instructions")) return true;
    complain("option cycles=%s: instructions is needed: a cycle for each instruction", value);
    return false;
  }
  complain("there is no option %s; there are %s", name, all_options);
  return false;
}

bool options_parse(int count, char **arguments) {
  for (int index = 0; index < count; index++) {
    char *separator = strchr(arguments[index], '=');
    if (!separator || separator == arguments[index] || !separator[1]) {
      complain("option %s: NAME=VALUE is needed; the names are %s", arguments[index], all_options);
      return false;
    }
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(separator - arguments[index]), arguments[index]);
    if (!parse_option(name, separator + 1)) return false;
  }
  return true;
}
