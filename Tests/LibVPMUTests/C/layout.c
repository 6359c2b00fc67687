/* Sizes and offsets that vpmu.h may never change: a program that was built with an older header goes on running. */
#include "vpmu.h"

#if defined(__cplusplus)
#define FROZEN(condition) static_assert(condition, #condition)
#else
#define FROZEN(condition) _Static_assert(condition, #condition)
#endif

#if defined(__cplusplus) || __STDC_VERSION__ >= 201112L
FROZEN(sizeof(vpmu_error) == 1024);
FROZEN(sizeof(vpmu_search_options) == 32);
FROZEN(sizeof(vpmu_model_info) == 72);
FROZEN(sizeof(vpmu_preset_info) == 24);
FROZEN(sizeof(vpmu_event_info) == 32);
FROZEN(sizeof(vpmu_limits) == 20);
FROZEN(sizeof(vpmu_reported_event) == 24);
FROZEN(sizeof(vpmu_reported_options) == 40);
FROZEN(sizeof(vpmu_perf_options) == 32);
FROZEN(sizeof(vpmu_event_request) == 40);
FROZEN(sizeof(vpmu_host_callbacks) == 96);
FROZEN(offsetof(vpmu_host_callbacks, create) == 24);
FROZEN(sizeof(vpmu_cpuid_entry) == 24);
FROZEN(sizeof(vpmu_machine_options) == 80);
FROZEN(sizeof(vpmu_machine_info) == 64);
FROZEN(sizeof(vpmu_msr_range) == 8);
FROZEN(sizeof(vpmu_filter) == 32);
FROZEN(sizeof(vpmu_counter_info) == 256);
FROZEN(sizeof(vpmu_statistics) == 328);
FROZEN(offsetof(vpmu_statistics, pmis) == 304);
FROZEN(sizeof(vpmu_msr) == 16);
FROZEN(VPMU_REASON_COUNT <= 32);
#endif

/* Both headers in one file. */
#include "vpmu_plugin.h"
