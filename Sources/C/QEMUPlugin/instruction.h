/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Which kind of instruction its bytes are: what a PMU counts apart, and what the plugin must attend to. */
#ifndef VPMU_QEMU_INSTRUCTION_H
#define VPMU_QEMU_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum instruction {
  INSTRUCTION_PLAIN,
  INSTRUCTION_CONDITIONAL,   /* Jcc, LOOP, JCXZ */
  INSTRUCTION_JUMP,          /* near and direct */
  INSTRUCTION_JUMP_INDIRECT, /* near */
  INSTRUCTION_CALL,          /* near and direct */
  INSTRUCTION_CALL_INDIRECT, /* near */
  INSTRUCTION_RETURN,        /* near */
  INSTRUCTION_FAR,           /* may change the ring: far jumps, calls and returns, IRET, SYSCALL, SYSRET, SYSENTER, … */
  INSTRUCTION_TRAP,          /* INT n, INT1, INT3, INTO */
  INSTRUCTION_REPEATED,      /* a string instruction with REP: one instruction, whatever the count */
  INSTRUCTION_CPUID,
  INSTRUCTION_RDMSR,
  INSTRUCTION_WRMSR,
  INSTRUCTION_RDPMC
};

enum { INSTRUCTION_BYTES = 15 };

/* The kind of the instruction that these are the bytes of. */
enum instruction instruction_kind(const uint8_t *bytes, size_t length);

/* Whether it counts as a branch. */
static inline bool instruction_branches(enum instruction kind) {
  return kind >= INSTRUCTION_CONDITIONAL && kind <= INSTRUCTION_TRAP;
}

/* A branch that can't fault itself: an exception at its address is one of its target's. */
static inline bool instruction_is_direct(enum instruction kind) {
  return kind == INSTRUCTION_CONDITIONAL || kind == INSTRUCTION_JUMP;
}

#endif
