/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The guest program: a command interpreter in ring 0, loops in ring 3, and a PMI handler. Position-independent; the shared
 * page is where guest_program.h says.
 *
 * Ring 0 may be emulated by the host, at microseconds an instruction and without the newer ones: it is short and plain. rbx
 * is the shared page's address in the interpreter; what must survive ring 3 is in that page, not in registers.
 */
#include "guest_program.h"

        .section .rodata
        .globl guest_program_begin, guest_program_end
        .p2align 12
guest_program_begin:
        .quad start - guest_program_begin
        .quad fault - guest_program_begin
        .quad undefined - guest_program_begin
        .quad nmi - guest_program_begin
        .quad interrupt - guest_program_begin
        .set vector, 0
        .rept 32
        .quad lost_entries + 7 * vector - guest_program_begin
        .set vector, vector + 1
        .endr

/* ---- Ring 0: the interpreter ---- */

start:
        movl $GUEST_SHARED_ADDRESS, %ebx
        leaq SHARED_COMMANDS(%rbx), %rsi
        movq %rsi, SHARED_NEXT(%rbx)

/* rsi: the command. */
perform:
        movl $0, SHARED_FAULTED(%rbx)
        movl COMMAND_OP(%rsi), %eax
        cmpl $GUEST_COMMANDS, %eax
        jae end
        movl COMMAND_OPERAND(%rsi), %ecx
        leaq table(%rip), %rdx
        movslq (%rdx, %rax, 4), %rax
        addq %rdx, %rax
        jmpq *%rax

        .p2align 2
table:
        .long end - table
        .long write_msr - table
        .long read_msr - table
        .long read_pmc - table
        .long user_read_pmc - table
        .long user_loop - table
        .long user_walk - table
        .long kernel_loop - table
        .long read_tsc - table
        .long time_exit - table
        .long time_read - table

/* edx:eax is the result. */
done_with_result:
        shlq $32, %rdx
        orq %rdx, %rax
        movq %rax, COMMAND_RESULT(%rsi)
done:
        movl SHARED_FAULTED(%rbx), %eax
        movl %eax, COMMAND_FAULTED(%rsi)
        addq $COMMAND_SIZE, %rsi
        movq %rsi, SHARED_NEXT(%rbx)
        jmp perform

end:
        movl $GUEST_DONE, %eax
        outb %al, $GUEST_EXIT_PORT
        jmp start

/* The instructions that may fault have two bytes each: `fault` skips them. */
write_msr:
        movl COMMAND_VALUE(%rsi), %eax
        movl COMMAND_VALUE + 4(%rsi), %edx
        wrmsr
        jmp done

read_msr:
        xorl %eax, %eax
        xorl %edx, %edx
        rdmsr
        jmp done_with_result

read_pmc:
        xorl %eax, %eax
        xorl %edx, %edx
        rdpmc
        jmp done_with_result

kernel_loop:
        movq COMMAND_VALUE(%rsi), %rcx
1:      decq %rcx
        jnz 1b
        jmp done

/* ---- Ring 0: the time stamp counter ---- */

read_tsc:
        rdtsc
        jmp done_with_result

/* The same instructions three times, in the middle with an exit among them. Of the clock's own two times the shorter one counts:
 * what interrupts the guest in one of them is not to be taken out of the exit. */
time_exit:
        rdtsc
        movl %eax, %r8d
        rdtsc
        movl %eax, %r9d
        outb %al, $GUEST_NULL_PORT
        rdtsc
        movl %eax, %r10d
        rdtsc
        movl %eax, %edx
        subl %r10d, %edx
        movl %r10d, %eax
        subl %r9d, %eax
        subl %r8d, %r9d
        cmpl %r9d, %edx
        cmoval %r9d, %edx
        subl %edx, %eax
        jnc done_with_result
        xorl %eax, %eax
        jmp done_with_result

time_read:
        rdtsc
        shlq $32, %rdx
        orq %rax, %rdx
        movq %rdx, %r9
        xorl %eax, %eax
        xorl %edx, %edx
        movl SHARED_GLOBAL_CONTROL(%rbx), %ecx
        testl %ecx, %ecx
        jz 1f
        wrmsr
1:      movl COMMAND_OPERAND(%rsi), %ecx
        cmpl $0, COMMAND_VALUE(%rsi)
        jne 2f
        rdpmc
        jmp 3f
2:      rdmsr
3:      movl SHARED_GLOBAL_CONTROL(%rbx), %ecx
        testl %ecx, %ecx
        jz 4f
        movl SHARED_ALL_COUNTERS(%rbx), %eax
        movl SHARED_ALL_COUNTERS + 4(%rbx), %edx
        wrmsr
