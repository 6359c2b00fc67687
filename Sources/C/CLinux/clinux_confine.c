/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "clinux_confine.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes that are mapped now; 0 if /proc does not say. */
static uint64_t mapped(void) {
  unsigned long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "re");
  if (!statm) return 0;
  if (fscanf(statm, "%lu", &pages) != 1) pages = 0;
  fclose(statm);
  return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void limit(__rlimit_resource_t resource, uint64_t value) {
  /* One more for the hard limit: at that of RLIMIT_CPU the signal is SIGKILL. */
  struct rlimit new = {value, value + 1};
  setrlimit(resource, &new);
}

void clinux_confine(uint32_t seconds, uint64_t memory) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  limit(RLIMIT_CPU, seconds);
  alarm(seconds);
  uint64_t now = mapped();
  if (now) limit(RLIMIT_AS, now + memory);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}
