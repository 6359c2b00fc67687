/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Intel: the performance-monitoring events of Skylake. AMD: Processor Programming References, "Core Performance Monitor
 * Counters". A branch here is an instruction; hardware adds interrupts and exceptions to far branches.
 */
#include "events.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

static const struct event intel[] = {
    {0x00C0, FORMULA_INSTRUCTIONS}, /* INST_RETIRED.ANY_P, and fixed counter 0 */
    {0x003C, FORMULA_CYCLES}, /* CPU_CLK_UNHALTED.THREAD_P, and fixed counter 1 */
    {0x013C, FORMULA_CYCLES}, /* CPU_CLK_UNHALTED.REF_XCLK */
    {0x0300, FORMULA_CYCLES}, /* fixed counter 2, CPU_CLK_UNHALTED.REF_TSC */
    {0x00C4, FORMULA_BRANCHES},     /* BR_INST_RETIRED.ALL_BRANCHES */
    {0x04C4, FORMULA_BRANCHES},     /* BR_INST_RETIRED.ALL_BRANCHES_PEBS */
    {0x01C4, FORMULA_CONDITIONAL},  /* BR_INST_RETIRED.CONDITIONAL */
    {0x02C4, FORMULA_CALLS},        /* BR_INST_RETIRED.NEAR_CALL */
    {0x08C4, FORMULA_RETURNS},      /* BR_INST_RETIRED.NEAR_RETURN */
    {0x40C4, FORMULA_FAR},          /* BR_INST_RETIRED.FAR_BRANCH */
    {0x10C4, FORMULA_NOT_TAKEN},    /* BR_INST_RETIRED.NOT_TAKEN */
    {0x20C4, FORMULA_NEAR_TAKEN},   /* BR_INST_RETIRED.NEAR_TAKEN */
    {0x81D0, FORMULA_LOADS},        /* MEM_INST_RETIRED.ALL_LOADS */
    {0x82D0, FORMULA_STORES},       /* MEM_INST_RETIRED.ALL_STORES */
    {0x4F2E, FORMULA_CACHE_REFERENCES}, /* LONGEST_LAT_CACHE.REFERENCE */
    {0x412E, FORMULA_CACHE_MISSES}, /* LONGEST_LAT_CACHE.MISS */
    {0x00C5, FORMULA_MISPREDICTED}, /* BR_MISP_RETIRED.ALL_BRANCHES */
    {0x01C5, FORMULA_MISPREDICTED}, /* BR_MISP_RETIRED.CONDITIONAL */
};

/* Of which families an event is. */
enum { ALL_FAMILIES, BEFORE_ZEN, OF_ZEN };

static const struct amd_event {
  struct event event;
  int families;
} amd[] = {
    {{0x0076, FORMULA_CYCLES}, ALL_FAMILIES},       /* cycles not in halt */
    {{0x00C0, FORMULA_INSTRUCTIONS}, ALL_FAMILIES}, /* retired instructions */
    {{0x100000120, FORMULA_CYCLES}, OF_ZEN},        /* cycles not in halt at the P0 frequency */
    {{0x00C2, FORMULA_BRANCHES}, ALL_FAMILIES},     /* retired branch instructions */
    {{0x00C3, FORMULA_MISPREDICTED}, ALL_FAMILIES}, /* retired branch instructions mispredicted */
    {{0x00C4, FORMULA_TAKEN}, ALL_FAMILIES},        /* retired taken branch instructions */
    {{0x00C6, FORMULA_FAR}, ALL_FAMILIES},          /* retired far control transfers */
    {{0x00C8, FORMULA_RETURNS}, ALL_FAMILIES},      /* retired near returns */
    {{0x00D1, FORMULA_CONDITIONAL}, OF_ZEN},        /* retired conditional branch instructions */
    {{0x0129, FORMULA_LOADS}, OF_ZEN},              /* dispatched loads */
    {{0x0229, FORMULA_STORES}, OF_ZEN},             /* dispatched stores */
    {{0x077D, FORMULA_CACHE_REFERENCES}, BEFORE_ZEN}, /* requests to L2 */
    {{0x077E, FORMULA_CACHE_MISSES}, BEFORE_ZEN},     /* L2 misses */
    {{0xFF60, FORMULA_CACHE_REFERENCES}, OF_ZEN},     /* requests to L2, group 1 */
    {{0x0964, FORMULA_CACHE_MISSES}, OF_ZEN},         /* core to L2 cacheable request access status */
};

static struct event chosen[MAX_EVENTS];
const struct event *events = chosen;
unsigned event_count;

