#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A PMU for the Unicorn emulator: guest code programs a counter by WRMSR, runs a loop, and reads it by RDPMC.

Unicorn (PyPI: unicorn) executes the code and calls back for each instruction; WRMSR, RDMSR and RDPMC are answered by
libvpmu in its place. The count that the guest reads is compared with the one that its disassembly gives.
"""

import sys

import vpmu

try:
    import unicorn
    from unicorn import x86_const as x86
except ImportError:
    sys.exit("the Python package unicorn is missing: python3 -m pip install unicorn")

ROUNDS = 12_345
CODE = bytes.fromhex(
    "b986010000"  # 00 mov ecx, 0x186        IA32_PERFEVTSEL0
    "b8c0005300"  # 05 mov eax, 0x5300c0     instructions, all rings, enabled
    "31d2"        # 0a xor edx, edx
    "0f30"        # 0c wrmsr                 counted from the next instruction on
    "b8" + ROUNDS.to_bytes(4, "little").hex() +
                  # 0e mov eax, ROUNDS
    "ffc8"        # 13 dec eax
    "75fc"        # 15 jnz 0x13
    "31c9"        # 17 xor ecx, ecx
    "0f33"        # 19 rdpmc                 reads what was retired before it
    "90")         # 1b nop
EXPECTED = 1 + 2 * ROUNDS + 1

BASE, RDPMC, WRMSR, RDMSR = 0x10000, b"\x0f\x33", b"\x0f\x30", b"\x0f\x32"
INSTRUCTIONS, RING = 0xC0, 0


def step(emulator, address, size, cpu):
    """Before each instruction."""
    cpu.enter()
    code = bytes(emulator.mem_read(address, size))
    if code in (RDPMC, WRMSR, RDMSR):
        answer(emulator, cpu, code)
        emulator.reg_write(x86.UC_X86_REG_RIP, address + size)
    # Counted when it retires: an instruction that programs the counter is not counted by it.
    if code != WRMSR:
        cpu.count(INSTRUCTIONS, RING, 1)


def answer(emulator, cpu, code):
    ecx = emulator.reg_read(x86.UC_X86_REG_ECX)
    if code == WRMSR:
        cpu.wrmsr(ecx, emulator.reg_read(x86.UC_X86_REG_EDX) << 32 | emulator.reg_read(x86.UC_X86_REG_EAX))
        return
    value = cpu.rdpmc(ecx, cpl=RING) if code == RDPMC else cpu.rdmsr(ecx)
    emulator.reg_write(x86.UC_X86_REG_RAX, value & 0xFFFFFFFF)
    emulator.reg_write(x86.UC_X86_REG_RDX, value >> 32)


def main():
    with vpmu.Machine(preset="intel-v2") as machine, machine.cpu() as cpu:
        cpu.wrmsr(0x38F, 1)
        emulator = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
        emulator.mem_map(BASE, 0x1000)
        emulator.mem_write(BASE, CODE)
        emulator.hook_add(unicorn.UC_HOOK_CODE, step, cpu)
        emulator.emu_start(BASE, BASE + len(CODE))
        value = emulator.reg_read(x86.UC_X86_REG_RDX) << 32 | emulator.reg_read(x86.UC_X86_REG_RAX) & 0xFFFFFFFF
    print(f"the guest's RDPMC: {value} instructions, by its disassembly: {EXPECTED}")
    return 0 if value == EXPECTED else 1


if __name__ == "__main__":
    sys.exit(main())
