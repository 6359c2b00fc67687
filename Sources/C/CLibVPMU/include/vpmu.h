/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * vpmu.h: a virtual PMU for x86 guests, for VMMs and emulators in any language.
 *
 * OBJECTS
 *   vpmu_catalogue  the PMU models that were found: plugins, each with its presets
 *   vpmu_machine    the PMU of one virtual machine: a model, the guest's CPUID, a policy, a kind of host, a filter
 *   vpmu_cpu        the PMU of one vCPU of it
 * A preset is one CPU of a model, by a name: "intel-v2", "amd-v2". An object is made by a function that ends in _new
 * and released by the one that ends in _free, which accepts NULL. A machine keeps what it needs of its catalogue, and a
 * vCPU what it needs of its machine: they may be freed in any order.
 *
 * WHERE COUNTS COME FROM (vpmu_host_kind)
 *   perf events  the guest's code runs on the vCPU's thread (KVM): the kernel counts it by perf_event_open(2)
 *   reported     an emulator knows what it executed: it reports counts, and asks how far the next overflow is
 *   callbacks    the embedder has counters of another kind: a table of functions
 *
 * LIFE OF A VCPU
 *     vpmu_catalogue_new, vpmu_machine_new     once
 *     vpmu_cpu_new                             on the thread of the vCPU
 *     WRMSR, RDMSR, RDPMC                      vpmu_wrmsr, vpmu_rdmsr, vpmu_rdpmc
 *     each time right before the guest runs    vpmu_enter: changes take effect; is a PMI due?
 *     a new time slice of the vCPU             vpmu_scheduled_in: host events that are not used are released
 *     emulated instructions (KVM)              vpmu_emulated
 *     executed instructions (an emulator)      vpmu_count
 *
 * RESULTS
 *   A function that returns int32_t returns 0 or more for success, and a negative vpmu_error_code for an error. Where
 *   it takes a vpmu_error, an error's text is stored there: the cause, and what to do. The pointer may be NULL.
 *   vpmu_error_text() says the same in general for a code alone. Wrong arguments, a NULL object and a call from
 *   another thread are errors. No call ends the process, prints, or unwinds. An object that was freed must not be
 *   used.
 *
 * THREADS
 *   A vCPU belongs to the thread that made it, or that called vpmu_bind() last; a call on another thread is
 *   VPMU_ERROR_WRONG_THREAD and changes nothing. Different vCPUs may be called at the same time, those of one machine
 *   too. Functions of catalogues and machines, and those that say so, may be called on any thread at any time. No lock
 *   is held while a callback of the embedder runs. vpmu_wrmsr, vpmu_rdmsr and vpmu_rdpmc do not allocate, lock or log.
 *
 * SIGNALS
 *   The library installs a signal handler only if vpmu_perf_options.signal asks for one.
 *
 * GROWING
 *   A struct that is handed over begins with struct_size, which the caller sets to sizeof; VPMU_INIT does. Fields are
 *   only appended: the library reads and writes as many bytes as the caller's struct has, and takes the rest as zero.
 *   Zero is the default of each field. Symbols have the version VPMU_1.0.
 *
 * Strings are UTF-8. Strings that the library returns live as long as the process, unless another life is stated.
 *
 * AN EMULATOR
 *
 *     vpmu_error error;
 *     vpmu_catalogue *models;
 *     vpmu_machine *machine;
 *     vpmu_cpu *cpu;
 *     vpmu_machine_options options = VPMU_INIT(vpmu_machine_options);
 *     options.preset = "intel-v2";
 *     options.host = VPMU_HOST_REPORTED;
 *     if (vpmu_catalogue_new(NULL, &models, &error) || vpmu_machine_new(models, &options, &machine, &error) ||
 *         vpmu_cpu_new(machine, NULL, &cpu, &error))
 *       die(error.text);
 *     vpmu_wrmsr(cpu, 0x186, 0x5300C0, 0);                  // IA32_PERFEVTSEL0: instructions, rings 0 and 3, interrupt
 *     for (;;) {
 *       if (vpmu_enter(cpu) == VPMU_ENTER_PMI) inject();    // as LVTPC says
 *       uint64_t n = run_at_most(vpmu_next_overflow(cpu, 0xC0, 3));
 *       vpmu_count(cpu, 0xC0, 3, n);                        // n instructions in ring 3
 *     }
 */
