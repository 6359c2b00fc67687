/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Pieces of ring 0. Their last instruction, RET, is subtracted. */
.section .text
kernel_loop:
  mov ecx, LOOPS
1:
  dec ecx
  jnz 1b
  ret

kernel_page_faults:
  mov rbx, TEST
  mov ecx, 10
1:
  mov [rbx], cl
  add rbx, 4096
  dec ecx
  jnz 1b
  ret

kernel_halt:
  mov dword ptr [LAPIC + 0x320], 0x20
  mov dword ptr [LAPIC + 0x380], 100000
  sti
  hlt
  cli
  ret

kernel_msrs:
  mov r12d, 100
1:
  mov ecx, 0xC0000080
  rdmsr
  wrmsr
  mov ecx, [counter_base]
  rdmsr
  add ecx, 1
  rdmsr
  dec r12d
  jnz 1b
  ret

kernel_ports:
  mov ecx, 100
1:
  out 0x80, al
  nop
  in al, 0x61
  dec ecx
  jnz 1b
  ret

/* Code that ring 3 has run too. */
shared_with_ring_3:
  mov ecx, 100
1:
  call just_return
  dec ecx
  jnz 1b
  ret

.section .rodata
.balign 8
kernel_rows:
  row kernel_loop, 2*LOOPS+1, 0, 0, 0
  row kernel_page_faults, 2+10*(4+PAGE_FAULT_INSTRUCTIONS), 0, 0, 0
  row kernel_halt, 5+TIMER_INSTRUCTIONS, 0, 0, 0
  row kernel_msrs, 1+9*100, 0, 0, 0
  row shared_with_ring_3, 1+4*100, 0, 0, 0
  row kernel_ports, 1+5*100, 0, 0, 0
  .quad 0
.section .text

/* ---- #GP ---- */

/* The instruction behind has caused one #GP(0) at \address, and RCX is as it was. */
.macro expect_protection name, address, rcx
  .pushsection .rodata.names, "a"
1002: .asciz "\name\n"
  .popsection
  lea rdi, [1002b]
  lea rdx, [\address]
  mov r8d, \rcx
  call check_protection
.endm
check_protection:
  lea rsi, [text_ok]
  cmp qword ptr [protections], 1
  jne 1f
  cmp qword ptr [protection_code], 0
  jne 1f
  cmp [protection_address], rdx
  jne 1f
  cmp [protection_rcx], r8
  je 2f
1:
  lea rsi, [text_fail]
  mov byte ptr [has_failed], 1
2:
  mov qword ptr [protections], 0
  call print
  mov rsi, rdi
  jmp print

protections_of_ring_3:
  mov ecx, 100
user_rdpmc:
  rdpmc
  int 0x80

other_pieces:
  mov ecx, 100
kernel_rdpmc:
  rdpmc
  expect_protection "rdpmc_of_a_bad_index_in_ring_0", kernel_rdpmc, 100
  lea r15, [protection_row]
  lea rax, [1f]
  jmp enter_user
1:
  expect_protection "rdpmc_of_a_bad_index_in_ring_3", user_rdpmc, 100
  cmp dword ptr [counter_base], 0xC1
  jne 2f
  mov ecx, 0x38E
  xor eax, eax
  xor edx, edx
kernel_wrmsr:
  wrmsr
  expect_protection "wrmsr_of_a_read_only_register", kernel_wrmsr, 0x38E
  mov ecx, 0x186
  mov eax, 1 << 21
kernel_select:
  wrmsr
  expect_protection "wrmsr_of_a_reserved_bit", kernel_select, 0x186
2:
  mov dword ptr [lvtpc], 0x400
  lea r15, [nmi_row]
  call run_pmis
  mov dword ptr [lvtpc], 0x30
  lea r15, [fixed_row]
  call run_pmis
  mov eax, 1
  cpuid
  test ecx, 1 << 21
  jz 3f
  mov ecx, 0x1B                 /* x2APIC mode */
  rdmsr
  or eax, 0xC00
  wrmsr
  mov byte ptr [is_x2apic], 1
  lea r15, [x2apic_fixed_row]
  call run_pmis
  mov dword ptr [lvtpc], 0x400
  lea r15, [x2apic_nmi_row]
  call run_pmis
