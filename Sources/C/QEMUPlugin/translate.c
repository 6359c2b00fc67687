/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "translate.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "counting.h"
#include "options.h"
#include "pmu.h"
#include "registers.h"

enum { RESET_VECTOR = 0xFFFFFFF0 };

/* ---- While translated code runs ---- */

/* A block begins, and something must be done first. */
static void attend_at_block(unsigned vcpu_index, void *data) {
  const struct block *block = data;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (vcpu->correction) access_correct(vcpu);
  settle_at_block(vcpu, block);
  if (!pmu_attend(vcpu)) return;
  /* The interrupt is taken before the block, if the block is left now. */
  uint64_t address = register_read(vcpu->buffer, GUEST_RIP);
  if (block_offset_is(block, 0, address)) qemu_plugin_set_pc(address);
}

/* A repeated instruction begins, as a block of its own. Each repetition may be a run of the block. */
static void attend_at_repetition(unsigned vcpu_index, void *data) {
  attend_at_block(vcpu_index, data);
  cells_of(vcpu_index)->counts |= CELL_CHECK;
}

static void on_reset_vector(unsigned vcpu_index, void *data) {
  (void)data;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  pmu_reset_all(vcpu);
}

void on_discontinuity(unsigned vcpu_index, enum qemu_plugin_discon_type type, uint64_t from, uint64_t to,
                      void *userdata) {
  (void)to, (void)userdata;
  struct vcpu *vcpu = vcpu_at(vcpu_index);
  if (!vcpu) return;
  /* An exception is announced first, by an address that may be another instruction's of the block, then delivered like
   * an interrupt. */
  if (type == QEMU_PLUGIN_DISCON_EXCEPTION) {
    vcpu->has_exception = true;
    return;
  }
  if (!vcpu->has_exception) {
    if (vcpu->correction) access_correct(vcpu);
    settle_at_interrupt(vcpu, from);
    if (vcpu->forced) access_cancel(vcpu);
    return;
  }
  vcpu->has_exception = false;
  vcpu->correction = CORRECTION_NONE;
  settle_at_exception(vcpu, from);
  if (vcpu->forced) access_restore(vcpu);
}

/* ---- Translation ---- */

static _Thread_local GByteArray *buffer;

static uint64_t transfers_of(enum instruction kind) {
  switch (kind) {
  case INSTRUCTION_CALL: case INSTRUCTION_CALL_INDIRECT: return CELL_CALL;
  case INSTRUCTION_RETURN: return CELL_RETURN;
  case INSTRUCTION_FAR: case INSTRUCTION_TRAP: return CELL_FAR;
  default: return 0;
  }
}

/* Reads the instructions of a block that is being translated. *attention: there is one that calls back. */
static struct block *describe(struct qemu_plugin_tb *tb, size_t count, bool *attention) {
  struct block *block = translation_allocate(sizeof *block + count);
  enum instruction kind = INSTRUCTION_PLAIN;
  unsigned size = 0;
  for (size_t index = 0; index < count; index++) {
    const struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, index);
    uint8_t bytes[INSTRUCTION_BYTES];
    size_t length = qemu_plugin_insn_data(instruction, bytes, sizeof bytes);
    kind = instruction_kind(bytes, length);
    if (kind >= INSTRUCTION_CPUID) *attention = true;
    length = qemu_plugin_insn_size(instruction);
    block->lengths[index] = (uint8_t)length;
    size += (unsigned)length;
  }
  block->address = qemu_plugin_tb_vaddr(tb);
  block->instructions = (uint16_t)count;
  block->size = (uint16_t)size;
  block->user = guest_is_user(buffer);
  block->last = (uint8_t)kind;
  block->counts = (count - (kind == INSTRUCTION_REPEATED)) * CELL_INSTRUCTION;
  if (instruction_branches(kind)) block->counts += CELL_BRANCH;
  if (kind == INSTRUCTION_CONDITIONAL) block->counts += CELL_CONDITIONAL;
  block->transfers = transfers_of(kind);
  return block;
}

/* Whether the next block must attend to what this kind of instruction did. */
static bool is_checked(enum instruction kind) {
  return kind == INSTRUCTION_REPEATED || kind == INSTRUCTION_FAR || kind == INSTRUCTION_CPUID ||
         kind == INSTRUCTION_RDMSR || (kind == INSTRUCTION_CONDITIONAL && (options.taken || options.predictor));
}

static void add_inline(struct qemu_plugin_tb *tb, size_t offset, uint64_t value) {
  qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_ADD_U64, cell_at(offset), value);
}

static void count_block(struct qemu_plugin_tb *tb, struct block *block) {
  enum instruction kind = block->last;
  size_t counts = offsetof(struct cells, counts);
  bool is_single = block->instructions == 1;
  if (is_single && kind == INSTRUCTION_REPEATED) {
    qemu_plugin_u64 last = cell_at(offsetof(struct cells, block));
    qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, attend_at_repetition, QEMU_PLUGIN_CB_RW_REGS_PC,
                                              QEMU_PLUGIN_COND_NE, last, (uintptr_t)block, block);
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_STORE_U64, last, (uintptr_t)block);
    return;
  }
  if (is_single && !instruction_branches(kind)) {
    /* It may be the rest of a block that was left. */
    qemu_plugin_register_vcpu_tb_exec_cb(tb, attend_at_block, QEMU_PLUGIN_CB_RW_REGS_PC, block);
  } else {
    qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, attend_at_block, QEMU_PLUGIN_CB_RW_REGS_PC, QEMU_PLUGIN_COND_GE,
                                              cell_at(counts), CELL_DUE, block);
  }
  qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_STORE_U64,
                                                    cell_at(offsetof(struct cells, block)), (uintptr_t)block);
  bool has_end = options.exact && !is_single;
  uint64_t check = is_checked(kind) ? CELL_CHECK : 0;
  add_inline(tb, counts, block->counts + (has_end ? CELL_OPEN : check));
  if (block->transfers) add_inline(tb, offsetof(struct cells, transfers), block->transfers);
}