#ifndef VPMU_H
#define VPMU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VPMU_API __attribute__((visibility("default")))
#else
#define VPMU_API
#endif

#define VPMU_LIBRARY_MAJOR 1
#define VPMU_LIBRARY_MINOR 0

/* The initial value of an options or info struct: all zero, its size set. */
#ifdef __cplusplus
#define VPMU_INIT(type) vpmu_initial<type>()
extern "C++" {
template <class T>
inline T vpmu_initial() {
  T value = T();
  value.struct_size = sizeof(T);
  return value;
}
}
#else
#define VPMU_INIT(type) ((type){.struct_size = sizeof(type)})
#endif

typedef struct vpmu_catalogue vpmu_catalogue;
typedef struct vpmu_machine vpmu_machine;
typedef struct vpmu_cpu vpmu_cpu;

/* ---- Errors --------------------------------------------------------------------------------------------------- */

typedef enum vpmu_error_code {
  VPMU_OK = 0,
  VPMU_ERROR_ARGUMENT = -1,      /* a NULL, a size, a number or an enumerator that the function does not take */
  VPMU_ERROR_WRONG_THREAD = -2,  /* the vCPU is bound to another thread: vpmu_bind() moves it */
  VPMU_ERROR_NO_MODEL = -3,      /* no plugin, or no preset of that name */
  VPMU_ERROR_PLUGIN = -4,        /* a plugin can't be loaded, is not trusted, or is faulty */
  VPMU_ERROR_NO_HOST_EVENTS = -5, /* perf_event_open(2) gives no event of the kind asked for */
  VPMU_ERROR_SIGNAL = -6,        /* the signal can't carry notifications */
  VPMU_ERROR_CPUID = -7,         /* the model can't present this CPUID */
  VPMU_ERROR_STATE = -8,         /* the saved state is damaged, cut off, of another model, of a newer format, or holds
                                    what no guest could have written */
  VPMU_ERROR_FILTER = -9,        /* the event filter has too many entries, or one that means nothing */
  VPMU_ERROR_SPACE = -10,        /* the buffer is too small: the size that is needed has been stored */
  VPMU_ERROR_HOST_KIND = -11     /* the function is for machines with another kind of host */
} vpmu_error_code;

/* Where a function stores what went wrong. VPMU_OK and an empty text if nothing did. */
typedef struct vpmu_error {
  int32_t code;   /* vpmu_error_code */
  char text[1020]; /* one line, for people; ends in NUL, cut if longer */
} vpmu_error;

/* [any thread] What a code means, in general. */
VPMU_API const char *vpmu_error_text(int32_t code);

/* [any thread] The version of the library: "0.1.0". */
VPMU_API const char *vpmu_library_version(void);

/* ---- Models and presets --------------------------------------------------------------------------------------- */

/* vpmu_search_options.flags: also load plugins that others than root and this user could have written. */
#define VPMU_SEARCH_ALLOW_UNTRUSTED 1u
/* Only what paths and models name: none of the standard places. */
#define VPMU_SEARCH_NAMED_ONLY 2u

struct vpmu_plugin_info;
struct vpmu_services;
/* The entry of a plugin, vpmu_plugin_entry_v1 of vpmu_plugin.h. */
typedef const struct vpmu_plugin_info *(*vpmu_plugin_entry)(const struct vpmu_services *services);

/*
 * Where plugins are found. First paths, then VPMU_PLUGIN_PATH, vpmu/plugins in the user's data directory, the directory
 * of the program, lib/vpmu beside that, the directory of the library, vpmu in the directory of the library. A process
 * with raised rights (AT_SECURE) leaves out what its user can choose. Of two plugins with one id the first one is used.
 */
typedef struct vpmu_search_options {
  uint32_t struct_size;
  uint32_t flags;                  /* VPMU_SEARCH_* */
  const char *const *paths;        /* plugin files, or directories of them */
  uint32_t path_count;
  uint32_t entry_count;
  const vpmu_plugin_entry *entries; /* models that are linked into the program; they come before all others */
} vpmu_search_options;

/*
 * [any thread] Searches, and loads what it finds. A plugin stays loaded until the process ends. Candidates that are
 * refused are no error: vpmu_catalogue_refusal() says why.
 *
 * search: NULL for the standard places
 */
VPMU_API int32_t vpmu_catalogue_new(const vpmu_search_options *search, vpmu_catalogue **catalogue, vpmu_error *error);
VPMU_API void vpmu_catalogue_free(vpmu_catalogue *catalogue);

