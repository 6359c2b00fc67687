/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The program that runs in the small machine: what it shares with the VMM.
 *
 * It is code of a 64-bit x86 guest, linked into this process as bytes: from `guest_program_begin` on, to be copied to
 * GUEST_PROGRAM_ADDRESS. It knows no vendor: MSR numbers and values come from the shared page.
 */
#ifndef GUEST_PROGRAM_H
#define GUEST_PROGRAM_H

/* ---- The guest's memory: guest-physical, mapped where it is ---- */
#define GUEST_SHARED_ADDRESS 0x10000
#define GUEST_PROGRAM_ADDRESS 0x20000
#define GUEST_USER_STACK 0x3f000
#define GUEST_KERNEL_STACK 0x40000
/* What the loop with cache misses walks over: 4 MB. */
#define GUEST_WALK_ADDRESS 0x400000
#define GUEST_WALK_SIZE 0x400000

/* ---- Its segments, as the VMM's descriptor table has them ---- */
#define GUEST_KERNEL_CODE 0x08
#define GUEST_KERNEL_DATA 0x10
#define GUEST_USER_DATA 0x1b
#define GUEST_USER_CODE 0x23
#define GUEST_TASK 0x28

/* ---- Ports ---- */
/* Written when the commands are done, or at an exception that no command makes: GUEST_DONE, GUEST_LOST. Entered
 * again, the program begins with the first command. */
#define GUEST_EXIT_PORT 0xf4
#define GUEST_DONE 0
#define GUEST_LOST 1
/* Nothing is there: written for the exit alone. */
#define GUEST_NULL_PORT 0xf5

/* The vector of a PMI that is not an NMI. */
#define GUEST_PMI_VECTOR 0x50

/* ---- Commands ---- */
#define GUEST_END 0          /* writes GUEST_DONE to the exit port */
#define GUEST_WRMSR 1        /* MSR `operand`, `value` */
#define GUEST_RDMSR 2        /* MSR `operand` */
#define GUEST_RDPMC 3        /* ECX `operand`, in ring 0 */
#define GUEST_USER_RDPMC 4   /* the same in ring 3 */
#define GUEST_USER_LOOP 5    /* `value` rounds in ring 3, of GUEST_LOOP_* each */
#define GUEST_USER_WALK 6    /* `value` rounds in ring 3, of GUEST_WALK_* each, with cache misses */
#define GUEST_KERNEL_LOOP 7  /* `value` rounds in ring 0, of GUEST_KERNEL_* each */
#define GUEST_READ_TSC 8
/* One exit by GUEST_NULL_PORT, in ticks of the time stamp counter without what reading it takes; the shorter of two
 * such readings is in bits 63:32. */
#define GUEST_TIME_EXIT 9
/* Reads a counter as the PMI handler's owner does, all counters standing still where the shared page has a global
 * control register: by RDPMC of `operand`, or with a `value` other than 0 by RDMSR. The result is what that took, in
 * ticks. */
#define GUEST_TIME_READ 10
#define GUEST_COMMANDS 11

/* Instructions and branches of a round. Besides, each loop is left by an UD2, which never retires. */
#define GUEST_LOOP_INSTRUCTIONS 4
#define GUEST_LOOP_BRANCHES 1
#define GUEST_WALK_INSTRUCTIONS 8
#define GUEST_WALK_BRANCHES 1
#define GUEST_KERNEL_INSTRUCTIONS 2
#define GUEST_KERNEL_BRANCHES 1

#define GUEST_MOST_COMMANDS 512
#define GUEST_MOST_COUNTERS 24
#define GUEST_MOST_TIMES 1024

/* ---- Offsets for the assembler; the structs below are the same ---- */
#define COMMAND_SIZE 32
#define COMMAND_OP 0
#define COMMAND_OPERAND 4
#define COMMAND_VALUE 8
#define COMMAND_RESULT 16
#define COMMAND_FAULTED 24

#define COUNTER_SIZE 64
#define COUNTER_BIT 0
#define COUNTER_VALUE_MSR 8
#define COUNTER_CONTROL_MSR 12
#define COUNTER_PRESET 16
#define COUNTER_ENABLED 24
#define COUNTER_DISABLED 32
#define COUNTER_TOP_BIT 40
#define COUNTER_OVERFLOWS 48
#define COUNTER_LAST 56

