/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
.set FLAG_TIMER, 1
.set FLAG_WATCH, 2
/* A byte of the real-time clock's memory, which outlives RESET. */
.set CMOS_BYTE, 0x50
.set CMOS_MARK, 0xA5

/* Counters of instructions, branches, conditional branches and returns, of the rings in bits 16 and 17 of edx. */
start_counters:
  push rbx
  xor ebx, ebx
1:
  mov eax, [counter_base]
  lea ecx, [rax + rbx]
  xor eax, eax
  push rdx
  xor edx, edx
  wrmsr
  pop rdx
  mov ecx, [select_base]
  add ecx, ebx
  mov rax, [selects]
  mov eax, [rax + rbx * 4]
  or eax, edx
  or eax, 0x400000
  push rdx
  xor edx, edx
  wrmsr
  pop rdx
  inc ebx
  cmp ebx, 4
  jb 1b
  pop rbx
  ret
stop_counters:
  xor ebx, ebx
1:
  mov ecx, [select_base]
  add ecx, ebx
  xor eax, eax
  xor edx, edx
  wrmsr
  inc ebx
  cmp ebx, 4
  jb 1b
  ret
/* The counters' values into `counted`. */
read_counters:
  xor ebx, ebx
1:
  mov ecx, ebx
  rdpmc
  shl rdx, 32
  or rax, rdx
  mov [counted + rbx * 8], rax
  inc ebx
  cmp ebx, 4
  jb 1b
  ret

/* Unmaps the test pages. */
unmap:
  lea rdi, [pt_test]
  mov ecx, 512
  xor eax, eax
  rep stosq
  mov rax, cr3
  mov cr3, rax
  ret

/* A piece of ring 3: r15 is its row. */
run_user:
  call copy_pieces               /* the former piece may have overwritten them */
  call unmap
  mov rax, [r15 + 48]
  test rax, FLAG_WATCH
  jz 1f
  lea rcx, [watched]
  mov dr0, rcx
  mov ecx, 0xD0401              /* DR0: writes of 4 bytes */
  mov dr7, rcx
1:
  test rax, FLAG_TIMER
  jz 1f
  mov dword ptr [LAPIC + 0x320], 0x20020
  mov dword ptr [LAPIC + 0x380], 20000
1:
  mov edx, 0x10000
  call start_counters
  lea rax, [finished]
enter_user:                     /* the piece of row r15; its end goes to rax */
  mov [finish_target], rax
  mov [kernel_stack], rsp
  push USER_DATA
  push USER_STACK
  mov rax, [r15 + 48]
  and eax, FLAG_TIMER
  shl eax, 9
  or eax, 2
  push rax
  push USER_CODE
  push qword ptr [r15]
  iretq
finished:
  call read_counters
  call stop_counters
  mov dword ptr [LAPIC + 0x320], 0x10000
  sti                           /* a tick that waits */
  nop
  cli
  xor eax, eax
  mov dr7, rax
  jmp compare

/* A piece of ring 0, a function. What is counted without one is subtracted. */
run_kernel:
  call unmap
  mov edx, 0x20000
  call start_counters
  lea rax, [empty]
  call measure
  mov rbp, r8
  mov rax, [r15]
  call measure
  sub r8, rbp
  push r8
  call read_counters
  call stop_counters
  pop r8
  mov [counted], r8
  /* Instructions only. */
  mov rax, [r15 + 24]
  mov [counted + 8], rax
  mov rax, [r15 + 32]
  mov [counted + 16], rax
  mov rax, [r15 + 40]
  mov [counted + 24], rax
  jmp compare
measure:
  mov r9, rax
  xor ecx, ecx
  rdpmc
  shl rdx, 32
  lea r10, [rax + rdx]
  call r9
  xor ecx, ecx
  rdpmc
  shl rdx, 32
  lea r8, [rax + rdx]
  sub r8, r10
empty:
  ret

/* Compares `counted` with row r15, and prints. */
compare:
  lea rsi, [text_ok]
  xor ebx, ebx
