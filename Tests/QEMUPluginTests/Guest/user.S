/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Pieces of ring 3. Each ends with INT 80H, which is an instruction and a branch of it. What faults is executed again and
 * counts once; UD2 and a division by zero, which are skipped, don't count.
 */
.section .text

nothing:
  int 0x80

.set LOOPS, 200000
loop_of_two:
  mov ecx, LOOPS
1:
  dec ecx
  jnz 1b
  int 0x80

.set PAGES, 50
page_faults:
  mov rbx, TEST
  mov ecx, PAGES
1:
  nop
  mov [rbx], rcx
  nop
  nop
  mov eax, [rbx + 2048]
  add rbx, 4096
  dec ecx
  jnz 1b
  int 0x80

/* Two faults in one instruction: a store that crosses into a second page. */
split_faults:
  mov rbx, TEST + 4092
  mov ecx, 20
1:
  nop
  mov [rbx], rcx
  add rbx, 8192
  dec ecx
  jnz 1b
  int 0x80

repeated:
  mov rdi, TEST + 0x100
  mov ecx, 20000                /* faults in between */
  xor eax, eax
  rep stosb
  xor ecx, ecx                  /* none */
  rep stosb
  mov rdi, TEST
  mov ecx, 300
  mov al, 1
  repne scasb
  mov rsi, TEST
  mov rdi, TEST + 4096
  mov ecx, 2000
  repe cmpsb
  mov rsi, TEST
  mov rdi, TEST + 0x40000       /* destination pages are not there */
  mov ecx, 2500
  rep movsq
  nop
  int 0x80

repeated_often:
  mov ebx, 1000
  mov rsi, TEST
1:
  mov rdi, TEST + 64
  mov ecx, 16
  rep movsb
  dec ebx
  jnz 1b
  int 0x80

.set CALLS, 5000
calls:
  mov ecx, CALLS
  lea rax, [just_return]
  lea rdx, [pointer]
1:
  call just_return
  call rax
  call [rdx]
  test cl, 1
  jz 2f
  nop
2:
  lea r8, [3f]
  jmp r8
3:
  push rcx
  xor ecx, ecx
  jrcxz 4f
  ud2
4:
  pop rcx
  loop 1b
  int 0x80
just_return:
  ret
.balign 8
pointer: .quad just_return

.set EXCEPTIONS, 300
exceptions:
  mov r12d, EXCEPTIONS
1:
  nop
  ud2
  nop
  xor ecx, ecx
  xor edx, edx
  mov eax, 1
  div ecx
  nop
  int3
  nop
  int 0x81
  dec r12d
  jnz 1b
  int 0x80

.set CHANGES, 300
/* Code that changes what follows it in its own block. */
self_modifying:
  mov ecx, CHANGES
1:
  nop
  mov [2f + 1], cl
  nop
2:
  mov al, 0
  nop
  dec ecx
  jnz 1b
  int 0x80

/* The same, by the last instruction of a page, so of its block: 14 bytes before its end. */
.balign 4096
.skip 4096 - 14
self_modifying_last:
  mov ecx, CHANGES
1:
  mov al, 0
  nop
  mov [rip + 1b + 1], cl
  dec ecx
  jnz 1b
  int 0x80

device_accesses:
  mov r12d, 300
  mov rbx, LAPIC
1:
  nop
  mov eax, [rbx + 0x20]
  nop
  mov dword ptr [rbx + 0x80], 0
  nop
  mov rsi, rbx
  mov rdi, TEST
  mov ecx, 4
  rep movsd
  push [rbx + 0x20]
  pop rax
  dec r12d
  jnz 1b
  int 0x80

.set CPUIDS, 200
cpuids:
  mov r12d, CPUIDS
1:
  nop
  xor eax, eax
  cpuid
  nop
  rdtsc
  pause
  nop
  dec r12d
  jnz 1b
  int 0x80

long_block:
  .rept 1500
  nop
  .endr
  int 0x80

.set SYSCALLS, 500
syscalls:
  mov r12d, SYSCALLS
1:
  nop
  syscall
  dec r12d
  jnz 1b
  int 0x80

/* Code in pages that are not there yet, with an instruction that begins in one and ends in the next. */
.set CROSSING, TEST + 10 * 4096 - 12
absent_code:
  mov rax, CROSSING
  call rax
  mov rax, CROSSING
  call rax
  int 0x80
crossing:                       /* 4 bytes, then 10 */
  nop
  nop
  nop
  nop
  movabs rdx, 0x1122334455667788
  nop
  ret
crossing_end:

/* An indirect jump to a page that is not there, at the jump's own offset in a page. */
.balign 4096
.skip 0x123
same_offset_jump:
  jmp rax
same_offset:
  mov rax, TEST + 20 * 4096 + 0x123
  call same_offset_jump
  lea r8, [TEST + 22 * 4096 + 8]
  jmp [r8]                      /* its target is in a page that is not there */
