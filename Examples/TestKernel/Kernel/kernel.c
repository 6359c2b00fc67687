/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A test kernel: checks how it was booted and what its PMU does, and tells on the serial line. Its result is the number
 * of checks that failed.
 *
 *     cc -m32 -O1 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none -mgeneral-regs-only -nostdlib \
 *        -static -Wl,-T,kernel.ld -Wl,--build-id=none -o kernel.elf start.S kernel.c
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

static inline void outb(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void outw(u16 port, u16 value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline u8 inb(u16 port) {
  u8 value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline void wrmsr(u32 msr, u64 value) { __asm__ volatile("wrmsr" : : "c"(msr), "A"(value) : "memory"); }
static inline u64 rdmsr(u32 msr) {
  u64 value;
  __asm__ volatile("rdmsr" : "=A"(value) : "c"(msr) : "memory");
  return value;
}
static inline u64 rdpmc(u32 index) {
  u64 value;
  __asm__ volatile("rdpmc" : "=A"(value) : "c"(index) : "memory");
  return value;
}

/* ---- The serial line ---- */

enum { SERIAL = 0x3f8, LINE_CONTROL = SERIAL + 3, LINE_STATUS = SERIAL + 5 };

static void set_up_serial(void) {
  outb(LINE_CONTROL, 0x80); /* the divisor's bytes are no text */
  outb(SERIAL, 1);
  outb(SERIAL + 1, 0);
  outb(LINE_CONTROL, 3);
}

static void put(const char *text) {
  for (; *text; text++) {
    while (!(inb(LINE_STATUS) & 0x20)) {
    }
    outb(SERIAL, (u8)*text);
  }
}

static void put_number(u32 number) {
  char text[11], *place = text + 10;
  *place = 0;
  do *--place = (char)('0' + number % 10);
  while (number /= 10);
  put(place);
}

static u32 failures;

static void check(const char *what, int holds) {
  put(holds ? "ok   " : "FAIL ");
  put(what);
  put("\n");
  if (!holds) failures++;
}

/* ---- What the loader tells ---- */

struct information {
  u32 flags, memory_lower, memory_upper, boot_device;
  const char *command_line;
  u32 module_count;
  const struct module *modules;
};
struct module {
  const char *begin, *end, *command_line;
  u32 reserved;
};

static void check_boot(u32 magic, const struct information *information) {
  check("EAX is multiboot's", magic == 0x2badb002);
  check("memory, command line and modules are given", (information->flags & 0xd) == 0xd);
  put("memory: ");
  put_number(information->memory_upper);
  put(" KB above 1 MB\ncommand line: ");
  put(information->command_line);
  put("\n");
  for (u32 index = 0; index < information->module_count; index++) {
    const struct module *module = &information->modules[index];
    put("module ");
    put(module->command_line);
    put(": ");
    for (const char *byte = module->begin; byte < module->end; byte++) outb(SERIAL, (u8)*byte);
    put("\n");
  }
  /* The last word that memory is said to have, and has. */
  volatile u32 *last = (volatile u32 *)((information->memory_upper + 1024) * 1024 - 4);
  *last = 0x12345678;
  check("memory is there to its end", *last == 0x12345678);
  outw(0x510, 0);
  check("there is a firmware configuration", inb(0x511) == 'Q' && inb(0x511) == 'E');
  outw(0x510, 5);
  check("there is one CPU", inb(0x511) == 1 && inb(0x511) == 0);
}

/* ---- Exceptions ---- */

volatile u32 faults, interrupts;
extern void general_protection(void), nmi(void);
static u64 gates[32];

static u64 gate(void (*entry)(void)) {
  u32 address = (u32)entry;
  return (address & 0xffff) | 8 << 16 | (u64)(0x8e00 | (address & 0xffff0000)) << 32;
}

static void set_up_exceptions(void) {
  gates[2] = gate(nmi);
  gates[13] = gate(general_protection);
  struct {
    u16 limit;
    u32 base;
  } __attribute__((packed)) where = {sizeof gates - 1, (u32)gates};
  __asm__ volatile("lidt %0" : : "m"(where));
}

/* ---- The PMU: counter 0, instructions in ring 0 ---- */

static u32 counter, event_select;
enum { INSTRUCTIONS = 0xc0, KERNEL = 1 << 17, INTERRUPT = 1 << 20, ENABLED = 1 << 22 };
enum { LOOP = 1000 };

void performance_monitoring_interrupt(void) {
  wrmsr(event_select, 0);
  interrupts++;
}

static void find_registers(void) {
  u32 leaf = 0, vendor;
  __asm__ volatile("cpuid" : "+a"(leaf), "=b"(vendor) : : "ecx", "edx");
  int is_intel = vendor == 0x756e6547; /* Genu */
  counter = is_intel ? 0xc1 : 0xc0010004;
  event_select = is_intel ? 0x186 : 0xc0010000;
}

static void loop(u32 rounds) { __asm__ volatile("1: decl %0; jnz 1b" : "+r"(rounds) : : "cc"); }

static void check_counting(void) {
  wrmsr(counter, 0);
  wrmsr(event_select, INSTRUCTIONS | KERNEL | ENABLED);
  loop(LOOP);
  wrmsr(event_select, 0);
  u32 count = (u32)rdmsr(counter);
  put("counted ");
  put_number(count);
  put(" instructions\n");
  check("the loop was counted", count >= 2 * LOOP);
  check("RDPMC reads what RDMSR reads", rdpmc(0) == rdmsr(counter));
  faults = 0;
  rdpmc(0x3f);
  check("RDPMC of a counter that is not there is a general protection fault", faults == 1);
}

static void check_interrupt(void) {
  volatile u32 *apic = (volatile u32 *)0xfee00000;
  apic[0xf0 / 4] = 0x1ff;
  apic[0x340 / 4] = 0x400;
  interrupts = 0;
  wrmsr(counter, (u64)-5000);
  wrmsr(event_select, INSTRUCTIONS | KERNEL | INTERRUPT | ENABLED);
  for (u32 round = 0; round < 1000 && interrupts == 0; round++) {
    loop(100);
    inb(LINE_STATUS); /* an exit */
  }
  loop(LOOP);
  check("an overflow is one interrupt", interrupts == 1);
  u32 past = (u32)rdmsr(counter);
  put("the interrupt was ");
  put_number(past);
  put(" instructions late\n");
}

u32 kernel(u32 magic, const struct information *information) {
  set_up_serial();
  set_up_exceptions();
  find_registers();
  check_boot(magic, information);
  check_counting();
  check_interrupt();
  return failures;
}