/* vpmu_model_info.flags: the local APIC masks LVTPC when it delivers a PMI, until the guest unmasks it. */
#define VPMU_MODEL_MASKS_LVTPC 1u

/* A plugin. Strings live as long as the catalogue. */
typedef struct vpmu_model_info {
  uint32_t struct_size;
  uint32_t flags;           /* VPMU_MODEL_* */
  const char *id;           /* unique: a reverse domain name */
  const char *name;         /* short: "intel" */
  const char *version;
  const char *license;      /* SPDX expression */
  const char *path;         /* the file; "linked in" if there is none */
  const char *vendor;       /* the 12 characters of CPUID leaf 0 */
  uint64_t event_mask;      /* bits of an event select that hold the event's number, without the unit mask (15:8) */
  uint32_t preset_count;
  uint32_t event_count;
} vpmu_model_info;

/* [any thread] The number of models. */
VPMU_API int32_t vpmu_catalogue_count(const vpmu_catalogue *catalogue);
/* [any thread] Model `index`, from 0, in the order of the search. */
VPMU_API int32_t vpmu_catalogue_model(const vpmu_catalogue *catalogue, uint32_t index, vpmu_model_info *info);
/* [any thread] Why candidate `index` was refused, from 0; NULL: there are no more. Lives as long as the catalogue. */
VPMU_API const char *vpmu_catalogue_refusal(const vpmu_catalogue *catalogue, uint32_t index);

/* A preset. Strings live as long as the catalogue. */
typedef struct vpmu_preset_info {
  uint32_t struct_size;
  uint32_t model;      /* index of its model */
  const char *name;    /* "intel-v2" */
  const char *summary; /* one line */
} vpmu_preset_info;

/* [any thread] Preset `index` of a model, from 0; the first is the model's default. */
VPMU_API int32_t vpmu_catalogue_preset(const vpmu_catalogue *catalogue, uint32_t model, uint32_t index,
                                       vpmu_preset_info *info);

/* vpmu_event_info.generic: the events that perf_event_open(2) names PERF_COUNT_HW_*, by their numbers; -1: none. */
typedef struct vpmu_event_info {
  uint32_t struct_size;
  int32_t generic;
  uint64_t select;     /* event and unit mask, as in an event select register */
  const char *name;    /* the vendor's, may be NULL. Lives as long as the catalogue */
  uint32_t is_exact;   /* 1: the generic event counts the same; 0: something of the kind */
  uint32_t reserved0;
} vpmu_event_info;

/* [any thread] Row `index` of a model's table of events, from 0. Some rows are for some of its CPUs only. */
VPMU_API int32_t vpmu_catalogue_event(const vpmu_catalogue *catalogue, uint32_t model, uint32_t index,
                                      vpmu_event_info *info);

/* ---- Hosts ---------------------------------------------------------------------------------------------------- */

typedef enum vpmu_host_kind {
  VPMU_HOST_PERF = 0,     /* perf events of the vCPU's thread */
  VPMU_HOST_REPORTED = 1, /* the embedder reports counts: vpmu_count() */
  VPMU_HOST_CALLBACKS = 2 /* the embedder's table of functions */
} vpmu_host_kind;

typedef enum vpmu_perf_source {
  VPMU_PERF_BEST = 0,    /* hardware if its counters count, else the software clock */
  VPMU_PERF_HARDWARE = 1,
  VPMU_PERF_SOFTWARE = 2 /* the kernel's task clock: nanoseconds in place of events; for tests of the path */
} vpmu_perf_source;

/* vpmu_perf_options.flags: count only while the thread runs a KVM guest (exclude_host). Without it the whole thread. */
#define VPMU_PERF_GUEST_ONLY 1u
/* Let encodings that no generic event stands for reach the kernel, on a host of the model's vendor. */
#define VPMU_PERF_ALLOW_RAW 2u
/* Install a handler for the first real-time signal that has none, in place of `signal`. */
#define VPMU_PERF_FIRST_FREE_SIGNAL 4u