/* The block's last instruction begins. After its callbacks. */
static void end_block(struct qemu_plugin_tb *tb, struct block *block) {
  if (!options.exact || block->instructions == 1) return;
  uint64_t check = is_checked(block->last) ? CELL_CHECK : 0;
  qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
      qemu_plugin_tb_get_insn(tb, block->instructions - 1u), QEMU_PLUGIN_INLINE_ADD_U64,
      cell_at(offsetof(struct cells, counts)), check - CELL_OPEN);
}

static qemu_plugin_vcpu_udata_cb_t callback_of(enum instruction kind, bool is_user) {
  switch (kind) {
  case INSTRUCTION_CPUID: return on_cpuid;
  case INSTRUCTION_RDMSR: return is_user ? NULL : on_rdmsr;
  case INSTRUCTION_WRMSR: return is_user ? NULL : on_wrmsr;
  case INSTRUCTION_RDPMC: return on_rdpmc;
  default: return NULL;
  }
}

/* Callbacks of a block's instructions that need one. */
static void intercept(struct qemu_plugin_tb *tb, struct block *block) {
  bool is_behind = false;
  unsigned offset = 0;
  for (uint16_t index = 0; index < block->instructions; index++) {
    struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, index);
    uint8_t bytes[INSTRUCTION_BYTES];
    size_t length = qemu_plugin_insn_data(instruction, bytes, sizeof bytes);
    enum instruction kind = instruction_kind(bytes, length);
    if (is_behind) {
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_following, QEMU_PLUGIN_CB_RW_REGS, NULL);
    }
    is_behind = kind == INSTRUCTION_CPUID || kind == INSTRUCTION_RDMSR;
    qemu_plugin_vcpu_udata_cb_t callback = callback_of(kind, block->user);
    if (callback) {
      struct site *site = translation_allocate(sizeof *site);
      *site = (struct site){block, index, (uint16_t)offset};
      qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_RW_REGS_PC, site);
    }
    offset += block->lengths[index];
  }
}

static void count_accesses(struct qemu_plugin_tb *tb, size_t count) {
  for (size_t index = 0; index < count; index++) {
    struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, index);
    qemu_plugin_register_vcpu_mem_inline_per_vcpu(instruction, QEMU_PLUGIN_MEM_R, QEMU_PLUGIN_INLINE_ADD_U64,
                                                  cell_at(offsetof(struct cells, loads)), 1);
    qemu_plugin_register_vcpu_mem_inline_per_vcpu(instruction, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_INLINE_ADD_U64,
                                                  cell_at(offsetof(struct cells, stores)), 1);
  }
}

static void on_access(unsigned vcpu_index, qemu_plugin_meminfo_t info, uint64_t address, void *data) {
  (void)info, (void)data;
  struct cells *cells = cells_of(vcpu_index);
  cells->references++;
  if (!cache_access(vcpu_at(vcpu_index)->cache, address)) cells->misses++;
}

static void model_cache(struct qemu_plugin_tb *tb, size_t count) {
  for (size_t index = 0; index < count; index++) {
    qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, index), on_access, QEMU_PLUGIN_CB_NO_REGS,
                                     QEMU_PLUGIN_MEM_RW, NULL);
  }
}

void on_translation(struct qemu_plugin_tb *tb, void *userdata) {
  (void)userdata;
  if (!buffer) buffer = g_byte_array_new();
  size_t count = qemu_plugin_tb_n_insns(tb);
  if (!count) return;
  bool attention = false;
  struct block *block = describe(tb, count, &attention);
  if (block->address == RESET_VECTOR) {
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_reset_vector, QEMU_PLUGIN_CB_RW_REGS, NULL);
  }
  count_block(tb, block);
  if (attention) intercept(tb, block);
  end_block(tb, block);
  if (options.memory) count_accesses(tb, count);
  if (options.cache) model_cache(tb, count);
}

void on_flush(void *userdata) {
  (void)userdata;
  for (unsigned index = 0; index < vcpu_limit(); index++) {
    struct vcpu *vcpu = vcpu_at(index);
    if (!vcpu) continue;
    struct cells *cells = cells_of(index);
    const struct block *block = (const struct block *)(uintptr_t)cells->block;
    if (!block || block == vcpu->kept) continue;
    size_t size = sizeof *block + block->instructions;
    free(vcpu->kept);
    vcpu->kept = malloc(size);
    if (!vcpu->kept) fail("out of memory");
    memcpy(vcpu->kept, block, size);
    cells->block = (uintptr_t)vcpu->kept;
  }
  translation_release();
}