4:      rdtsc
        shlq $32, %rdx
        orq %rdx, %rax
        subq %r9, %rax
        xorl %edx, %edx
        jmp done_with_result

/* ---- To ring 3 and back ---- */

user_read_pmc:
        leaq ring3_read_pmc(%rip), %rdx
        jmp enter_user
user_loop:
        movq COMMAND_VALUE(%rsi), %rcx
        leaq ring3_loop(%rip), %rdx
        jmp enter_user
user_walk:
        movq COMMAND_VALUE(%rsi), %rcx
        leaq ring3_walk(%rip), %rdx

/* rdx: where to. Interrupts on, and ports allowed: a rewritten RDPMC is an OUT. */
enter_user:
        pushq $GUEST_USER_DATA
        pushq $GUEST_USER_STACK
        pushq $0x3202
        pushq $GUEST_USER_CODE
        pushq %rdx
        iretq

/* From ring 3, by an exception. edx:eax is what it leaves. */
leave_user:
        movl $GUEST_KERNEL_STACK, %esp
        movl $GUEST_SHARED_ADDRESS, %ebx
        movq SHARED_NEXT(%rbx), %rsi
        jmp done_with_result

/* ---- Ring 3 ---- */

ring3_read_pmc:
        xorl %eax, %eax
        xorl %edx, %edx
        rdpmc
        ud2

        .p2align 6
ring3_loop:
        addq $1, %rax
        leaq 1(%rax), %rdx
        decq %rcx
        jnz ring3_loop
        ud2

        .p2align 6
ring3_walk:
        imulq $1103515245, %rax, %rax
        addq $12345, %rax
        movl %eax, %edx
        andl $(GUEST_WALK_SIZE - 64), %edx
        movq GUEST_WALK_ADDRESS(%rdx), %rdi
        addq %rdi, %rax
        decq %rcx
        jnz ring3_walk
        ud2

/* ---- Exceptions ---- */

/* #GP: of a command in ring 0, which is noted and skipped, or of ring 3, which it ends. */
fault:
        testb $3, 16(%rsp)
        jnz 1f
        addq $2, 8(%rsp)
        addq $8, %rsp
        movl $1, GUEST_SHARED_ADDRESS + SHARED_FAULTED
        iretq
1:      movl $1, GUEST_SHARED_ADDRESS + SHARED_FAULTED
        xorl %eax, %eax
        xorl %edx, %edx
        jmp leave_user

/* #UD: ring 3 is done. */
undefined:
        testb $3, 8(%rsp)
        jnz leave_user
        pushq $6
        jmp lost

/* The other exceptions: each puts its vector on the stack. The address is that of the frame's first word, which is the error
 * code where there is one: the VMM has the registers. */
lost_entries:
        .set vector, 0
        .rept 32
        .byte 0x6a, vector
        .byte 0xe9 /* jmp with 32 bits, so that all have the same length: 2 + 5 */
        .long lost - . - 4
        .set vector, vector + 1
        .endr
lost:
        movl $GUEST_SHARED_ADDRESS, %ebx
        popq %rax
        movl %eax, SHARED_LOST_VECTOR(%rbx)
        movq (%rsp), %rax
        movq %rax, SHARED_LOST_ADDRESS(%rbx)
        movl $GUEST_KERNEL_STACK, %esp
        movl $GUEST_LOST, %eax
        outb %al, $GUEST_EXIT_PORT
        jmp start

/* ---- The performance-monitoring interrupt ---- */

/* As an ordinary interrupt. */
interrupt:
        pushq %rcx
        movl GUEST_SHARED_ADDRESS + SHARED_EOI, %ecx
        jmp handle
/* As an NMI: nothing to end at the local APIC. */
nmi:
        pushq %rcx
        xorl %ecx, %ecx

/*
 * ecx: the MSR that ends the interrupt. Handles the PMI as perf drivers do: stop all counters, sample those that overflowed
 * until the status is clear, unmask LVTPC, and let them count again.
 */
handle:
        pushq %rax
        pushq %rdx
        pushq %rbx
        pushq %rsi
        pushq %rdi
        pushq %rbp
        pushq %r8
        pushq %r9
        pushq %rcx
        rdtsc
        shlq $32, %rdx
        orq %rax, %rdx
        movq %rdx, %r9
        movl $GUEST_SHARED_ADDRESS, %ebx
        xorl %esi, %esi
        movl SHARED_GLOBAL_CONTROL(%rbx), %ecx
        testl %ecx, %ecx
        jz handle_each
        xorl %eax, %eax
        xorl %edx, %edx
        wrmsr
        movl $100, %ebp

