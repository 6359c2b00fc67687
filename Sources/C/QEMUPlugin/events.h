/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Which of a model's events are counts of this emulator. */
#ifndef VPMU_QEMU_EVENTS_H
#define VPMU_QEMU_EVENTS_H

#include <stdint.h>

#include "vcpu.h"

/* How an event follows from the quantities that are counted. */
enum formula {
  FORMULA_INSTRUCTIONS,
  FORMULA_CYCLES,       /* one for each instruction */
  FORMULA_BRANCHES,
  FORMULA_CONDITIONAL,
  FORMULA_NOT_TAKEN,
  FORMULA_TAKEN,        /* near and far */
  FORMULA_NEAR_TAKEN,
  FORMULA_CALLS,        /* near */
  FORMULA_RETURNS,      /* near */
  FORMULA_FAR,
  FORMULA_LOADS,
  FORMULA_STORES,
  FORMULA_CACHE_REFERENCES,
  FORMULA_CACHE_MISSES,
  FORMULA_MISPREDICTED
};

struct event {
  uint64_t select; /* event and unit mask */
  enum formula formula;
};

/* The events that are reported, for a model of this vendor and CPU (CPUID.1:EAX), as the options say. */
void events_choose(const char *vendor, uint32_t signature);
/* For the library: vpmu_reported_options. As many as event_count. */
const vpmu_reported_event *events_reported(void);
extern const struct event *events;
extern unsigned event_count;

uint64_t event_total(const struct vcpu *vcpu, unsigned event, unsigned user);

#endif