/* vpmu_machine_options.perf. Sources: perf_event_open(2), the sysctls kernel.perf_event_*. */
typedef struct vpmu_perf_options {
  uint32_t struct_size;
  uint32_t flags;             /* VPMU_PERF_* */
  uint32_t source;            /* vpmu_perf_source */
  int32_t signal;             /* SIGRTMIN to SIGRTMAX: the handler that notifies of overflows is installed for it, and
                                 for SIGIO. The thread of a vCPU must not block it. 0: no signal; an overflow is found
                                 when its counter is next read or reprogrammed */
  uint64_t minimum_period;    /* events; shorter ones become this. 0: by the event, 100 to 100000 */
  uint32_t interrupts_per_second; /* overflow interrupts of one vCPU, on average. 0: 25000 */
  uint32_t reserved0;
} vpmu_perf_options;

/* Whether a counter counts, and how well. */
typedef enum vpmu_counting {
  VPMU_COUNTING_OFF = 0,         /* it does not exist, or the guest has not enabled it */
  VPMU_COUNTING_FILTERED = 1,    /* enabled, the event filter says no */
  VPMU_COUNTING_PENDING = 2,     /* its change takes effect at the next vpmu_enter() */
  VPMU_COUNTING_EXACT = 3,       /* counts the guest's event */
  VPMU_COUNTING_SAME_UNIT = 4,   /* counts the same in the same unit, at another rate */
  VPMU_COUNTING_APPROXIMATE = 5, /* counts something of the kind, at another place or by other rules */
  VPMU_COUNTING_STAND_IN = 6,    /* counts something else in its place, such as nanoseconds */
  VPMU_COUNTING_FAILED = 7       /* should count and does not: `reason` */
} vpmu_counting;

/* What a host offers to one vCPU. A model shows no more than that. Zero in a field: the default. */
typedef struct vpmu_limits {
  uint32_t gp_counters;    /* number, 1 to 16; default 16 */
  uint32_t fixed_counters; /* number, 1 to 16; default 16. VPMU_NO_COUNTERS, here and above: none */
  uint32_t gp_width;       /* bits of a counter, 1 to 63; default 48 */
  uint32_t fixed_width;    /* bits of a counter, 1 to 63; default 48 */
  uint32_t arch_events;    /* architectural events that exist (CPUID.0AH:EAX[31:24]), 1 to 32; default 7 */
} vpmu_limits;
#define VPMU_NO_COUNTERS UINT32_MAX

/* An event that the embedder reports. */
typedef struct vpmu_reported_event {
  uint64_t select;   /* event and unit mask in the model's encoding, as in an event select register */
  uint32_t counting; /* how well the report counts it: VPMU_COUNTING_EXACT, _APPROXIMATE or _STAND_IN; 0: exact */
  uint32_t reserved0;
  const char *note;  /* for people, with the counter's state: "one cycle for each instruction". May be NULL; copied */
} vpmu_reported_event;

/* vpmu_machine_options.reported */
typedef struct vpmu_reported_options {
  uint32_t struct_size;
  uint32_t event_count;
  /* The events that the embedder reports. A counter that is programmed for another one, or with edge, invert or a
   * counter mask, does not count, and its state says so. NULL: all events are reported. Copied. */
  const vpmu_reported_event *events;
  vpmu_limits limits;
  uint32_t reserved0;
} vpmu_reported_options;

/* The event that a host is to make. */
typedef struct vpmu_event_request {
  uint32_t struct_size;
  uint32_t pmc;        /* PMC index of the counter, for vpmu_notify() */
  uint64_t select;     /* the guest's event select, whole; for a fixed counter event and unit mask only */
  int32_t generic;     /* PERF_COUNT_HW_*; -1: none stands for it */
  uint32_t is_exact;   /* 1: `generic` counts the same */
  uint32_t user;       /* 1: count in rings 1 to 3 */
  uint32_t kernel;     /* 1: count in ring 0 */
  uint64_t period;     /* events to the first notification, and from one to the next: 1 to 2^63 - 1 */
} vpmu_event_request;