#define SHARED_NEXT 0
#define SHARED_FAULTED 8
#define SHARED_LOST_VECTOR 12
#define SHARED_LOST_ADDRESS 16
#define SHARED_GLOBAL_CONTROL 24
#define SHARED_GLOBAL_STATUS 28
#define SHARED_GLOBAL_CLEAR 32
#define SHARED_LVTPC 36
#define SHARED_ALL_COUNTERS 40
#define SHARED_LVTPC_VALUE 48
#define SHARED_COUNTER_COUNT 56
#define SHARED_EOI 60
#define SHARED_PMIS 64
#define SHARED_EMPTY_PMIS 72
#define SHARED_COUNTERS 128
#define SHARED_TIMES (SHARED_COUNTERS + GUEST_MOST_COUNTERS * COUNTER_SIZE)
#define SHARED_COMMANDS (SHARED_TIMES + GUEST_MOST_TIMES * 8)
#define SHARED_SIZE (SHARED_COMMANDS + GUEST_MOST_COMMANDS * COMMAND_SIZE)

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

typedef struct guest_command {
  uint32_t op, operand;
  uint64_t value;
  uint64_t result;  /* of reads and of what is timed */
  uint32_t faulted; /* 1: the instruction was answered with #GP */
  uint32_t reserved;
} guest_command;

/* A counter that the PMI handler looks after. */
typedef struct guest_counter {
  uint64_t bit; /* in the status register */
  uint32_t value_msr, control_msr;
  uint64_t preset; /* written to the counter after an overflow */
  /* What the control register holds while the counter counts and while it does not: without a global control
   * register. */
  uint64_t enabled, disabled;
  uint64_t top_bit;   /* clear: it has overflowed; without a global status register */
  uint64_t overflows; /* counted by the handler */
  uint64_t last;      /* what the handler read before the preset was written */
} guest_counter;

typedef struct guest_shared {
  uint64_t next; /* the program's own: the command that is under way */
  uint32_t faulted;
  uint32_t lost_vector; /* after GUEST_LOST: the exception, and where it was */
  uint64_t lost_address;
  /* MSR numbers for the PMI handler; 0: there is none. */
  uint32_t global_control, global_status, global_clear;
  uint32_t lvtpc; /* with a local APIC in x2APIC mode; the value is written at the handler's end */
  uint64_t all_counters;
  uint64_t lvtpc_value;
  uint32_t counter_count;
  uint32_t eoi; /* MSR number, written 0 after a PMI that is not an NMI */
  uint64_t pmis;
  uint64_t empty_pmis; /* that found no overflow */
  uint64_t reserved[6];
  guest_counter counters[GUEST_MOST_COUNTERS];
  /* Ticks of the time stamp counter that the handler took, of PMIs that found an overflow: the n-th one's is times[n
   * modulo GUEST_MOST_TIMES]. */
  uint64_t times[GUEST_MOST_TIMES];
  guest_command commands[GUEST_MOST_COMMANDS];
} guest_shared;

/* Where the program is entered, from its beginning. */
typedef struct guest_entries {
  uint64_t start, fault, undefined, nmi, interrupt;
  uint64_t lost[32]; /* the other exceptions */
} guest_entries;

/* The program's bytes: it begins with its guest_entries. */
extern const unsigned char guest_program_begin[], guest_program_end[];

static inline const guest_entries *_Nonnull guest_program_entries(void) {
  return (const guest_entries *)(const void *)guest_program_begin;
}

static inline size_t guest_program_size(void) { return (size_t)(guest_program_end - guest_program_begin); }

static inline const void *_Nonnull guest_program_bytes(void) { return guest_program_begin; }

/* Arrays that Swift sees as tuples. */
static inline guest_command *_Nonnull guest_shared_commands(guest_shared *_Nonnull shared) { return shared->commands; }
static inline guest_counter *_Nonnull guest_shared_counters(guest_shared *_Nonnull shared) { return shared->counters; }
static inline const uint64_t *_Nonnull guest_shared_times(const guest_shared *_Nonnull shared) { return shared->times; }
static inline uint64_t guest_lost_entry(uint32_t vector) { return guest_program_entries()->lost[vector & 31]; }

#endif
#endif
