/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"

bool has_failed;
struct options options = {.exact = true, .slice = 4000000};

static const char *const all_options =
    "model, plugin, policy, exact, taken, memory, cycles, cache, predictor, slice, trace, stats";

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
  has_failed = true;
  /* QEMU sets the terminal right. */
  exit(1);
}

static void parse_switch(const char *name, const char *value, bool *result) {
  if (!strcmp(value, "on")) {
    *result = true;
  } else if (!strcmp(value, "off")) {
    *result = false;
  } else {
    fail("option %s=%s: on or off is needed", name, value);
  }
}

/* UINT64_MAX: it is no number. */
static uint64_t parse_number(const char *value) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  return errno || end == value || *end || *value == '-' ? UINT64_MAX : number;
}

static void parse_slice(const char *value) {
  options.slice = parse_number(value);
  if (options.slice < 1000 || options.slice == UINT64_MAX) {
    fail("option slice=%s: a number of instructions is needed, 1000 or more", value);
  }
}

static void parse_cache(const char *value) {
  options.cache = parse_number(value);
  if (!cache_size_is_valid(options.cache)) {
    fail("option cache=%s: a size in KiB is needed, a power of two to 1048576", value);
  }
}

static void parse_predictor(const char *value) {
  if (strcmp(value, "2bit")) fail("option predictor=%s: 2bit is needed: two-bit counters", value);
  options.predictor = true;
}

static void parse_cycles(const char *value) {
  if (strcmp(value, "instructions")) fail("option cycles=%s: instructions is needed: a cycle for each of them", value);
}

static void parse_option(const char *name, const char *value) {
  if (!strcmp(name, "model")) options.model = value;
  else if (!strcmp(name, "plugin")) options.plugin = value;
  else if (!strcmp(name, "policy")) options.policy = value;
  else if (!strcmp(name, "trace")) options.trace = value;
  else if (!strcmp(name, "exact")) parse_switch(name, value, &options.exact);
  else if (!strcmp(name, "taken")) parse_switch(name, value, &options.taken);
  else if (!strcmp(name, "memory")) parse_switch(name, value, &options.memory);
  else if (!strcmp(name, "stats")) parse_switch(name, value, &options.stats);
  else if (!strcmp(name, "slice")) parse_slice(value);
  else if (!strcmp(name, "cache")) parse_cache(value);
  else if (!strcmp(name, "predictor")) parse_predictor(value);
  else if (!strcmp(name, "cycles")) parse_cycles(value);
  else fail("there is no option %s; there are %s", name, all_options);
}

void options_parse(int count, char **arguments) {
  for (int index = 0; index < count; index++) {
    char *separator = strchr(arguments[index], '=');
    if (!separator || separator == arguments[index] || !separator[1]) {
      fail("option %s: NAME=VALUE is needed; the names are %s", arguments[index], all_options);
    }
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(separator - arguments[index]), arguments[index]);
    parse_option(name, separator + 1);
  }
}
