/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The CPUID instruction: what this processor says of itself.
 */
#ifndef CLINUX_CPUID_H
#define CLINUX_CPUID_H

#include <stdint.h>
#include <string.h>

typedef struct clinux_cpuid_result {
  uint32_t eax, ebx, ecx, edx;
} clinux_cpuid_result;

/* CPUID with this leaf and subleaf in EAX and ECX. */
static inline clinux_cpuid_result clinux_cpuid(uint32_t leaf, uint32_t subleaf) {
  clinux_cpuid_result r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

/* The vendor string of leaf 0. No 0 ends it. */
typedef struct clinux_cpu_vendor_string {
  char text[12];
} clinux_cpu_vendor_string;

static inline clinux_cpu_vendor_string clinux_cpu_vendor(void) {
  clinux_cpuid_result leaf = clinux_cpuid(0, 0);
  clinux_cpu_vendor_string vendor;
  memcpy(vendor.text, &leaf.ebx, 4);
  memcpy(vendor.text + 4, &leaf.edx, 4);
  memcpy(vendor.text + 8, &leaf.ecx, 4);
  return vendor;
}

#endif
