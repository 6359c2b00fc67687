/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The plugin's options, as `-plugin libvpmu-qemu.so,NAME=VALUE,…` gives them. */
#ifndef VPMU_QEMU_OPTIONS_H
#define VPMU_QEMU_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
  const char *model;   /* a preset's or a plugin's name */
  const char *plugin;  /* a model's file */
  const char *policy;
  const char *trace;   /* a file; further vCPUs write to FILE.1, FILE.2, … */
  bool exact;          /* take back what was counted and not retired */
  bool taken;          /* count taken and not-taken branches */
  bool memory;         /* count loads and stores */
  uint64_t cache;      /* kibibytes of a modelled cache; 0: none */
  bool predictor;      /* model branch prediction */
  bool stats;          /* a summary on stderr in the end */
  uint64_t slice;      /* instructions of a time slice */
};

extern struct options options;

/* Ends QEMU after a line on stderr if they are not right. */
void options_parse(int count, char **arguments);

/* One line on stderr, "vpmu: …". */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
/* The same, and ends QEMU. has_failed: that is under way. */
extern bool has_failed;
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *format, ...);

#endif