same_offset_back:
  int 0x80

/* Stacks that are not there. */
absent_stack:
  mov rbx, rsp
  mov rsp, TEST + 40 * 4096
  nop
  call just_return
  mov rsp, TEST + 42 * 4096
  push rax
  mov rsp, rbx
  int 0x80

/* The same code at two addresses: the second run uses the first's translation. */
aliases:
  mov rax, TEST + 30 * 4096
  mov rbx, TEST + 100 * 4096
  call rax
  mov rax, TEST + 31 * 4096
  mov rbx, TEST + 200 * 4096
  call rax
  int 0x80
alias:
  mov ecx, 20
1:
  nop
  mov [rbx], rcx
  nop
  add rbx, 4096
  dec ecx
  jnz 1b
  mov rdi, rbx
  mov ecx, 9000
  rep stosb
  nop
  ret
alias_end:

/* Locked, across 16 bytes: the emulator stops the other vCPUs for it. */
.set LOCKS, 200
locked:
  mov r12d, LOCKS
  mov rbx, TEST + 64
1:
  nop
  lock add qword ptr [rbx + 61], 1
  nop
  lock cmpxchg16b [rbx]
  nop
  dec r12d
  jnz 1b
  int 0x80

watchpoints:
  mov ecx, 50
1:
  nop
  mov [watched], ecx
  nop
  dec ecx
  jnz 1b
  int 0x80

single_steps:
  mov ecx, 10
  mov rdi, TEST
  pushfq
  or dword ptr [rsp], 0x100
  popfq
1:
  nop
  dec ecx
  jnz 1b
  mov ecx, 7
  rep stosb
  nop
  pushfq
  and dword ptr [rsp], ~0x100
  popfq
  nop
  int 0x80

.set TICKED, 1000000
interrupted:
  mov ecx, TICKED
1:
  add rax, rcx
  dec ecx
  jnz 1b
  int 0x80

reads_itself:
  mov ecx, 0
  rdpmc
  mov ebx, eax
  nop
  nop
  rdpmc
  sub eax, ebx
  cmp eax, 4                    /* RDPMC, MOV, NOP, NOP */
  je 1f
  nop
1:
  int 0x80

/* To the pages where they run. */
copy_pieces:
  lea rsi, [crossing]
  mov rdi, TEST_PHYSICAL + CROSSING - TEST
  mov ecx, crossing_end - crossing
  rep movsb
  mov byte ptr [TEST_PHYSICAL + 20 * 4096 + 0x123], 0xC3
  mov qword ptr [TEST_PHYSICAL + 22 * 4096 + 8], offset same_offset_back
  lea rsi, [alias]
  mov rdi, TEST_PHYSICAL + 30 * 4096
  mov ecx, alias_end - alias
  rep movsb
  ret

.section .data
.balign 8
watched: .quad 0
.section .rodata
.balign 8
user_rows:
  row nothing, 1, 1, 0, 0
  row loop_of_two, 2*LOOPS+2, LOOPS+1, LOOPS, 0
  row page_faults, 8*PAGES+3, PAGES+1, PAGES, 0
  row split_faults, 5*20+3, 20+1, 20, 0
  row repeated, 20, 1, 0, 0
  row repeated_often, 5*1000+3, 1001, 1000, 0
  /* 1 in 2 rounds has one NOP more */
  row calls, 15*CALLS+CALLS/2+4, 10*CALLS+1, 3*CALLS, 3*CALLS
  row exceptions, 11*EXCEPTIONS+2, 3*EXCEPTIONS+1, EXCEPTIONS, 0
  row self_modifying, 7*CHANGES+2, CHANGES+1, CHANGES, 0
  row self_modifying_last, 5*CHANGES+2, CHANGES+1, CHANGES, 0
  row device_accesses, 13*300+3, 301, 300, 0
  row cpuids, 9*CPUIDS+2, CPUIDS+1, CPUIDS, 0
  row long_block, 1501, 1, 0, 0
  row syscalls, 4*SYSCALLS+2, 2*SYSCALLS+1, SYSCALLS, 0
  row absent_code, 5+2*7, 5, 0, 2
  row same_offset, 7, 5, 0, 1
  row absent_stack, 9, 3, 0, 1
  row aliases, 7+2*(1+20*6+5), 3+2*21, 40, 2
  row locked, 7*LOCKS+3, LOCKS+1, LOCKS, 0
  row watchpoints, 5*50+2, 51, 50, 0, FLAG_WATCH
  row single_steps, 5+3*10+8, 11, 10, 0
  row interrupted, 3*TICKED+2, TICKED+1, TICKED, 0, FLAG_TIMER
  row reads_itself, 10, 2, 1, 0
  .quad 0
.section .text
