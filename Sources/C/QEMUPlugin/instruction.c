/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Opcodes: Intel SDM vol. 2D, appendix A. */
#include "instruction.h"

/* Two-byte opcodes, 0F xx. */
static enum instruction two_byte(uint8_t opcode) {
  if (opcode >= 0x80 && opcode <= 0x8F) return INSTRUCTION_CONDITIONAL;
  switch (opcode) {
  case 0x05: case 0x07: /* SYSCALL, SYSRET */
  case 0x34: case 0x35: /* SYSENTER, SYSEXIT */
  case 0xAA: /* RSM */
    return INSTRUCTION_FAR;
  case 0x30: return INSTRUCTION_WRMSR;
  case 0x32: return INSTRUCTION_RDMSR;
  case 0x33: return INSTRUCTION_RDPMC;
  case 0xA2: return INSTRUCTION_CPUID;
  default: return INSTRUCTION_PLAIN;
  }
}

/* Opcode FF, by the reg field of its ModRM byte. */
static enum instruction group5(uint8_t modrm) {
  switch (modrm >> 3 & 7) {
  case 2: return INSTRUCTION_CALL_INDIRECT;
  case 4: return INSTRUCTION_JUMP_INDIRECT;
  case 3: case 5: return INSTRUCTION_FAR;
  default: return INSTRUCTION_PLAIN;
  }
}

static bool is_string(uint8_t opcode) {
  return (opcode >= 0xA4 && opcode <= 0xA7) || (opcode >= 0xAA && opcode <= 0xAF) || (opcode >= 0x6C && opcode <= 0x6F);
}

static enum instruction one_byte(uint8_t opcode, bool repeated) {
  if (opcode >= 0x70 && opcode <= 0x7F) return INSTRUCTION_CONDITIONAL;
  if (repeated && is_string(opcode)) return INSTRUCTION_REPEATED;
  switch (opcode) {
  case 0xE0: case 0xE1: case 0xE2: case 0xE3: return INSTRUCTION_CONDITIONAL;
  case 0xE8: return INSTRUCTION_CALL;
  case 0xE9: case 0xEB: return INSTRUCTION_JUMP;
  case 0xC2: case 0xC3: return INSTRUCTION_RETURN;
  case 0x9A: case 0xEA: case 0xCA: case 0xCB: case 0xCF: return INSTRUCTION_FAR;
  case 0xCC: case 0xCD: case 0xCE: case 0xF1: return INSTRUCTION_TRAP;
  default: return INSTRUCTION_PLAIN;
  }
}

enum instruction instruction_kind(const uint8_t *bytes, size_t length) {
  bool repeated = false;
  size_t at = 0;
  for (; at < length; at++) {
    uint8_t byte = bytes[at];
    if (byte == 0xF2 || byte == 0xF3) {
      repeated = true;
    } else if (byte != 0x66 && byte != 0x67 && byte != 0xF0 && byte != 0x2E && byte != 0x36 && byte != 0x3E &&
               byte != 0x26 && byte != 0x64 && byte != 0x65) {
      break;
    }
  }
  /* REX. Outside of 64-bit mode these are INC and DEC, whole instructions. */
  if (at + 1 < length && (bytes[at] & 0xF0) == 0x40) at++;
  if (at >= length) return INSTRUCTION_PLAIN;
  if (bytes[at] == 0x0F) return at + 1 < length ? two_byte(bytes[at + 1]) : INSTRUCTION_PLAIN;
  if (bytes[at] == 0xFF) return at + 1 < length ? group5(bytes[at + 1]) : INSTRUCTION_PLAIN;
  return one_byte(bytes[at], repeated);
}
