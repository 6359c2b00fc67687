/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
.set BASE, 0x100000
.set TEST, 0x40000000          /* pages that are mapped when they are first touched … */
.set TEST_PHYSICAL, 0x800000   /* … to these, in order */
.set STACK_TOP, 0x700000
.set USER_STACK, 0x780000
.set LAPIC, TEST + 0x200000     /* its page, in this address space */
.set KERNEL_CODE, 0x08
.set USER_DATA, 0x1B
.set USER_CODE, 0x23

.section .text
.code32
image:
.balign 8
header:
  .long 0x1BADB002, 0x00010000, -(0x1BADB002 + 0x00010000)
  .long header, image, _edata, _end, start
start:
  mov esp, STACK_TOP
  cld
  mov edi, offset tables
  mov ecx, (tables_end - tables) / 4
  xor eax, eax
  rep stosd
  mov dword ptr [pml4], offset pdpt + 7
  mov dword ptr [pdpt], offset pd_low + 7
  mov dword ptr [pdpt + 8], offset pd_test + 7
  mov dword ptr [pd_test], offset pt_test + 7
  mov dword ptr [pd_test + 8], 0xFEE00087
  mov edi, offset pd_low
  mov eax, 0x87
  call fill
  mov eax, offset pml4
  mov cr3, eax
  mov eax, cr4
  or eax, 0x720                /* PAE, PCE, OSFXSR, OSXMMEXCPT */
  mov cr4, eax
  mov ecx, 0xC0000080
  rdmsr
  or eax, 0x901                /* NXE, LME, SCE */
  wrmsr
  mov eax, cr0
  or eax, 0x80010000           /* PG, WP */
  mov cr0, eax
  lgdt [gdt_pointer]
  ljmp KERNEL_CODE, offset long_mode
/* A page directory of 2 MB pages, from eax. */
fill:
  mov ecx, 512
1:
  mov [edi], eax
  add eax, 0x200000
  add edi, 8
  dec ecx
  jnz 1b
  ret

.code64
long_mode:
  mov eax, 0x10
  mov ds, eax
  mov es, eax
  mov ss, eax
  mov rsp, STACK_TOP
  /* IDT: an entry for each vector, and those with handlers */
  mov ecx, 0
1:
  lea rdx, [rip + unexpected]
  call set_gate
  inc ecx
  cmp ecx, 256
  jb 1b
.macro gate vector, handler
  mov ecx, \vector
  lea rdx, [rip + \handler]
  call set_gate
.endm
  gate 0, on_divide
  gate 1, on_debug
  gate 2, on_nmi
  gate 3, on_breakpoint
  gate 6, on_undefined
  gate 13, on_protection
  gate 14, on_page_fault
  gate 0x20, on_timer
  gate 0x30, on_fixed_pmi
  gate 0x80, on_finish
  gate 0x81, on_nothing
  lidt [idt_pointer]
  /* TSS */
  lea rax, [rip + tss]
  mov word ptr [gdt_tss + 2], ax
  shr rax, 16
  mov byte ptr [gdt_tss + 4], al
  mov byte ptr [gdt_tss + 7], ah
  mov qword ptr [tss + 4], STACK_TOP - 0x8000
  mov ax, 0x28
  ltr ax
  /* SYSCALL */
  mov ecx, 0xC0000081
  xor eax, eax
  mov edx, 0x00100008
  wrmsr
  inc ecx
  lea eax, [on_syscall]
  xor edx, edx
  wrmsr
  mov ecx, 0xC0000084
  mov eax, 0x200
  xor edx, edx
  wrmsr
  mov al, 0xFF                  /* no interrupts of the PICs */
  out 0x21, al
  out 0xA1, al
  mov dword ptr [LAPIC + 0xF0], 0x1FF
  mov dword ptr [LAPIC + 0x3E0], 0
  mov dword ptr [LAPIC + 0x80], 0
  jmp main

