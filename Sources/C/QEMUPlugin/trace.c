/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "pmu.h"

static void write_line(void *context, const char *text, size_t length) { fwrite(text, 1, length, context); }

void trace_start(struct vcpu *vcpu) {
  if (!options.trace) return;
  char path[4096];
  int length = vcpu->index ? snprintf(path, sizeof path, "%s.%u", options.trace, vcpu->index)
                           : snprintf(path, sizeof path, "%s", options.trace);
  if (length >= (int)sizeof path) fail("option trace: the name is too long");
  FILE *file = fopen(path, "w");
  if (!file) fail("trace=%s: %s", path, strerror(errno));
  vpmu_error error = {0};
  if (vpmu_trace(vcpu->cpu, write_line, file, &error) < 0) fail("trace=%s: %s", path, error.text);
  vcpu->trace = file;
}

void trace_end(struct vcpu *vcpu) {
  FILE *file = vcpu->trace;
  vcpu->trace = NULL;
  if (!file) return;
  bool failed = fflush(file) || ferror(file);
  if (failed) complain("trace=%s: vCPU %u: not all could be written", options.trace, vcpu->index);
  /* Stays open: its vCPU may still run. */
}

static void print_counters(struct vcpu *vcpu) {
  uint64_t counters = vpmu_counters(vcpu->cpu);
  for (uint32_t pmc = 0; pmc < 64; pmc++) {
    vpmu_counter_info info = VPMU_INIT(vpmu_counter_info);
    if (!(counters >> pmc & 1) || vpmu_get_counter(vcpu->cpu, pmc, &info) < 0) continue;
    if (info.counting == VPMU_COUNTING_OFF) continue;
    bool is_fixed = pmc >= VPMU_PMC_FIXED;
    fprintf(stderr, "vpmu:   %s %u: %s\n", is_fixed ? "fixed" : "counter", pmc - (is_fixed ? VPMU_PMC_FIXED : 0),
            info.text);
  }
}

void statistics_print(struct vcpu *vcpu) {
  vpmu_statistics numbers = VPMU_INIT(vpmu_statistics);
  /* Not the vCPU's thread any more: its counters are programmed again before their state is asked for. */
  if (vpmu_bind(vcpu->cpu) < 0 || vpmu_enter(vcpu->cpu) < 0 || vpmu_get_statistics(vcpu->cpu, &numbers) < 0) return;
  const uint64_t *kernel = vcpu->totals[0], *user = vcpu->totals[1];
  fprintf(stderr,
          "vpmu: vCPU %u, %s, %s: instructions %" PRIu64 " in ring 0 and %" PRIu64 " elsewhere, branches %" PRIu64
          " and %" PRIu64 "; a cycle is an instruction\n",
          vcpu->index, machine_info.preset, machine_info.policy, kernel[QUANTITY_INSTRUCTIONS],
          user[QUANTITY_INSTRUCTIONS], kernel[QUANTITY_BRANCHES], user[QUANTITY_BRANCHES]);
  fprintf(stderr,
          "vpmu:   PMIs %" PRIu64 ", %" PRIu64 " of them masked by LVTPC; #GP %" PRIu64 "; host events created %" PRIu64
          ", reused %" PRIu64 ", released %" PRIu64 ", refused %" PRIu64 "\n",
          vcpu->pmis, vcpu->masked_pmis, numbers.faults, numbers.created, numbers.reused, numbers.released,
          numbers.refused);
  print_counters(vcpu);
}
