/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * libvpmu-qemu: a PMU for guests of QEMU's own emulation, as a TCG plugin.
 *
 *   install       options, and the virtual PMU of each vCPU
 *   translate     what is added to each block
 *   instruction   which instructions count as what
 *   block         what is kept of a block
 *   counting      what was retired
 *   events        which events that makes, by vendor
 *   access        CPUID, RDMSR, WRMSR, RDPMC
 *   registers     the guest's registers and stack
 *   pmu           reports, deadlines, time slices, RESET
 *   interrupt     LVTPC, and the PMI's delivery
 *   cache         a model, for cache events
 *   predictor     a model, for mispredicted branches
 *   trace         traces, and the summary
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "counting.h"
#include "interrupt.h"
#include "options.h"
#include "pmu.h"
#include "qemu.h"
#include "registers.h"
#include "trace.h"
#include "translate.h"

QEMU_EXPORT int qemu_plugin_version = QEMU_API_VERSION;
QEMU_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

struct qemu_plugin_scoreboard *scoreboard;

static struct vcpu **vcpus;
static unsigned limit;

struct vcpu *vcpu_at(unsigned vcpu_index) { return vcpu_index < limit ? vcpus[vcpu_index] : NULL; }
unsigned vcpu_limit(void) { return limit; }

/* On the vCPU's thread. */
static void on_init(unsigned vcpu_index, void *userdata) {
  (void)userdata;
  if (vcpu_index >= limit) fail("there are more vCPUs than -smp said");
  const char *missing = registers_find();
  if (missing) fail("this QEMU does not show the register %s to plugins", missing);
  /* QEMU 11.1: a translation that vCPUs of one thread share adds to the cells of another vCPU, or of none. */
  static pthread_t first;
  if (vcpu_index == 0) first = pthread_self();
  if (vcpu_index > 0 && pthread_equal(first, pthread_self())) {
    fail("several vCPUs need a thread each, so that QEMU's plugins can tell them apart: -accel tcg,thread=multi without "
         "-icount, or -smp 1");
  }
  struct vcpu *vcpu = calloc(1, sizeof *vcpu);
  if (!vcpu) fail("out of memory");
  vcpu->index = vcpu_index;
  vcpu->buffer = g_byte_array_new();
  if (options.cache && !(vcpu->cache = cache_new(options.cache))) fail("option cache: out of memory");
  interrupt_reset(vcpu);
  vcpus[vcpu_index] = vcpu;
  memset(cells_of(vcpu_index), 0, sizeof(struct cells));
  pmu_make(vcpu);
}

static void on_exit_vcpu(unsigned vcpu_index, void *userdata) {
  (void)userdata;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (!vcpu) return;
  vcpus[vcpu_index] = NULL;
  if (options.stats) statistics_print(vcpu);
  trace_end(vcpu);
  vpmu_cpu_free(vcpu->cpu);
  free(vcpu->kept);
  free(vcpu->cache);
  free(vcpu);
}

static void on_resume(unsigned vcpu_index, void *userdata) {
  (void)userdata;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (vcpu) pmu_reset_if_requested(vcpu);
}

static void at_exit(void *userdata) {
  (void)userdata;
  if (has_failed) return;
  for (unsigned index = 0; index < limit; index++) {
    if (!vcpus[index]) continue;
    if (options.stats) statistics_print(vcpus[index]);
    trace_end(vcpus[index]);
  }
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
  if (info->version.cur < QEMU_API_VERSION || info->version.min > QEMU_API_VERSION) {
    fail("QEMU 11.1 is needed, with version 7 of the plugin interface; this one has versions %d to %d",
         info->version.min, info->version.cur);
  }
  if (!info->system_emulation || strcmp(info->target_name, "x86_64")) {
    fail("qemu-system-x86_64 is needed, this is QEMU's %s for %s", info->system_emulation ? "machine" : "user mode",
         info->target_name);
  }
  options_parse(argc, argv);
  pmu_make_machine();
  limit = (unsigned)info->system.max_vcpus;
  vcpus = calloc(limit, sizeof *vcpus);
  if (!vcpus) fail("out of memory");
  scoreboard = qemu_plugin_scoreboard_new(sizeof(struct cells));

  qemu_plugin_register_vcpu_init_cb(id, on_init, NULL);
  qemu_plugin_register_vcpu_exit_cb(id, on_exit_vcpu, NULL);
  qemu_plugin_register_vcpu_resume_cb(id, on_resume, NULL);
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation, NULL);
  qemu_plugin_register_vcpu_discon_cb(id, QEMU_PLUGIN_DISCON_ALL, on_discontinuity, NULL);
  qemu_plugin_register_flush_cb(id, on_flush, NULL);
  qemu_plugin_register_atexit_cb(id, at_exit, NULL);
  return 0;
}