3:
  ret

/* LVTPC becomes eax. */
set_lvtpc:
  cmp byte ptr [is_x2apic], 0
  jne 1f
  mov [LAPIC + 0x340], eax
  ret
1:
  mov ecx, 0x834
  xor edx, edx
  wrmsr
  ret

/* ---- PMIs ---- */

.set PERIOD, 1000
.set sampled, interrupted

/* Counter 0 again, a period before its overflow. */
preset:
  mov ecx, [counter_base]
  mov eax, -PERIOD
  mov edx, -1
  wrmsr
  ret

/* The row's piece, with a PMI each period: all of its instructions must be found in the handler's sums. */
run_pmis:
  mov qword ptr [pmis], 0
  mov qword ptr [late], 0
  mov qword ptr [latest], 0
  mov edx, 0x110000
  call start_counters
  call preset
  mov eax, [lvtpc]
  call set_lvtpc
  lea rax, [1f]
  jmp enter_user
1:
  call read_counters
  call stop_counters
  mov eax, 0x10000
  call set_lvtpc
  mov rax, [counted]
  shl rax, 16
  sar rax, 16
  add rax, PERIOD
  add rax, [late]
  imul rcx, [pmis], PERIOD
  add rax, rcx
  mov [counted], rax
  /* An overflow is found when the next block begins: the piece's has 3 instructions, others before it 3 more. */
  mov rax, [latest]
  cmp rax, 6
  ja 2f
  mov eax, 6
2:
  mov [counted + 24], rax
  jmp compare

on_nmi:
  push rax
  push rcx
  push rdx
  jmp 1f
on_fixed_pmi:
  push rax
  push rcx
  push rdx
  cmp byte ptr [is_x2apic], 0
  jne 2f
  mov dword ptr [LAPIC + 0xB0], 0
  jmp 1f
2:
  mov ecx, 0x80B
  xor eax, eax
  xor edx, edx
  wrmsr
1:
  xor ecx, ecx
  rdpmc
  inc qword ptr [pmis]
  add [late], rax
  cmp rax, [latest]
  jbe 2f
  mov [latest], rax
2:
  call preset
  cmp dword ptr [counter_base], 0xC1
  jne 3f
  mov ecx, 0x390
  mov eax, 1
  xor edx, edx
  wrmsr
3:
  call is_masked
  mov eax, [lvtpc]
  call set_lvtpc
  pop rdx
  pop rcx
  pop rax
  iretq

/* Intel's local APIC has masked LVTPC when it delivered the PMI, AMD's has not. */
is_masked:
  mov eax, [LAPIC + 0x340]
  cmp byte ptr [is_x2apic], 0
  je 1f
  mov ecx, 0x834
  rdmsr
1:
  shr eax, 16
  cmp dword ptr [counter_base], 0xC1
  sete dl
  cmp al, dl
  je 2f
  mov byte ptr [has_failed], 1
  lea rsi, [text_mask]
  call print
2:
  ret

.section .bss
is_x2apic: .skip 1
.balign 8
pmis: .skip 8
late: .skip 8
latest: .skip 8
lvtpc: .skip 8
.section .rodata
.balign 8
protection_row: .quad protections_of_ring_3, 0, 0, 0, 0, 0, 0
nmi_row:
  row sampled, 3*TICKED+2, TICKED+1, TICKED, 6, 0, "sampled by NMI"
fixed_row:
  row sampled, 3*TICKED+2, TICKED+1, TICKED, 6, FLAG_TIMER, "sampled by a fixed interrupt"
x2apic_fixed_row:
  row sampled, 3*TICKED+2, TICKED+1, TICKED, 6, FLAG_TIMER, "sampled by a fixed interrupt of x2APIC"
x2apic_nmi_row:
  row sampled, 3*TICKED+2, TICKED+1, TICKED, 6, 0, "sampled by NMI of x2APIC"
text_mask: .asciz "FAIL LVTPC is not as the APIC leaves it\n"
.section .text