/* Why a host makes no event, or an event does not count: vpmu_counter_info.reason. */
typedef enum vpmu_reason {
  VPMU_REASON_NONE = 0,
  VPMU_REASON_ACCESS_DENIED = 1,       /* EACCES, EPERM */
  VPMU_REASON_OUT_OF_DESCRIPTORS = 2,  /* EMFILE, ENFILE */
  VPMU_REASON_NO_SUCH_EVENT = 3,       /* ENOENT: the host has no such event */
  VPMU_REASON_BUSY = 4,                /* EBUSY: taken exclusively */
  VPMU_REASON_NOT_SUPPORTED = 5,       /* EOPNOTSUPP */
  VPMU_REASON_INVALID_EVENT = 6,       /* EINVAL */
  VPMU_REASON_ERROR_STATE = 7,         /* the kernel could not place the event on a counter */
  VPMU_REASON_NOT_SCHEDULED = 8,       /* enabled, and not on a counter */
  VPMU_REASON_DEAD_COUNTER = 9,        /* on a counter that does not count */
  VPMU_REASON_CAPACITY = 10,           /* all counters of the host are in use */
  VPMU_REASON_THROTTLED = 11,          /* it interrupted too often */
  VPMU_REASON_RAW_NOT_ALLOWED = 12,    /* no generic event, and raw encodings are not allowed */
  VPMU_REASON_FOREIGN_ENCODING = 13,   /* no generic event, and the host is of another vendor */
  VPMU_REASON_FLAGS = 14,              /* edge, invert or a counter mask is set */
  VPMU_REASON_RING = 15,               /* ring 0 only, which is not on the host's counters */
  VPMU_REASON_COUNTER = 16,            /* the guest's CPU counts this event on other counters only */
  VPMU_REASON_SYSTEM = 17,             /* another error of the host */
  VPMU_REASON_NOT_REPORTED = 18,       /* the embedder does not report this event */
  VPMU_REASON_COUNT = 19
} vpmu_reason;

/*
 * A host of the embedder's own. All functions are called on the vCPU's thread, from within a call of the library, with
 * the context of vpmu_cpu_new(); all but `failure` are required. An event is a number that the host chooses. It
 * counts from 0 when it is made and after pause_and_reset. When an enabled event has counted its period, the host
 * calls vpmu_notify(), from any thread or a signal handler; then the event goes on with the next period by itself. A
 * late notification, or one too many, does no harm: the count decides.
 */
typedef struct vpmu_host_callbacks {
  uint32_t struct_size;
  vpmu_limits limits;
  /* Makes an event, enabled. Returns VPMU_REASON_NONE, or the reason that there is none. */
  uint32_t (*create)(void *context, const vpmu_event_request *request, uint64_t *event);
  /* A new period; a running event starts over with it. Returns 0 if the host can't, and the event is made again. */
  uint32_t (*set_period)(void *context, uint64_t event, uint64_t period);
  /* Disables, returns the count, and resets it. */
  uint64_t (*pause_and_reset)(void *context, uint64_t event);
  /* Disables; count and rest of the period stay. */
  void (*disable)(void *context, uint64_t event);
  /* Enables a disabled event. Returns 0 if the host can't. */
  uint32_t (*resume)(void *context, uint64_t event);
  /* Notifications of the event are for this counter from now on. */
  void (*assign)(void *context, uint64_t event, uint32_t pmc);
  /* The count, of a disabled event too. */
  uint64_t (*read)(void *context, uint64_t event);
  void (*release)(void *context, uint64_t event);
  /* Why an event that exists does not count: vpmu_reason. NULL: they always do. */
  uint32_t (*failure)(void *context, uint64_t event);
} vpmu_host_callbacks;

/* ---- Machines ------------------------------------------------------------------------------------------------- */

/* One CPUID leaf. */
typedef struct vpmu_cpuid_entry {
  uint32_t leaf, subleaf;
  uint32_t eax, ebx, ecx, edx;
} vpmu_cpuid_entry;

typedef struct vpmu_machine_options {
  uint32_t struct_size;
  uint32_t host;                         /* vpmu_host_kind */
  const char *model;                     /* a plugin's name, id, or path with a slash; NULL: by `preset` */
  const char *preset;                    /* NULL: the model's first; without a model, that of this machine's vendor */
  const char *policy;                    /* "reuse" (NULL), "adaptive", "reuse-keep", "recreate" */
  const vpmu_cpuid_entry *cpuid;         /* the leaves of the guest's CPU that its PMU depends on; NULL: the preset's */
  uint32_t cpuid_count;
  uint32_t reserved0;
  uint64_t perf_capabilities;            /* with `cpuid`: IA32_PERF_CAPABILITIES */
  const vpmu_perf_options *perf;         /* VPMU_HOST_PERF; NULL: the defaults */
  const vpmu_reported_options *reported; /* VPMU_HOST_REPORTED; NULL: all events are reported */
  const vpmu_host_callbacks *callbacks;  /* VPMU_HOST_CALLBACKS; copied */
} vpmu_machine_options;

