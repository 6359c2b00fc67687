/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What there is for each vCPU: cells that translated code adds to, and the state that callbacks keep. */
#ifndef VPMU_QEMU_VCPU_H
#define VPMU_QEMU_VCPU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <vpmu.h>

#include "block.h"
#include "cache.h"
#include "predictor.h"
#include "qemu.h"

/*
 * cells.counts holds three counts and three flags in one word, so that a block costs one addition and one comparison:
 *
 *   63     CELL_CHECK  the last instruction began, and must be attended to at the next block
 *   62     CELL_OPEN   a block has begun, and its last instruction has not
 *   61     CELL_DUE    the instructions have reached the deadline: the field below overflowed into this bit
 *   60:40  instructions, from an initial value that puts the deadline at bit 61
 *   39:20  conditional branches
 *   19:0   branches
 *
 * At the start of a block any flag calls back.
 */
#define CELL_CHECK ((uint64_t)1 << 63)
#define CELL_OPEN ((uint64_t)1 << 62)
#define CELL_DUE ((uint64_t)1 << 61)
#define CELL_INSTRUCTION ((uint64_t)1 << 40)
#define CELL_CONDITIONAL ((uint64_t)1 << 20)
#define CELL_BRANCH ((uint64_t)1)
/* Instructions to a deadline, at most: no field overflows before, whatever the guest executes. */
#define CELL_RUN ((1u << 20) - 2048)

/* cells.transfers: calls 20:0, returns 41:21, far branches 62:42. */
#define CELL_CALL ((uint64_t)1)
#define CELL_RETURN ((uint64_t)1 << 21)
#define CELL_FAR ((uint64_t)1 << 42)

struct cells {
  uint64_t counts;
  uint64_t block; /* the block that runs or ran last, const struct block *; 0: what it counted is settled */
  uint64_t transfers;
  uint64_t loads, stores;
  uint64_t references, misses; /* of the modelled cache */
  uint64_t unused; /* 64 bytes: the translated code multiplies by the size */
};

extern struct qemu_plugin_scoreboard *scoreboard;

static inline struct cells *cells_of(unsigned vcpu_index) { return qemu_plugin_scoreboard_find(scoreboard, vcpu_index); }
static inline qemu_plugin_u64 cell_at(size_t offset) { return (qemu_plugin_u64){scoreboard, offset}; }

/* What is counted, for each ring class. */
enum quantity {
  QUANTITY_INSTRUCTIONS,
  QUANTITY_BRANCHES,
  QUANTITY_CONDITIONAL,
  QUANTITY_NOT_TAKEN,
  QUANTITY_CALLS,
  QUANTITY_RETURNS,
  QUANTITY_FAR,
  QUANTITY_LOADS,
  QUANTITY_STORES,
  QUANTITY_CACHE_REFERENCES,
  QUANTITY_CACHE_MISSES,
  QUANTITY_MISPREDICTED,
  QUANTITY_COUNT
};

enum { MAX_EVENTS = 24 };

/* An event of the model that something counts now. */
struct active {
  uint8_t event; /* index in the table of events */
  uint8_t user;
};

/* An access whose result is changed after the emulator has executed it. */
enum correction { CORRECTION_NONE, CORRECTION_CPUID, CORRECTION_MISC_ENABLE };

/* What was changed so that an instruction faults, and is restored in the exception that follows. */
enum forced { FORCED_NONE, FORCED_MSR, FORCED_PCE, FORCED_ELSEWHERE };

struct vcpu {
  unsigned index;
  vpmu_cpu *cpu;
  GByteArray *buffer;

  uint64_t totals[2][QUANTITY_COUNT]; /* since the vCPU was made, by ring class */
  uint64_t run;                       /* instructions from the cell's initial value to its deadline */
  uint64_t due;                       /* instructions of both classes at which the PMU must be attended to */
  uint64_t next_slice;                /* the same, of the next time slice */

  uint64_t reported[2][MAX_EVENTS];
  struct active active[2 * MAX_EVENTS];
  unsigned active_count;

  bool has_exception; /* one was announced, and is delivered next */
  enum correction correction;
  uint32_t leaf, subleaf;

  enum forced forced;
  uint64_t forced_register, forced_pc;

  uint64_t apic_base;     /* IA32_APIC_BASE, as the guest wrote it */
  uint32_t x2apic_lvtpc;  /* in x2APIC mode */
  uint32_t apic_id;
  uint64_t pmis, masked_pmis;

  struct cache *cache; /* NULL: none is modelled */
  struct predictor predictor;

  atomic_bool reset_requested;
  void *trace; /* FILE * */
  struct block *kept; /* a copy of the block in cells.block, after translations were dropped */
};

/* NULL: there is no such vCPU. */
struct vcpu *vcpu_at(unsigned vcpu_index);
unsigned vcpu_limit(void);

#endif