/* Vector ecx is handled at rdx. Ring 3 may use it by INT. */
set_gate:
  mov eax, ecx
  shl eax, 4
  lea rax, [rax + idt]
  mov [rax], dx
  mov word ptr [rax + 2], KERNEL_CODE
  mov word ptr [rax + 4], 0xEE00
  shr rdx, 16
  mov [rax + 6], dx
  shr rdx, 16
  mov [rax + 8], edx
  ret

/* ---- Handlers. Those that count in ring 0 say how many instructions they retire. ---- */

unexpected:
  lea rsi, [text_unexpected]
  call print
  mov rax, [rsp]
  call print_number
  mov rax, [rsp + 8]
  call print_number
  mov al, 3
  out 0xF4, al
  hlt
on_divide:                      /* skips DIV ecx */
  add qword ptr [rsp], 2
  iretq
on_undefined:                   /* skips UD2 */
  add qword ptr [rsp], 2
  iretq
on_debug:
  push rax
  xor eax, eax
  mov dr6, rax
  pop rax
  iretq
on_breakpoint:
  iretq
on_nothing:
  iretq
on_protection:                  /* skips RDMSR, WRMSR and RDPMC, and keeps what was seen */
  push rax
  mov rax, [rsp + 8]
  mov [protection_code], rax
  mov rax, [rsp + 16]
  mov [protection_address], rax
  mov [protection_rcx], rcx
  inc qword ptr [protections]
  add qword ptr [rsp + 16], 2
  pop rax
  add rsp, 8
  iretq
.set PAGE_FAULT_INSTRUCTIONS, 20
on_page_fault:                  /* maps the page */
  push rax
  push rbx
  mov rax, cr2
  mov rbx, rax
  shr rbx, 30
  cmp rbx, TEST >> 30
  jne 9f
  mov rbx, rax
  sub rbx, TEST
  shr rbx, 12
  mov rax, rbx
  cmp rax, 31                   /* page 31 is page 30 again */
  jne 1f
  mov eax, 30
1:
  shl rax, 12
  add rax, TEST_PHYSICAL + 7
  mov [rbx * 8 + pt_test], rax
  pop rbx
  pop rax
  add rsp, 8
  iretq
9:
  pop rbx
  pop rax
  add rsp, 8
  jmp unexpected
.set TIMER_INSTRUCTIONS, 3
on_timer:
  inc qword ptr [ticks]
  mov dword ptr [LAPIC + 0xB0], 0
  iretq
on_syscall:
  sysretq
on_finish:                      /* ring 3 is done: back to ring 0 */
  mov rsp, [kernel_stack]
  jmp [finish_target]

/* ---- Output ---- */

print:                          /* the text at rsi */
  lodsb
  test al, al
  jz 1f
  out 0xE9, al
  jmp print
1:
  ret
print_number:                   /* rax, and a space */
  mov rbx, 10
  xor ecx, ecx
1:
  xor edx, edx
  div rbx
  push rdx
  inc ecx
  test rax, rax
  jnz 1b
2:
  pop rax
  add al, '0'
  out 0xE9, al
  dec ecx
  jnz 2b
  mov al, ' '
  out 0xE9, al
  ret
newline:
  mov al, 10
  out 0xE9, al
  ret

text_unexpected: .asciz "FAIL unexpected exception, stack: "
.balign 8
gdt:
  .quad 0, 0x00209A0000000000, 0x0000920000000000, 0x0000F20000000000, 0x0020FA0000000000
gdt_tss:
  .quad 0x0000890000000067, 0
gdt_pointer:
  .word gdt_pointer - gdt - 1
  .quad gdt
idt_pointer:
  .word 4095
  .quad idt

.section .bss
.balign 4096
tables:
pml4: .skip 4096
pdpt: .skip 4096
pd_low: .skip 4096
pd_test: .skip 4096
pt_test: .skip 4096
tables_end:
idt: .skip 4096
tss: .skip 128
kernel_stack: .skip 8
finish_target: .skip 8
ticks: .skip 8
protections: .skip 8
protection_code: .skip 8
protection_address: .skip 8
protection_rcx: .skip 8
.section .text
