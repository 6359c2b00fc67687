#include "clinux_process.h"

#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

bool clinux_cpuid_vendor(char vendor[12]) {
  unsigned int eax, ebx, ecx, edx;
  if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx)) return false;
  memcpy(vendor, &ebx, 4);
  memcpy(vendor + 4, &edx, 4);
  memcpy(vendor + 8, &ecx, 4);
  return true;
}
#else
bool clinux_cpuid_vendor(char vendor[12]) {
  (void)vendor;
  return false;
}
#endif
