/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Intel: the performance-monitoring events of Skylake. AMD: Processor Programming References, "Core Performance Monitor
 * Counters". A branch here is an instruction; hardware adds interrupts and exceptions to far branches.
 */
#include "events.h"

#include <stdbool.h>
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
};

static const struct event amd[] = {
    {0x0076, FORMULA_CYCLES},      /* cycles not in halt */
    {0x00C0, FORMULA_INSTRUCTIONS},      /* retired instructions */
    {0x100000120, FORMULA_CYCLES}, /* cycles not in halt at the P0 frequency */
    {0x00C2, FORMULA_BRANCHES},          /* retired branch instructions */
    {0x00C4, FORMULA_TAKEN},             /* retired taken branch instructions */
    {0x00C6, FORMULA_FAR},               /* retired far control transfers */
    {0x00C8, FORMULA_RETURNS},           /* retired near returns */
    {0x00D1, FORMULA_CONDITIONAL},       /* retired conditional branch instructions; of Zen */
    {0x0129, FORMULA_LOADS},             /* dispatched loads; of Zen */
    {0x0229, FORMULA_STORES},            /* dispatched stores; of Zen */
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
  default: return true;
  }
}

void events_choose(const char *vendor, uint32_t signature) {
  bool is_amd = !strcmp(vendor, "AuthenticAMD");
  const struct event *rows = is_amd ? amd : intel;
  size_t count = is_amd ? sizeof amd / sizeof *amd : sizeof intel / sizeof *intel;
  for (size_t row = 0; row < count; row++) {
    uint64_t select = rows[row].select;
    bool is_zen = select == 0x00D1 || select == 0x0129 || select == 0x0229 || select == 0x100000120;
    if (is_amd && is_zen && family(signature) < 0x17) continue;
    if (is_asked_for(rows[row].formula)) chosen[event_count++] = rows[row];
  }
}

static vpmu_reported_event describe(struct event event) {
  vpmu_reported_event row = {.select = event.select, .counting = VPMU_COUNTING_EXACT};
  if (event.formula == FORMULA_CYCLES) {
    row.counting = VPMU_COUNTING_STAND_IN;
    row.note = "an emulator has no cycles: one for each instruction";
  } else if (!options.exact) {
    row.counting = VPMU_COUNTING_APPROXIMATE;
    row.note = "exact=off: after an access to a device the rest of a block counts twice";
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
  }
  return 0;
}
