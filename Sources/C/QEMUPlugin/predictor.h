/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A model of branch prediction: 4096 counters of two bits, of conditional branches, by the address of the branch. */
#ifndef VPMU_QEMU_PREDICTOR_H
#define VPMU_QEMU_PREDICTOR_H

#include <stdbool.h>
#include <stdint.h>

enum { PREDICTOR_SIZE = 4096 };
#define PREDICTOR_NOTE "a model: 4096 two-bit counters predict conditional branches"

struct predictor {
  uint8_t counters[PREDICTOR_SIZE]; /* 0 and 1: not taken, 2 and 3: taken */
};

/* A branch has been resolved. Returns whether it was predicted wrongly. */
static inline bool predictor_resolve(struct predictor *predictor, uint64_t address, bool taken) {
  uint8_t *counter = &predictor->counters[(address ^ address >> 12) % PREDICTOR_SIZE];
  bool predicted = *counter >= 2;
  if (taken && *counter < 3) ++*counter;
  if (!taken && *counter > 0) --*counter;
  return predicted != taken;
}

#endif
