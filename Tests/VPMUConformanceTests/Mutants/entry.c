/* The identity and the entry. MUTANT_VPMU_ABI_001 is an object file, no shared library. */

#if defined(MUTANT_VPMU_ABI_002)
#elif defined(MUTANT_VPMU_ABI_002_B)
__attribute__((used, section("vpmu_abi"))) static const vpmu_abi_identity other = {
    VPMU_ABI_MAGIC, VPMU_ABI_MAJOR + 1, 0};
#else
VPMU_DECLARE_IDENTITY;
#endif

#ifdef MUTANT_VPMU_ABI_003
void vpmu_undefined_function(void);
__attribute__((used)) static void (*const undefined)(void) = vpmu_undefined_function;
#endif

#ifdef MUTANT_VPMU_ABI_003_CRASHES
__attribute__((constructor)) static void crash(void) { __builtin_trap(); }
#endif

#ifdef MUTANT_VPMU_ABI_005_SLEEPS_HANGS
#include <unistd.h>
#endif

#ifdef MUTANT_VPMU_ABI_010
#include <stdio.h>
#define SIDE_EFFECT printf("loaded\n")
#endif

#ifdef MUTANT_VPMU_ABI_010_B
#include <fcntl.h>
#define SIDE_EFFECT open("/dev/null", O_RDONLY)
#endif

#ifdef MUTANT_VPMU_ABI_010_C
#include <pthread.h>
#include <unistd.h>
static void *sleep_forever(void *unused) { return pause(), unused; }
#define SIDE_EFFECT pthread_create(&(pthread_t){0}, NULL, sleep_forever, NULL)
#endif

#ifdef MUTANT_VPMU_ABI_010_D
#include <unistd.h>
#define SIDE_EFFECT (fork() == 0 ? (pause(), _exit(0)) : (void)0)
#endif

#ifdef MUTANT_VPMU_ABI_018
__attribute__((visibility("default"))) int a_public_symbol(void) { return 1; }
#endif

#ifdef MUTANT_VPMU_ABI_019
#include <unistd.h>
__attribute__((constructor)) static void take_time(void) { usleep(150000); }
#endif

#ifndef SIDE_EFFECT
#define SIDE_EFFECT (void)0
#endif

#ifdef MUTANT_VPMU_ABI_004
#define ENTRY vpmu_plugin_entry_v2
__attribute__((visibility("default"))) const vpmu_plugin_info *ENTRY(const vpmu_services *services);
#else
#define ENTRY vpmu_plugin_entry_v1
#endif

const vpmu_plugin_info *ENTRY(const vpmu_services *services) {
  (void)services;
  SIDE_EFFECT;
#ifdef MUTANT_VPMU_ABI_005
  services->report("org.vpmu.test.mutant", "refused");
  return NULL;
#endif
#ifdef MUTANT_VPMU_ABI_005_HANGS
  for (;;) __asm__ volatile("pause");
#endif
#ifdef MUTANT_VPMU_ABI_005_SLEEPS_HANGS
  for (;;) pause();
#endif
#ifdef MUTANT_VPMU_ABI_009
  static vpmu_plugin_info another[2];
  static int calls;
  vpmu_plugin_info *chosen = &another[calls++ & 1];
  *chosen = info;
  return chosen;
#endif
#ifdef MUTANT_VPMU_ABI_009_B
  version[2]++;
#endif
#ifdef MUTANT_VPMU_ABI_011
  if (services->struct_size != sizeof *services) return NULL;
#endif
  return &info;
}
