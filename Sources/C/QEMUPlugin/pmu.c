/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "pmu.h"

#include <stdio.h>

#include "counting.h"
#include "events.h"
#include "interrupt.h"
#include "options.h"
#include "trace.h"

vpmu_machine *machine;
vpmu_machine_info machine_info;

static void make_machine(const vpmu_catalogue *models, const vpmu_reported_event *rows, vpmu_error *error) {
  vpmu_reported_options reported = VPMU_INIT(vpmu_reported_options);
  reported.events = rows;
  reported.event_count = rows ? event_count : 0;
  vpmu_machine_options wanted = VPMU_INIT(vpmu_machine_options);
  wanted.host = VPMU_HOST_REPORTED;
  wanted.model = options.plugin;
  wanted.preset = options.model;
  wanted.policy = options.policy;
  wanted.reported = &reported;
  if (vpmu_machine_new(models, &wanted, &machine, error) < 0) fail("%s", error->text);
  machine_info = VPMU_INIT(vpmu_machine_info);
  if (vpmu_machine_get_info(machine, &machine_info) < 0) fail("the library has no description of its machine");
}

void pmu_make_machine(void) {
  vpmu_error error = {0};
  vpmu_catalogue *models;
  vpmu_search_options search = VPMU_INIT(vpmu_search_options);
  search.paths = &options.plugin;
  search.path_count = options.plugin ? 1 : 0;
  if (vpmu_catalogue_new(&search, &models, &error) < 0) fail("%s", error.text);
  /* The first machine says of which vendor the model is, and so how its events are encoded. */
  make_machine(models, NULL, &error);
  events_choose(machine_info.vendor, machine_info.signature);
  vpmu_machine_free(machine);
  make_machine(models, events_reported(), &error);
  vpmu_catalogue_free(models);
}

/* Finds what is counted, and the number of instructions to the next time that something must be done. */
static void plan(struct vcpu *vcpu) {
  uint64_t nearest = UINT64_MAX;
  vcpu->active_count = 0;
  for (unsigned event = 0; event < event_count; event++) {
    for (unsigned user = 0; user < 2; user++) {
      vcpu->reported[user][event] = event_total(vcpu, event, user);
      uint32_t cpl = user ? 3 : 0;
      if (vpmu_is_counted(vcpu->cpu, events[event].select, cpl) != 1) continue;
      vcpu->active[vcpu->active_count++] = (struct active){(uint8_t)event, (uint8_t)user};
      uint64_t distance = vpmu_next_overflow(vcpu->cpu, events[event].select, cpl);
      if (distance < nearest) nearest = distance;
    }
  }
  uint64_t now = instructions_of(vcpu);
  /* No event occurs more often than instructions do, but for memory accesses. */
  vcpu->due = nearest < UINT64_MAX - now ? now + nearest : UINT64_MAX;
  if (vcpu->active_count && vcpu->next_slice < vcpu->due) vcpu->due = vcpu->next_slice;
  arm(vcpu);
}

void pmu_make(struct vcpu *vcpu) {
  vpmu_error error = {0};
  if (vpmu_cpu_new(machine, vcpu, &vcpu->cpu, &error) < 0) fail("vCPU %u: %s", vcpu->index, error.text);
  trace_start(vcpu);
  vcpu->next_slice = options.slice;
  pmu_enter(vcpu);
}

void pmu_report(struct vcpu *vcpu) {
  for (unsigned index = 0; index < vcpu->active_count; index++) {
    unsigned event = vcpu->active[index].event, user = vcpu->active[index].user;
    uint64_t total = event_total(vcpu, event, user);
    uint64_t count = total - vcpu->reported[user][event];
    vcpu->reported[user][event] = total;
    if (count) vpmu_count(vcpu->cpu, events[event].select, user ? 3 : 0, count);
  }
}

bool pmu_enter(struct vcpu *vcpu) {
  uint64_t now = instructions_of(vcpu);
  if (now >= vcpu->next_slice) {
    vpmu_scheduled_in(vcpu->cpu);
    vcpu->next_slice = now + options.slice;
  }
  bool is_due = vpmu_enter(vcpu->cpu) == VPMU_ENTER_PMI;
  if (is_due) interrupt_deliver(vcpu);
  plan(vcpu);
  return is_due;
}

bool pmu_attend(struct vcpu *vcpu) {
  if (instructions_of(vcpu) < vcpu->due) return false;
  pmu_report(vcpu);
  return pmu_enter(vcpu);
}

static void reset(struct vcpu *vcpu) {
  struct cells *cells = cells_of(vcpu->index);
  cells->block = cells->transfers = cells->loads = cells->stores = cells->references = cells->misses = 0;
  vcpu->has_exception = false;
  vcpu->correction = CORRECTION_NONE;
  vcpu->forced = FORCED_NONE;
  vpmu_reset(vcpu->cpu);
  interrupt_reset(vcpu);
  pmu_enter(vcpu);
}

void pmu_reset_all(struct vcpu *vcpu) {
  for (unsigned index = 0; index < vcpu_limit(); index++) {
    struct vcpu *other = vcpu_at(index);
    if (other && other != vcpu) atomic_store(&other->reset_requested, true);
  }
  atomic_store(&vcpu->reset_requested, false);
  reset(vcpu);
}

void pmu_reset_if_requested(struct vcpu *vcpu) {
  if (atomic_exchange(&vcpu->reset_requested, false)) reset(vcpu);
}
