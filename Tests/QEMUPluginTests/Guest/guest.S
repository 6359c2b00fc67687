/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest that knows how many instructions and branches its pieces of code retire, and compares that with what its PMU
 * counts. Multiboot, without an operating system: ring 0, and ring 3 for the pieces. A line for each piece on port E9H.
 *
 * machine.S   long mode, page tables, descriptors, handlers
 * run.S       runs a piece, compares, prints
 * user.S      pieces of ring 3
 * kernel.S    pieces of ring 0, #GP and PMIs
 */
.intel_syntax noprefix
.include "machine.S"
.include "run.S"
.include "user.S"
.include "kernel.S"