/* [any thread] Chooses the model, and tries what this machine can count if its host is perf events. */
VPMU_API int32_t vpmu_machine_new(const vpmu_catalogue *catalogue, const vpmu_machine_options *options,
                                  vpmu_machine **machine, vpmu_error *error);
VPMU_API void vpmu_machine_free(vpmu_machine *machine);

typedef struct vpmu_machine_info {
  uint32_t struct_size;
  uint32_t flags;          /* VPMU_MODEL_* */
  const char *model;       /* the plugin's name. Strings live as long as the machine */
  const char *model_id;
  const char *preset;
  const char *policy;
  const char *vendor;      /* the vendor that the guest must see in CPUID */
  const char *host;        /* which host events, and why these */
  uint32_t signature;      /* CPUID.1:EAX of the preset (family, model, stepping); 0: it states none */
  uint32_t reserved0;
} vpmu_machine_info;

VPMU_API int32_t vpmu_machine_get_info(const vpmu_machine *machine, vpmu_machine_info *info);

/*
 * [any thread] What CPUID must show so that the guest finds this PMU. `entry` comes with leaf and subleaf and the
 * values that the VMM would show; the bits that concern the PMU are set right in it, the others stay: vendor string,
 * highest leaf, family and model, hypervisor bit, performance-monitoring leaves, and what no model has (debug store,
 * last-branch records).
 *
 * Returns 1 if something was changed, 0 if not.
 */
VPMU_API int32_t vpmu_machine_cpuid(const vpmu_machine *machine, vpmu_cpuid_entry *entry);

/*
 * [any thread] The leaves that vpmu_machine_cpuid() may change, each as it is for a VMM that shows zero.
 *
 * count: in: elements of `entries`; out: leaves. VPMU_ERROR_SPACE if there are more
 */
VPMU_API int32_t vpmu_machine_cpuid_leaves(const vpmu_machine *machine, vpmu_cpuid_entry *entries, uint32_t *count);

typedef struct vpmu_msr_range {
  uint32_t first; /* MSR number */
  uint32_t count;
} vpmu_msr_range;

/*
 * [any thread] The MSRs that the model claims, as ascending ranges without gaps: for an MSR filter. Claimed registers
 * that the guest's CPU does not have are #GP.
 *
 * count: in: elements of `ranges`; out: ranges. VPMU_ERROR_SPACE if there are more
 */
VPMU_API int32_t vpmu_machine_msr_ranges(const vpmu_machine *machine, vpmu_msr_range *ranges, uint32_t *count);

/* vpmu_filter.action */
#define VPMU_FILTER_ALLOW 0u /* only what hits is counted */
#define VPMU_FILTER_DENY 1u  /* what hits is not counted */
/* vpmu_filter.flags: entries are masked ones */
#define VPMU_FILTER_MASKED 1u

/* An event filter, of the shape of KVM_SET_PMU_EVENT_FILTER. */
typedef struct vpmu_filter {
  uint32_t struct_size;
  uint32_t action;
  uint32_t flags;
  uint32_t fixed_bitmap;   /* bit i: fixed counter i */
  const uint64_t *entries; /* event and unit mask; masked: event, unit-mask match 15:8, mask 63:56, exclude 55 */
  uint32_t entry_count;    /* 300 at most */
  uint32_t reserved0;
} vpmu_filter;

/* [any thread] Sets the filter of all vCPUs, from their next vpmu_enter() on. NULL: every event may count. */
VPMU_API int32_t vpmu_machine_set_filter(vpmu_machine *machine, const vpmu_filter *filter, vpmu_error *error);

/* ---- One vCPU ------------------------------------------------------------------------------------------------- */

/* The PMU of a vCPU in its state after RESET, bound to the calling thread. `context` is for the host's callbacks. */
VPMU_API int32_t vpmu_cpu_new(vpmu_machine *machine, void *context, vpmu_cpu **cpu, vpmu_error *error);
/* Releases its host events. The thread that it is bound to must not be in a call. */
VPMU_API void vpmu_cpu_free(vpmu_cpu *cpu);
/* Binds the vCPU to the calling thread. The former thread must not be in a call. */
VPMU_API int32_t vpmu_bind(vpmu_cpu *cpu);