static uint32_t family(uint32_t signature) {
  uint32_t base = signature >> 8 & 0xF;
  return base == 0xF ? base + (signature >> 20 & 0xFF) : base;
}

static bool is_asked_for(enum formula formula) {
  switch (formula) {
  case FORMULA_NOT_TAKEN: case FORMULA_TAKEN: case FORMULA_NEAR_TAKEN: return options.taken;
  case FORMULA_LOADS: case FORMULA_STORES: return options.memory;
  case FORMULA_CACHE_REFERENCES: case FORMULA_CACHE_MISSES: return options.cache != 0;
  case FORMULA_MISPREDICTED: return options.predictor;
  default: return true;
  }
}

static void choose(struct event event) {
  if (is_asked_for(event.formula)) chosen[event_count++] = event;
}

static void choose_amd(uint32_t signature) {
  int families = family(signature) < 0x17 ? BEFORE_ZEN : OF_ZEN;
  for (size_t row = 0; row < sizeof amd / sizeof *amd; row++) {
    if (amd[row].families == ALL_FAMILIES || amd[row].families == families) choose(amd[row].event);
  }
}

void events_choose(const char *vendor, uint32_t signature) {
  if (!strcmp(vendor, "AuthenticAMD")) {
    choose_amd(signature);
  } else {
    for (size_t row = 0; row < sizeof intel / sizeof *intel; row++) choose(intel[row]);
  }
}

/* How well an event is reported, and a note for people. */
static vpmu_reported_event describe(struct event event) {
  static char cache_note[120];
  vpmu_reported_event row = {.select = event.select, .counting = VPMU_COUNTING_EXACT};
  switch (event.formula) {
  case FORMULA_CYCLES:
    row.counting = VPMU_COUNTING_STAND_IN;
    row.note = "an emulator has no cycles: one for each instruction";
    break;
  case FORMULA_CACHE_REFERENCES: case FORMULA_CACHE_MISSES:
    snprintf(cache_note, sizeof cache_note, "a model: a data cache of %llu KiB, %d ways, lines of %d bytes",
             (unsigned long long)options.cache, CACHE_WAYS, CACHE_LINE);
    row.counting = VPMU_COUNTING_APPROXIMATE;
    row.note = cache_note;
    break;
  case FORMULA_MISPREDICTED:
    row.counting = VPMU_COUNTING_APPROXIMATE;
    row.note = PREDICTOR_NOTE;
    break;
  default:
    if (options.exact) break;
    row.counting = VPMU_COUNTING_APPROXIMATE;
    row.note = "exact=off: where the emulator breaks off a block without an exception, its rest counts twice";
  }
  return row;
}

const vpmu_reported_event *events_reported(void) {
  static vpmu_reported_event rows[MAX_EVENTS];
  for (unsigned event = 0; event < event_count; event++) rows[event] = describe(chosen[event]);
  return rows;
}

uint64_t event_total(const struct vcpu *vcpu, unsigned event, unsigned user) {
  const uint64_t *totals = vcpu->totals[user];
  switch (chosen[event].formula) {
  case FORMULA_INSTRUCTIONS: case FORMULA_CYCLES: return totals[QUANTITY_INSTRUCTIONS];
  case FORMULA_BRANCHES: return totals[QUANTITY_BRANCHES];
  case FORMULA_CONDITIONAL: return totals[QUANTITY_CONDITIONAL];
  case FORMULA_NOT_TAKEN: return totals[QUANTITY_NOT_TAKEN];
  case FORMULA_TAKEN: return totals[QUANTITY_BRANCHES] - totals[QUANTITY_NOT_TAKEN];
  case FORMULA_NEAR_TAKEN: return totals[QUANTITY_BRANCHES] - totals[QUANTITY_NOT_TAKEN] - totals[QUANTITY_FAR];
  case FORMULA_CALLS: return totals[QUANTITY_CALLS];
  case FORMULA_RETURNS: return totals[QUANTITY_RETURNS];
  case FORMULA_FAR: return totals[QUANTITY_FAR];
  case FORMULA_LOADS: return totals[QUANTITY_LOADS];
  case FORMULA_STORES: return totals[QUANTITY_STORES];
  case FORMULA_CACHE_REFERENCES: return totals[QUANTITY_CACHE_REFERENCES];
  case FORMULA_CACHE_MISSES: return totals[QUANTITY_CACHE_MISSES];
  case FORMULA_MISPREDICTED: return totals[QUANTITY_MISPREDICTED];
  }
  return 0;
}
