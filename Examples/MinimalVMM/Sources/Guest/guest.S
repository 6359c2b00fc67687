/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Entered with ebx: the MSR of a counter, esi: its event select's, edi: what that one is to hold. */
#include "guest.h"
        .section .rodata
        .globl guest_begin, guest_end
guest_begin:
        lgdt GUEST_ADDRESS + 0xe0
        lidt GUEST_ADDRESS + 0xf0
        movl $GUEST_ADDRESS, %esp
        xorl %edx, %edx
        movl $0x80f, %ecx /* the local APIC on, */
        movl $0x1ff, %eax
        wrmsr
        movl $0x834, %ecx /* and its performance-monitoring interrupt an NMI */
        movl $0x400, %eax
        wrmsr
        movl %ebx, %ecx
        movl $-GUEST_PERIOD, %eax
        movl $0xffff, %edx
        wrmsr
        movl %esi, %ecx
        movl %edi, %eax
        xorl %edx, %edx
        wrmsr
1:      movl $500, %ecx /* work, with an exit every thousand instructions */
2:      decl %ecx
        jnz 2b
        outb %al, $GUEST_WORK_PORT
        testl %edi, %edi /* the handler makes it 0 */
        jnz 1b
        movl %ebx, %ecx
        rdmsr
        outl %eax, $GUEST_END_PORT
        hlt

        .org guest_begin + 0xc0 /* descriptors: none, 64-bit code, data; then the tables' registers */
        .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
        .org guest_begin + 0xe0
        .word 23
        .quad GUEST_ADDRESS + 0xc0
        .org guest_begin + 0xf0
        .word 0xfff
        .quad GUEST_ADDRESS + 0x100
        .org guest_begin + 0x120 /* interrupt gates: there is the NMI's */
        .word 0x200, 8, 0x8e00, GUEST_ADDRESS >> 16, 0, 0, 0, 0

        .org guest_begin + 0x200 /* the PMI: the counter is stopped, and read */
        movl %esi, %ecx
        xorl %edi, %edi
        xorl %eax, %eax
        xorl %edx, %edx
        wrmsr
        movl %ebx, %ecx
        rdmsr
        outl %eax, $GUEST_PMI_PORT
        movl $1, %ecx /* of the interrupted work, one round is left */
        iretq
guest_end:
        .section .note.GNU-stack, "", @progbits