/* Results of an access. */
#define VPMU_ACCESS_DONE 0      /* go on behind the instruction */
#define VPMU_ACCESS_GP 1        /* inject #GP(0) */
#define VPMU_ACCESS_UNHANDLED 2 /* no register of this PMU: the VMM decides */

/* Flags of an access: made by the VMM itself, to save or restore, not by the guest. */
#define VPMU_ACCESS_HOST 1u

/* WRMSR. What counters count changes at the next vpmu_enter(). Returns VPMU_ACCESS_*. */
VPMU_API int32_t vpmu_wrmsr(vpmu_cpu *cpu, uint32_t msr, uint64_t value, uint32_t flags);
/* RDMSR. `value` is EDX:EAX, stored with VPMU_ACCESS_DONE only. Returns VPMU_ACCESS_*. */
VPMU_API int32_t vpmu_rdmsr(vpmu_cpu *cpu, uint32_t msr, uint32_t flags, uint64_t *value);

/* vpmu_rdpmc: CR4.PCE is set. */
#define VPMU_RDPMC_CR4_PCE 1u
/* CR0.PE is clear: RDPMC is allowed. */
#define VPMU_RDPMC_REAL_MODE 2u

/* RDPMC with this ECX, at privilege level `cpl`, 0 to 3. Returns VPMU_ACCESS_DONE or VPMU_ACCESS_GP. */
VPMU_API int32_t vpmu_rdpmc(vpmu_cpu *cpu, uint32_t ecx, uint32_t cpl, uint32_t flags, uint64_t *value);

#define VPMU_ENTER_RUN 0 /* run the guest */
#define VPMU_ENTER_PMI 1 /* deliver one PMI first, as the local APIC's LVTPC says */

/* Right before the guest runs: counters that were changed are reprogrammed. Returns VPMU_ENTER_*. */
VPMU_API int32_t vpmu_enter(vpmu_cpu *cpu);
/* A new time slice of the vCPU begins: host events that the last one did not use are released at the next entry. */
VPMU_API int32_t vpmu_scheduled_in(vpmu_cpu *cpu);
/*
 * The VMM emulated what the host's counters did not see: `count` occurrences of an event in ring `cpl`. Call it before
 * the exit that ended the guest's run is answered.
 *
 * event: event and unit mask, as in an event select register of the model
 */
VPMU_API int32_t vpmu_emulated(vpmu_cpu *cpu, uint64_t event, uint32_t cpl, uint64_t count);

/*
 * VPMU_HOST_REPORTED: the guest made `count` occurrences of an event in ring `cpl` since the last report. Report before
 * an access is answered and before vpmu_enter(), and all that belongs to the moment: then every value that the guest
 * reads is exact.
 */
VPMU_API int32_t vpmu_count(vpmu_cpu *cpu, uint64_t event, uint32_t cpl, uint64_t count);
/*
 * VPMU_HOST_REPORTED: how many occurrences of an event in ring `cpl` there may be until the next report is due: 1 or
 * more, up to the nearest overflow. UINT64_MAX: nothing counts it, or the call is an error. It holds until the next
 * vpmu_enter().
 */
VPMU_API uint64_t vpmu_next_overflow(vpmu_cpu *cpu, uint64_t event, uint32_t cpl);
/* VPMU_HOST_REPORTED: whether an enabled event counts it: 1 or 0. It holds until the next vpmu_enter(). */
VPMU_API int32_t vpmu_is_counted(vpmu_cpu *cpu, uint64_t event, uint32_t cpl);

/* [any thread, signal handlers] VPMU_HOST_CALLBACKS: an event of counter `pmc` has counted its period. */
VPMU_API int32_t vpmu_notify(vpmu_cpu *cpu, uint32_t pmc);
/* [any thread, signal handlers] Notifications may have been lost: all counts are checked at the next entry. */
VPMU_API int32_t vpmu_rescan(vpmu_cpu *cpu);

/* ---- State and statistics ------------------------------------------------------------------------------------- */

typedef struct vpmu_counter_info {
  uint32_t struct_size;
  uint32_t counting; /* vpmu_counting */
  uint32_t reason;   /* vpmu_reason */
  int32_t error;     /* with VPMU_REASON_SYSTEM: errno */
  char text[240];    /* the state in one sentence, with what to do */
} vpmu_counter_info;

/* PMC index of fixed counter 0; general-purpose counter n is n. */
#define VPMU_PMC_FIXED 32u

