/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A kernel that enters 64-bit long mode by itself, as many test suites do: reads a counter by RDPMC there, takes the general
 * protection fault of one that is not there, comes back by IRETQ, and ends with the number of failures. For an Intel CPU.
 *
 *     cc -m32 -nostdlib -static -Wl,-T,kernel.ld -Wl,--build-id=none -o long_mode.elf long_mode.S
 *     TestKernel long_mode.elf --model intel-v2 --code 64
 */
        .section .multiboot, "ax"
        .p2align 2
        .long 0x1badb002, 0, -0x1badb002

        .text
        .globl start
start:
        movl $stack_end, %esp
        movl $directory_pointers + 3, tables
        movl $directory + 3, directory_pointers
        movl $0x83, directory /* the first 2 MB */
        movl $fault, %eax
        movw %ax, gates + 13 * 16
        shrl $16, %eax
        movw %ax, gates + 13 * 16 + 6
        movl $tables, %eax
        movl %eax, %cr3
        movl $0x20, %eax
        movl %eax, %cr4
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax
        wrmsr
        lgdt descriptors_register
        movl %cr0, %eax
        orl $0x80000000, %eax
        movl %eax, %cr0
        ljmp $8, $long_mode

        .code64
long_mode:
        movl $16, %eax
        movl %eax, %ss
        movl $gates_register, %eax
        lidt (%rax)
        movl $0xc1, %ecx /* counter 0 stands at 1234 */
        movl $1234, %eax
        xorl %edx, %edx
        wrmsr
        movl $3, %ebx
        xorl %ecx, %ecx
        rdpmc
        cmpl $1234, %eax
        jne 1f
        decl %ebx
1:      testl %edx, %edx
        jne 1f
        decl %ebx
1:      movl $0x3f, %ecx
        rdpmc /* the handler counts it off */
        movl %ebx, %eax
        outl %eax, $0xf4
2:      hlt
        jmp 2b

fault:
        decl %ebx
        addq $8, %rsp
        addq $2, (%rsp)
        iretq
        .code32

        .data
        .p2align 4
descriptors: /* none, 64-bit code, data */
        .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
descriptors_register:
        .word 23
        .long descriptors, 0
gates_register:
        .word 14 * 16 - 1
        .long gates, 0
        .p2align 4
gates:
        .skip 13 * 16
        .word 0, 8, 0x8e00, 0, 0, 0, 0, 0

        .bss
        .p2align 12
tables: .skip 4096
directory_pointers: .skip 4096
directory: .skip 4096
        .skip 4096
stack_end:
        .section .note.GNU-stack, "", @progbits
