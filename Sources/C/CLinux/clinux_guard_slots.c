/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_guard_slots.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The functions that were called before: this file's own calls must not come back to it. */
static struct {
  void *(*malloc)(size_t);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  void *(*reallocarray)(void *, size_t, size_t);
  void *(*memalign)(size_t, size_t);
  void *(*aligned_alloc)(size_t, size_t);
  int (*posix_memalign)(void **, size_t, size_t);
  void *(*valloc)(size_t);
} allocator;

static void *guarded_malloc(size_t size) {
  clinux_guard_allocation("malloc", size);
  return allocator.malloc(size);
}

static void *guarded_calloc(size_t count, size_t size) {
  clinux_guard_allocation("calloc", count * size);
  return allocator.calloc(count, size);
}

static void *guarded_realloc(void *memory, size_t size) {
  clinux_guard_allocation("realloc", size);
  return allocator.realloc(memory, size);
}

static void *guarded_reallocarray(void *memory, size_t count, size_t size) {
  clinux_guard_allocation("reallocarray", count * size);
  return allocator.reallocarray(memory, count, size);
}

static void *guarded_memalign(size_t alignment, size_t size) {
  clinux_guard_allocation("memalign", size);
  return allocator.memalign(alignment, size);
}

static void *guarded_aligned_alloc(size_t alignment, size_t size) {
  clinux_guard_allocation("aligned_alloc", size);
  return allocator.aligned_alloc(alignment, size);
}

static int guarded_posix_memalign(void **memory, size_t alignment, size_t size) {
  clinux_guard_allocation("posix_memalign", size);
  return allocator.posix_memalign(memory, alignment, size);
}

static void *guarded_valloc(size_t size) {
  clinux_guard_allocation("valloc", size);
  return allocator.valloc(size);
}

static const struct {
  const char *name;
  void *guarded;
  void *earlier; /* where the function that was called before is kept */
} functions[] = {
    {"malloc", (void *)guarded_malloc, &allocator.malloc},
    {"calloc", (void *)guarded_calloc, &allocator.calloc},
    {"realloc", (void *)guarded_realloc, &allocator.realloc},
    {"reallocarray", (void *)guarded_reallocarray, &allocator.reallocarray},
    {"memalign", (void *)guarded_memalign, &allocator.memalign},
    {"aligned_alloc", (void *)guarded_aligned_alloc, &allocator.aligned_alloc},
    {"posix_memalign", (void *)guarded_posix_memalign, &allocator.posix_memalign},
    {"valloc", (void *)guarded_valloc, &allocator.valloc},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

/* One loaded library: its dynamic section, and the pages that were made read-only after relocation. */
typedef struct library {
  uintptr_t base, relro_start, relro_end;
  const ElfW(Sym) *symbols;
  const char *names;
} library;

static void set(const library *library, uintptr_t slot, void *function) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)(slot & ~(page - 1));
  bool is_read_only = slot >= library->relro_start && slot < library->relro_end;
  if (is_read_only && mprotect(start, page, PROT_READ | PROT_WRITE) < 0) return;
  memcpy((void *)slot, &function, sizeof function);
  if (is_read_only) mprotect(start, page, PROT_READ);
}

static void take(const library *library, const ElfW(Rela) *relocations, size_t bytes) {
  if (!relocations || !library->symbols || !library->names) return;
  for (size_t i = 0; i < bytes / sizeof *relocations; i++) {
    const ElfW(Rela) *relocation = &relocations[i];
    uint32_t type = ELF64_R_TYPE(relocation->r_info);
    bool is_slot = type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT;
    if (!is_slot && !(type == R_X86_64_64 && relocation->r_addend == 0)) continue;
    const char *name = library->names + library->symbols[ELF64_R_SYM(relocation->r_info)].st_name;
    for (int n = 0; n < FUNCTIONS; n++)
      if (strcmp(name, functions[n].name) == 0)
        set(library, library->base + relocation->r_offset, functions[n].guarded);
  }
}

/* The C library has made most addresses of a dynamic section absolute, but not those of the kernel's vDSO. */
static uintptr_t address(const library *library, ElfW(Addr) value) {
  return value < library->base ? library->base + value : value;
}

static int take_library(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  library library = {.base = info->dlpi_addr};
  const ElfW(Dyn) *dynamic = NULL;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_DYNAMIC) dynamic = (const ElfW(Dyn) *)start;
    if (header->p_type != PT_GNU_RELRO) continue;
    library.relro_start = start & ~(page - 1);
    library.relro_end = (start + header->p_memsz) & ~(page - 1);
  }
  const ElfW(Rela) *plt = NULL, *data = NULL;
  size_t plt_bytes = 0, data_bytes = 0;
  for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
    switch (dynamic->d_tag) {
    case DT_SYMTAB: library.symbols = (const ElfW(Sym) *)address(&library, dynamic->d_un.d_ptr); break;
    case DT_STRTAB: library.names = (const char *)address(&library, dynamic->d_un.d_ptr); break;
    case DT_JMPREL: plt = (const ElfW(Rela) *)address(&library, dynamic->d_un.d_ptr); break;
    case DT_PLTRELSZ: plt_bytes = dynamic->d_un.d_val; break;
    case DT_RELA: data = (const ElfW(Rela) *)address(&library, dynamic->d_un.d_ptr); break;
    case DT_RELASZ: data_bytes = dynamic->d_un.d_val; break;
    default: break;
    }
  }
  take(&library, plt, plt_bytes);
  take(&library, data, data_bytes);
  return 0;
}

void clinux_guard_take_slots(void) {
  for (int n = 0; n < FUNCTIONS; n++) {
    void *function = dlsym(RTLD_DEFAULT, functions[n].name);
    memcpy(functions[n].earlier, &function, sizeof function);
  }
  dl_iterate_phdr(take_library, NULL);
}