/* The PMC indices of the counters that exist, a bit each. 0 for NULL. */
VPMU_API uint64_t vpmu_counters(const vpmu_cpu *cpu);
/* Whether a counter counts, and if not why. May cost a system call. `pmc`: 0 to 63. */
VPMU_API int32_t vpmu_get_counter(vpmu_cpu *cpu, uint32_t pmc, vpmu_counter_info *info);

/* Numbers since the vCPU was made. */
typedef struct vpmu_statistics {
  uint32_t struct_size;
  uint32_t reserved0;
  uint64_t created;  /* host events created */
  uint64_t reused;   /* paused host events resumed in place of a creation */
  uint64_t released; /* host events released */
  uint64_t live;     /* host events that exist now */
  uint64_t refused;  /* creations that the host refused */
  uint64_t refused_by_reason[32]; /* by vpmu_reason */
  uint64_t pmis;     /* PMIs that vpmu_enter() returned */
  uint64_t faults;   /* accesses that were answered #GP */
  uint64_t plugin_faults; /* invalid results of the plugin's callbacks */
} vpmu_statistics;

VPMU_API int32_t vpmu_get_statistics(vpmu_cpu *cpu, vpmu_statistics *statistics);
/*
 * The plugin's invalid results in one sentence, empty if there was none. Stores at most `size` bytes, NUL included.
 * Returns the length without the NUL.
 */
VPMU_API int32_t vpmu_get_plugin_faults(vpmu_cpu *cpu, char *text, size_t size);

/*
 * VPMU_HOST_REPORTED: writes the vCPU's life as a trace (docs/traces.md), which `vpmu replay` runs again and compares.
 * `line` is called on the vCPU's thread with each line, from within the call that it is about. The text is `length`
 * bytes, ends in a newline, and is valid during the call. Only before the vCPU's first access. The trace ends with
 * vpmu_set_cpuid(), vpmu_restore() and vpmu_restore_msrs(), for which it has no line; it has none for the event filter
 * either, so leave that alone.
 */
VPMU_API int32_t vpmu_trace(vpmu_cpu *cpu, void (*line)(void *context, const char *text, size_t length), void *context,
                            vpmu_error *error);

/* ---- Life ----------------------------------------------------------------------------------------------------- */

/* RESET of the vCPU. */
VPMU_API int32_t vpmu_reset(vpmu_cpu *cpu);
/* The guest's CPUID was set: the PMU is in its new shape, in the state after RESET. */
VPMU_API int32_t vpmu_set_cpuid(vpmu_cpu *cpu, const vpmu_cpuid_entry *entries, uint32_t count,
                                uint64_t perf_capabilities, vpmu_error *error);

/*
 * Saves all that the guest can see of its PMU, and what is pending. The vCPU goes on as before. The format is in
 * docs/c-api.md: it names the model, and every later version of the library reads it.
 *
 * buffer: NULL: only the size is stored
 * size: in: bytes of `buffer`; out: bytes of the state, 4096 at most. VPMU_ERROR_SPACE if they are more
 */
VPMU_API int32_t vpmu_save(vpmu_cpu *cpu, void *buffer, size_t *size, vpmu_error *error);
/* Puts a saved state in the place of this one. An error changes nothing. */
VPMU_API int32_t vpmu_restore(vpmu_cpu *cpu, const void *buffer, size_t size, vpmu_error *error);

typedef struct vpmu_msr {
  uint32_t index;
  uint32_t reserved0;
  uint64_t value;
} vpmu_msr;

/*
 * The PMU's registers that hold state, each once, as KVM_GET_MSRS gives and KVM_SET_MSRS takes them: for a VM that
 * moves between the kernel's PMU and this one. A PMI that is due is not in them.
 *
 * count: in: elements of `msrs`; out: registers. VPMU_ERROR_SPACE if there are more
 */
VPMU_API int32_t vpmu_save_msrs(vpmu_cpu *cpu, vpmu_msr *msrs, uint32_t *count, vpmu_error *error);
/*
 * Sets registers, in any order, as the host's own accesses. Numbers that the model does not claim are skipped. A value
 * that a register can't have is VPMU_ERROR_STATE, and nothing is changed.
 *
 * Returns the number of registers that were set.
 */
VPMU_API int32_t vpmu_restore_msrs(vpmu_cpu *cpu, const vpmu_msr *msrs, uint32_t count, vpmu_error *error);

#ifdef __cplusplus
}
#endif
#endif