/* rsi: all bits seen. rdi: those of this look. */
look:
        movl SHARED_GLOBAL_STATUS(%rbx), %ecx
        rdmsr
        movl %eax, %edi
        movq %rdx, %r8
        shlq $32, %r8
        orq %r8, %rdi
        jz looked
        orq %rdi, %rsi
        movl SHARED_GLOBAL_CLEAR(%rbx), %ecx
        wrmsr
        movl SHARED_COUNTER_COUNT(%rbx), %ecx
        testl %ecx, %ecx
        jz 3f
        leaq SHARED_COUNTERS(%rbx), %r8
1:      testq %rdi, COUNTER_BIT(%r8)
        jz 2f
        pushq %rcx
        call sample
        popq %rcx
2:      addq $COUNTER_SIZE, %r8
        decl %ecx
        jnz 1b
3:      decl %ebp
        jnz look

looked:
        call unmask
        movl SHARED_GLOBAL_CONTROL(%rbx), %ecx
        movl SHARED_ALL_COUNTERS(%rbx), %eax
        movl SHARED_ALL_COUNTERS + 4(%rbx), %edx
        wrmsr
        jmp handled

/* Without global registers: each counter is stopped, looked at and started by itself. */
handle_each:
        cmpl $0, SHARED_COUNTER_COUNT(%rbx)
        je each_done
        movl $COUNTER_DISABLED, %edi
        call write_controls
        movl SHARED_COUNTER_COUNT(%rbx), %ebp
        leaq SHARED_COUNTERS(%rbx), %r8
1:      movl COUNTER_VALUE_MSR(%r8), %ecx
        rdmsr
        shlq $32, %rdx
        orq %rdx, %rax
        testq %rax, COUNTER_TOP_BIT(%r8)
        jnz 2f
        orq COUNTER_BIT(%r8), %rsi
        call preset
2:      addq $COUNTER_SIZE, %r8
        decl %ebp
        jnz 1b
        call unmask
        movl $COUNTER_ENABLED, %edi
        call write_controls
        jmp handled
each_done:
        call unmask

handled:
        testq %rsi, %rsi
        jnz 1f
        incq SHARED_EMPTY_PMIS(%rbx)
1:      popq %rcx
        testl %ecx, %ecx
        jz 2f
        xorl %eax, %eax
        xorl %edx, %edx
        wrmsr
2:      rdtsc
        shlq $32, %rdx
        orq %rdx, %rax
        subq %r9, %rax
        movq SHARED_PMIS(%rbx), %rdx
        incq SHARED_PMIS(%rbx)
        testq %rsi, %rsi
        jz 3f
        subq SHARED_EMPTY_PMIS(%rbx), %rdx
        andl $(GUEST_MOST_TIMES - 1), %edx
        movq %rax, SHARED_TIMES(%rbx, %rdx, 8)
3:      popq %r9
        popq %r8
        popq %rbp
        popq %rdi
        popq %rsi
        popq %rbx
        popq %rdx
        popq %rax
        popq %rcx
        iretq

/* r8: a counter that overflowed. It is read, and starts its next period. */
sample:
        movl COUNTER_VALUE_MSR(%r8), %ecx
        rdmsr
        shlq $32, %rdx
        orq %rdx, %rax
/* rax: what was read. */
preset:
        movq %rax, COUNTER_LAST(%r8)
        incq COUNTER_OVERFLOWS(%r8)
        movl COUNTER_VALUE_MSR(%r8), %ecx
        movl COUNTER_PRESET(%r8), %eax
        movl COUNTER_PRESET + 4(%r8), %edx
        wrmsr
        ret

/* edi: the offset of the value that every control register gets. */
write_controls:
        movl SHARED_COUNTER_COUNT(%rbx), %ebp
        leaq SHARED_COUNTERS(%rbx), %r8
1:      movl COUNTER_CONTROL_MSR(%r8), %ecx
        movl (%r8, %rdi), %eax
        movl 4(%r8, %rdi), %edx
        wrmsr
        addq $COUNTER_SIZE, %r8
        decl %ebp
        jnz 1b
        ret

/* Lets the next PMI through. */
unmask:
        movl SHARED_LVTPC(%rbx), %ecx
        testl %ecx, %ecx
        jz 1f
        movl SHARED_LVTPC_VALUE(%rbx), %eax
        movl SHARED_LVTPC_VALUE + 4(%rbx), %edx
        wrmsr
1:      ret

guest_program_end:

        .section .note.GNU-stack, "", @progbits
