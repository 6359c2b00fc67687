/*
 * The CPUID instruction: what this processor says of itself.
 */
#ifndef CLINUX_CPUID_H
#define CLINUX_CPUID_H

#include <stdint.h>

typedef struct clinux_cpuid_result {
  uint32_t eax, ebx, ecx, edx;
} clinux_cpuid_result;

/* CPUID with this leaf and subleaf in EAX and ECX. */
static inline clinux_cpuid_result clinux_cpuid(uint32_t leaf, uint32_t subleaf) {
  clinux_cpuid_result r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

#endif
