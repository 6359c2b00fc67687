/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What is added to a block when the emulator translates it. */
#ifndef VPMU_QEMU_TRANSLATE_H
#define VPMU_QEMU_TRANSLATE_H

#include "qemu.h"

void on_translation(struct qemu_plugin_tb *tb, void *userdata);
/* All translations are dropped, while no vCPU runs. */
void on_flush(void *userdata);
/* An interrupt or an exception was taken; the first instruction of its handler is next. */
void on_discontinuity(unsigned vcpu_index, enum qemu_plugin_discon_type type, uint64_t from, uint64_t to,
                      void *userdata);

#endif
