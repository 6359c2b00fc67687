/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * An emulator's view of libvpmu: a guest that programs a counter, the instructions that it executes, an overflow, a PMI.
 *
 *     cc -o embed embed.c $(pkg-config --cflags --libs vpmu)
 */
#include <stdio.h>
#include <stdlib.h>
#include <vpmu.h>

enum { PERFEVTSEL0 = 0x186, PMC0 = 0xC1, GLOBAL_STATUS = 0x38E, GLOBAL_CTRL = 0x38F, GLOBAL_OVF_CTRL = 0x390 };
enum { INSTRUCTIONS = 0xC0, USER_INTERRUPT_ENABLE = 0x510000, RING_3 = 3 };

static void require(int32_t result, const char *what, const vpmu_error *error) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, error && error->text[0] ? error->text : vpmu_error_text(result));
  exit(1);
}

static uint64_t read_msr(vpmu_cpu *cpu, uint32_t msr) {
  uint64_t value = 0;
  require(vpmu_rdmsr(cpu, msr, 0, &value), "RDMSR", NULL);
  return value;
}

int main(void) {
  vpmu_error error;
  vpmu_catalogue *models;
  vpmu_machine *machine;
  vpmu_cpu *cpu;
  vpmu_machine_options options = VPMU_INIT(vpmu_machine_options);
  options.preset = "intel-v2";
  options.host = VPMU_HOST_REPORTED;
  require(vpmu_catalogue_new(NULL, &models, &error), "plugins", &error);
  require(vpmu_machine_new(models, &options, &machine, &error), "machine", &error);
  require(vpmu_cpu_new(machine, NULL, &cpu, &error), "vCPU", &error);

  /* The guest: count instructions of ring 3, and interrupt after 1000 of them. */
  require(vpmu_wrmsr(cpu, GLOBAL_CTRL, 1, 0), "WRMSR", NULL);
  require(vpmu_wrmsr(cpu, PMC0, (uint64_t)-1000, 0), "WRMSR", NULL);
  require(vpmu_wrmsr(cpu, PERFEVTSEL0, USER_INTERRUPT_ENABLE | INSTRUCTIONS, 0), "WRMSR", NULL);
  /* It can't set a reserved bit. */
  if (vpmu_wrmsr(cpu, PERFEVTSEL0, 1ull << 40, 0) == VPMU_ACCESS_GP) puts("reserved bit: #GP");

  /* The emulator: runs up to the overflow, and reports what it executed. */
  for (int left = 2500; left > 0;) {
    int32_t entry = vpmu_enter(cpu);
    require(entry, "entry", NULL);
    if (entry == VPMU_ENTER_PMI) {
      printf("PMI: status 0x%llx, counter %llu\n", (unsigned long long)read_msr(cpu, GLOBAL_STATUS),
             (unsigned long long)read_msr(cpu, PMC0));
      require(vpmu_wrmsr(cpu, GLOBAL_OVF_CTRL, 1, 0), "WRMSR", NULL);
    }
    uint64_t distance = vpmu_next_overflow(cpu, INSTRUCTIONS, RING_3);
    int executed = distance < (uint64_t)left ? (int)distance : left;
    require(vpmu_count(cpu, INSTRUCTIONS, RING_3, (uint64_t)executed), "count", NULL);
    left -= executed;
  }
  vpmu_counter_info counter = VPMU_INIT(vpmu_counter_info);
  require(vpmu_get_counter(cpu, 0, &counter), "counter", NULL);
  printf("counter 0: %llu, %s\n", (unsigned long long)read_msr(cpu, PMC0), counter.text);

  vpmu_cpu_free(cpu);
  vpmu_machine_free(machine);
  vpmu_catalogue_free(models);
}