1:
  mov rax, [counted + rbx * 8]
  cmp rax, [r15 + 16 + rbx * 8]
  je 2f
  lea rsi, [text_fail]
  mov byte ptr [has_failed], 1
2:
  inc ebx
  cmp ebx, 4
  jb 1b
  call print
  mov rsi, [r15 + 8]
  call print
  lea rsi, [text_colon]
  call print
  xor ebp, ebp
3:
  mov rax, [counted + rbp * 8]
  call print_number
  inc ebp
  cmp ebp, 4
  jb 3b
  lea rsi, [text_expected]
  call print
  xor ebp, ebp
4:
  mov rax, [r15 + 16 + rbp * 8]
  call print_number
  inc ebp
  cmp ebp, 4
  jb 4b
  call newline
  ret

main:
  xor eax, eax
  cpuid
  cmp ecx, 0x6C65746E           /* "ntel" */
  je 1f
  mov dword ptr [counter_base], 0xC0010004
  mov dword ptr [select_base], 0xC0010000
  mov qword ptr [selects], offset selects_amd
  jmp 2f
1:
  mov ecx, 0x38F                /* IA32_PERF_GLOBAL_CTRL */
  mov eax, 0xF
  xor edx, edx
  wrmsr
2:
  mov al, CMOS_BYTE
  out 0x70, al
  in al, 0x71
  cmp al, CMOS_MARK
  je after_reset
  lea r15, [user_rows]
1:
  cmp qword ptr [r15], 0
  je 2f
  call run_user
  add r15, 56
  jmp 1b
2:
  lea r15, [kernel_rows]
1:
  cmp qword ptr [r15], 0
  je 2f
  call run_kernel
  add r15, 56
  jmp 1b
2:
  call other_pieces
  cmp byte ptr [has_failed], 0
  jne done
  /* RESET, with counters that count. */
  mov edx, 0x30000
  call start_counters
  mov al, CMOS_BYTE
  out 0x70, al
  mov al, CMOS_MARK
  out 0x71, al
  mov al, 0xFE
  out 0x64, al
1:
  hlt
  jmp 1b

/* The PMU's registers are 0 again. */
after_reset:
  xor r8d, r8d
  xor ebp, ebp
1:
  mov ecx, [counter_base]
  add ecx, ebp
  rdmsr
  or r8d, eax
  mov ecx, [select_base]
  add ecx, ebp
  rdmsr
  or r8d, eax
  inc ebp
  cmp ebp, 4
  jb 1b
  lea rsi, [text_ok]
  test r8d, r8d
  jz 2f
  lea rsi, [text_fail]
  mov byte ptr [has_failed], 1
2:
  call print
  lea rsi, [text_reset]
  call print
done:
  lea rsi, [text_done]
  call print
  mov al, [has_failed]
  out 0xF4, al
1:
  hlt
  jmp 1b

/* entry, name, instructions, branches, conditional branches, returns, flags */
.macro row entry, instructions, branches, conditional, returns, flags=0, name
  .pushsection .rodata.names, "a"
1001:
  .ifnb \name
    .asciz "\name"
  .else
    .asciz "\entry"
  .endif
  .popsection
  .quad \entry, 1001b, \instructions, \branches, \conditional, \returns, \flags
.endm

.section .data
selects: .quad selects_intel
counter_base: .long 0xC1
select_base: .long 0x186
has_failed: .byte 0
.balign 8
counted: .quad 0, 0, 0, 0
.section .rodata
selects_intel: .long 0x00C0, 0x00C4, 0x01C4, 0x08C4
selects_amd: .long 0x00C0, 0x00C2, 0x00D1, 0x00C8
text_ok: .asciz "ok "
text_fail: .asciz "FAIL "
text_colon: .asciz ": "
text_expected: .asciz "of "
text_reset: .asciz "registers are clean after RESET\n"
text_done: .asciz "done\n"
.section .text
