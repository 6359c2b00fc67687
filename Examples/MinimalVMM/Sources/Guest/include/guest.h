/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A guest in 64-bit mode that samples its own instructions once. */
#pragma once

#define GUEST_ADDRESS 0x10000 /* where it is loaded and entered */
#define GUEST_PERIOD 20000    /* instructions until its counter overflows */
#define GUEST_WORK_PORT 0x80  /* written between pieces of work: an exit, at which an overflow is noticed */
#define GUEST_PMI_PORT 0xe0   /* written in its PMI handler: what the counter reads */
#define GUEST_END_PORT 0xf4   /* written at its end: the same */

#ifndef __ASSEMBLER__
extern const unsigned char guest_begin[], guest_end[];
static inline const void *_Nonnull guest_code(void) { return guest_begin; }
static inline long guest_size(void) { return guest_end - guest_begin; }
#endif
