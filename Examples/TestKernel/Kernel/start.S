/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The multiboot header, the entry, and the entries of two exceptions. */
        .section .multiboot, "ax"
        .p2align 2
        .set flags, 3 /* modules at page boundaries, memory information */
        .long 0x1badb002, flags, -(0x1badb002 + flags)

        .text
        .globl start, general_protection, nmi
start:
        movl $stack_end, %esp
        lgdt descriptors_register
        ljmp $8, $1f
1:      movw $16, %dx
        movw %dx, %ds
        movw %dx, %es
        movw %dx, %ss
        pushl %ebx
        pushl %eax
        call kernel
        outl %eax, $0xf4
2:      hlt
        jmp 2b

/*
 * Back by a far return: where KVM itself is emulated in software, ring 0 has no IRET in 32-bit mode. The flags stay as they
 * are, and NMIs blocked.
 */
general_protection: /* of an instruction of two bytes, which is skipped */
        incl faults
        addl $4, %esp
        addl $2, (%esp)
        lret $4
nmi:
        pushal
        call performance_monitoring_interrupt
        popal
        lret $4

        .data
        .p2align 3
descriptors: /* none, code, data */
        .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
descriptors_register:
        .word 23
        .long descriptors

        .bss
        .p2align 4
        .skip 16384
stack_end:
        .section .note.GNU-stack, "", @progbits
