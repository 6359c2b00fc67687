/*
 * vpmu_plugin.h: the boundary between the virtual PMU and a PMU model.
 *
 * THREE WORDS
 *   plugin   a shared library that exports one function, vpmu_plugin_entry_v1, and carries its identity in an ELF
 *            section
 *   model    one vendor's performance-monitoring registers and events: tables, and a few callbacks. A plugin is one
 *            model
 *   preset   one CPU of the model, by a name ("intel-v2"), with the CPUID leaves that make it so
 *
 * This header is all that an author of a plugin needs.
 *
 * A MODEL IS TABLES
 *   The tables say which MSR is which register, which events there are and what counts them; the core runs them. It
 *   answers every register that has a role (VPMU_ROLE_*), decodes RDPMC, and looks events up. Left to write is
 *   `refresh`, which makes a shape of CPUID. The other callbacks may be NULL, which means: by the tables. A model gives
 *   one for what no table can describe, and may still answer VPMU_BY_TABLES for the rest.
 *
 * OWNERSHIP
 *   The core owns the counters: their values, the host events behind them, overflow and interrupts. It also owns the
 *   memory of `vpmu_state`. A model keeps no state of its own for a virtual CPU: whatever a register needs lives in
 *   vpmu_state, so that saving a virtual CPU is copying that struct. A model never calls the core back while it handles
 *   an access: it ANSWERS (vpmu_answer), and sets bits in the words `reprogram` and `in_use` of vpmu_state.
 *
 * ORDER OF CALLS
 *   CPUID was set         refresh, then reset
 *   RESET                 reset
 *   WRMSR                 msr_idx_to_pmc, which marks a counter as in use, then set_msr
 *   RDMSR                 get_msr
 *   RDPMC                 check_rdpmc_early, then rdpmc_ecx_to_pmc
 *   emulated instruction  find_fixed_event, for fixed counters that count
 *   guest is to run       find_arch_event or find_fixed_event, for each counter marked in `reprogram` that counts and
 *                         needs another host event; cleanup, at the first time of a time slice; deliver_pmi, if a PMI
 *                         is due
 *   is_valid_msr is called by VMMs and tools; no access calls it first.
 *
 * WHEN A COUNTER COUNTS
 *   If it is in all_valid, and enabled by its own control (VPMU_SELECT_ENABLE; for a fixed counter, a ring in its field
 *   of fixed_control), and its bit in global_control is set where the guest has that register, and the VM's event
 *   filter allows it. When it wraps, the core sets its bit in global_status, and a PMI is due if its control asks for
 *   one.
 *
 * THREE INDEX SPACES
 *   MSR number      the operand of RDMSR and WRMSR
 *   RDPMC selector  ECX of RDPMC
 *   PMC index       the core's own, one bit each in a 64-bit word: general-purpose counter n is n, fixed counter i is
 *                   VPMU_FIXED_BASE + i
 *
 * CONTEXTS (the tag in front of each function)
 *   [setup]  before the virtual CPU runs, or while it is stopped; one call at a time for one vpmu_state
 *   [vcpu]   on the virtual CPU's thread while it is outside the guest; one call at a time for one vpmu_state, but
 *            calls for different states run at the same time on other threads, so a model has no mutable globals
 *   [hot]    a [vcpu] function on the path of a guest's access: no allocation, no lock, no system call, no logging
 *   [any]    any thread, any time
 *
 * GROWING
 *   A struct that is handed over by pointer begins with its size in bytes, `struct_size`; arrays say how large one
 *   element is. Fields are only appended. Who reads a struct of the other side uses min(their size, own size) bytes and
 *   takes the rest as zero; who writes one looks at struct_size before it touches a field that was added later.
 *   vpmu_answer and vpmu_event are returned by value and never grow. The major version is in the entry's name and
 *   changes when this can't be kept.
 *
 * All values are little-endian, all strings are UTF-8 and live as long as the process. No function may unwind or
 * longjmp.
 *
 * A PLUGIN IN C
 *
 *     #include "vpmu_plugin.h"
 *
 *     static const vpmu_register_range ranges[] = {
 *         VPMU_REGISTERS(0x186, 4, EVENT_SELECT),
 *         VPMU_REGISTERS(0x0C1, 4, GP_COUNTER, .flags = VPMU_RANGE_RDPMC),
 *     };
 *     static const vpmu_event_row events[] = {VPMU_EVENT(0x00C0, INSTRUCTIONS, EXACT, "INST_RETIRED.ANY")};
 *     static const vpmu_cpuid_leaf basic[] = {{0xA, 0, 0x07300401, 0, 0, 0}};
 *     static const vpmu_preset presets[] = {VPMU_PRESET("acme-basic", "4 counters of 48 bits", basic)};
 *     static const char *const vendors[] = {"AcmeAcmeAcme"};
 *
 *     static vpmu_status refresh(void *context, vpmu_state *state, const vpmu_guest_config *guest,
 *                                const vpmu_host_limits *host) {
 *       uint32_t eax = vpmu_find_leaf(guest, 0xA, 0).eax;
 *       vpmu_set_counters(state, host, (eax >> 8) & 0xFF, (eax >> 16) & 0xFF, 0, 0);
 *       state->event_select_reserved = 0xFFFFFFFF00200000;
 *       return VPMU_DONE;
 *     }
 *
 *     static const vpmu_ops ops = {.struct_size = sizeof ops, .refresh = refresh};
 *     static const vpmu_plugin_info info = {
 *         VPMU_PLUGIN("org.acme.pmu", "acme", "1.0", "Apache-2.0", &ops), .cpuid_vendors = vendors, .vendor_count = 1,
 *         VPMU_TABLE(preset, presets), VPMU_TABLE(range, ranges), VPMU_TABLE(event, events),
 *         .event_select_mask = 0xFF};
 *     VPMU_EXPORT(info)
 *
 *     cc -O2 -shared -fPIC -fvisibility=hidden -o libVPMUAcme.so acme.c
 */
#ifndef VPMU_PLUGIN_H
#define VPMU_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which pointers may be NULL. Clang only. */
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#define VPMU_NULLABLE _Nullable
#define VPMU_NONNULL _Nonnull
#else
#define VPMU_NULLABLE
#define VPMU_NONNULL
#endif

/* ---- Version and identity ------------------------------------------------------------------------------------- */

#define VPMU_ABI_MAJOR 1
#define VPMU_ABI_MINOR 0
/* "VPMU" read as a little-endian word. */
#define VPMU_ABI_MAGIC 0x554D5056u

/*
 * The content of the ELF section `vpmu_abi`. It is read from the file before the library is loaded, so that a file of
 * another major version, or one that is no plugin, is refused without running any of its code.
 */
typedef struct vpmu_abi_identity {
  uint32_t magic; /* VPMU_ABI_MAGIC */
  uint16_t major; /* VPMU_ABI_MAJOR */
  uint16_t minor; /* VPMU_ABI_MINOR */
} vpmu_abi_identity;

/* Keeps the section where the linker drops what nothing refers to (--gc-sections). */
#if defined(__has_attribute)
#if __has_attribute(retain)
#define VPMU_RETAIN __attribute__((retain))
#endif
#endif
#ifndef VPMU_RETAIN
#define VPMU_RETAIN
#endif

/* In C, once in a plugin, at file scope: VPMU_DECLARE_IDENTITY; */
#define VPMU_DECLARE_IDENTITY                                                                                    \
  VPMU_RETAIN __attribute__((used, section("vpmu_abi"))) static const vpmu_abi_identity vpmu_this_plugin_speaks = { \
      VPMU_ABI_MAGIC, VPMU_ABI_MAJOR, VPMU_ABI_MINOR}

/* ---- Counters and the state of a virtual CPU's PMU ------------------------------------------------------------ */

/* Most general-purpose and most fixed counters a model may have. */
#define VPMU_MAX_GP 16u
#define VPMU_MAX_FIXED 16u
/* The PMC index of fixed counter 0. */
#define VPMU_FIXED_BASE 32u

/* One counter. `selector` is the model's to write, the rest the core's. */
typedef struct vpmu_counter {
  uint64_t base;     /* the counter's value when the core last read its host event, in events, within the width. Later
                        counts of the event are missing: a model that is asked for the value answers VPMU_COUNTER */
  uint64_t emulated; /* events of emulated instructions not yet added to base */
  uint64_t selector; /* general-purpose: the event select register. Fixed: unused */
} vpmu_counter;

/*
 * vpmu_state.features: what this guest's CPU has. Rows of the tables name the features that they need. Bits 16 to 63
 * are the model's own: registers that only some of its CPUs have, CPU families with other events.
 */
/* There is a global control register: a counter counts only if its bit in `global_control` is set. */
#define VPMU_FEATURE_GLOBAL_CONTROL 1ull
/* The model's own feature n, 0 to 47. */
#define VPMU_FEATURE_OF_MODEL(n) (1ull << (16u + (n)))

/*
 * Bits of an event select, where all vendors of x86 have them; the core reads them in `selector`. The event's number is
 * elsewhere: vpmu_plugin_info.event_select_mask.
 */
#define VPMU_SELECT_UNIT_MASK 0xFF00ull
#define VPMU_SELECT_USER (1ull << 16)           /* count in rings 1 to 3 */
#define VPMU_SELECT_OS (1ull << 17)             /* count in ring 0 */
#define VPMU_SELECT_EDGE (1ull << 18)           /* with this, INVERT or COUNTER_MASK: no generic event stands for it */
#define VPMU_SELECT_PIN (1ull << 19)            /* ignored */
#define VPMU_SELECT_INTERRUPT (1ull << 20)      /* overflow raises a PMI */
#define VPMU_SELECT_ENABLE (1ull << 22)         /* count at all */
#define VPMU_SELECT_INVERT (1ull << 23)         /* see EDGE */
#define VPMU_SELECT_COUNTER_MASK 0xFF000000ull  /* see EDGE */

/* The four bits that control a fixed counter i stand at bit 4 * i of `fixed_control`. */
#define VPMU_FIXED_OS 1ull         /* count in ring 0 */
#define VPMU_FIXED_USER 2ull       /* count in rings 1 to 3 */
#define VPMU_FIXED_ANY_THREAD 4ull /* ignored */
#define VPMU_FIXED_INTERRUPT 8ull  /* overflow raises a PMI */

/*
 * Everything a guest can see of its PMU, and what is pending for it. The core allocates and zeroes it; it may be copied
 * byte by byte. Bit n of a 64-bit mask stands for PMC index n.
 */
typedef struct vpmu_state {
  uint32_t struct_size;     /* set by the core, like the next two: refresh and reset leave them alone */
  uint32_t counter_size;    /* set by the core: size of one element of `counters` */
  uint32_t counters_offset; /* set by the core: offset of `counters` in this struct */

  /* The shape, set by refresh, and after that left alone. The core checks it and goes by its own copy. */
  uint32_t version;     /* the model's own word, for example the architectural version */
  uint32_t gp_count;    /* 0 to VPMU_MAX_GP */
  uint32_t fixed_count; /* 0 to VPMU_MAX_FIXED */
  uint64_t features;    /* VPMU_FEATURE_* */
  uint64_t gp_mask;    /* 2^width - 1 of the general-purpose counters; width 1 to 63 bits */
  uint64_t fixed_mask; /* the same for the fixed ones */
  uint64_t all_valid;  /* the counters that exist */
  /* Bits that a register does not have: what VPMU_ROLE_* calls R. The model's callbacks go by them, and tools. */
  uint64_t event_select_reserved;
  uint64_t fixed_control_reserved;
  uint64_t global_control_reserved;
  uint64_t global_status_reserved;
  /* Settings that this struct has no name for, such as the values of constant registers (VPMU_ROLE_CONSTANT). Part of
   * the shape: a saved state is restored only where they are the same. */
  uint64_t model_shape[4];
  /* Registers that this struct has no name for. Zeroed at RESET. */
  uint64_t model_words[4];

  /* Registers. They hold what the guest wrote; the core sets the bit in global_status of a counter that wraps,
   * whether or not the guest has a register that shows it. */
  uint64_t fixed_control;
  uint64_t global_control;
  uint64_t global_status;

  /* Requests of the model to the core: it sets bits, the core clears them. */
  uint64_t reprogram; /* reprogram these counters before the guest runs. Here and in in_use, bits of counters that do
                         not exist are ignored */
  uint64_t in_use;    /* the guest accessed these counters in this time slice. The core marks the counter that
                         msr_idx_to_pmc names; a model marks others, such as fixed counters whose field changed */

  /* The core's own. A model leaves these alone. */
  uint64_t locally_enabled; /* counters that their own control enables */
  uint64_t retry;           /* counters whose host event was refused */
  uint64_t interrupts;      /* counters whose overflow raises a PMI, as programmed last */
  uint32_t pmi_pending;     /* 1: the next entry delivers a PMI */
  uint32_t need_cleanup;    /* 1: a time slice began, unused host events are to be released */

  vpmu_counter counters[VPMU_MAX_GP + VPMU_MAX_FIXED]; /* general-purpose ones first. Use vpmu_counter_of() */
} vpmu_state;

/* The bit of a PMC index in a mask. `pmc` is 0 to 63. */
static inline uint64_t vpmu_bit(uint32_t pmc) { return 1ull << (pmc & 63u); }

/*
 * The counter of a PMC index. `pmc` must be that of an existing counter; others give some counter of this state, so
 * that a mistake can't reach other memory.
 */
static inline vpmu_counter *VPMU_NONNULL vpmu_counter_of(vpmu_state *VPMU_NONNULL state, uint32_t pmc) {
  uint32_t slot = (pmc & 15u) | ((pmc >> 1) & 16u);
  return (vpmu_counter *)(void *)((char *)state + state->counters_offset + (size_t)slot * state->counter_size);
}

/* The same in the layout of this header, whatever the size fields say: for a core, which allocated the state. */
static inline vpmu_counter *VPMU_NONNULL vpmu_own_counter(vpmu_state *VPMU_NONNULL state, uint32_t pmc) {
  return &state->counters[(pmc & 15u) | ((pmc >> 1) & 16u)];
}

/* ---- Answers -------------------------------------------------------------------------------------------------- */

typedef enum vpmu_status {
  VPMU_DONE = 0,      /* handled; for a read, `value` is what the guest gets */
  VPMU_COUNTER = 1,   /* it is counter `pmc`: a read gives its value, a write stores `value` in it (the core masks it).
                         The core does all that follows from a new value: it needs no bit in `reprogram` */
  VPMU_FAULT = 2,     /* the guest gets #GP; the model changed nothing */
  VPMU_UNHANDLED = 3, /* the model does not know this MSR number: the VMM decides */
  VPMU_BY_TABLES = 4  /* get_msr and set_msr only: as the tables say */
} vpmu_status;

/* Returned in two registers. */
typedef struct vpmu_answer {
  vpmu_status status; /* any other number is a plugin fault, and #GP for the guest */
  uint32_t pmc;       /* with VPMU_COUNTER: the PMC index of an existing counter */
  uint64_t value;     /* with VPMU_DONE of a read, and VPMU_COUNTER of a write */
} vpmu_answer;

/* Flags of an access: made by the VMM itself (save, restore), not by the guest. */
#define VPMU_HOST_INITIATED 1u

/* ---- Events --------------------------------------------------------------------------------------------------- */

/* The events that perf_event_open(2) names PERF_COUNT_HW_*, with the same numbers. */
typedef enum vpmu_generic {
  VPMU_GENERIC_BY_TABLES = -2, /* find_arch_event and find_fixed_event only: as the tables say */
  VPMU_GENERIC_NONE = -1,
  VPMU_GENERIC_CYCLES = 0,
  VPMU_GENERIC_INSTRUCTIONS = 1,
  VPMU_GENERIC_CACHE_REFERENCES = 2,
  VPMU_GENERIC_CACHE_MISSES = 3,
  VPMU_GENERIC_BRANCHES = 4,
  VPMU_GENERIC_BRANCH_MISSES = 5,
  VPMU_GENERIC_BUS_CYCLES = 6,
  VPMU_GENERIC_STALLED_CYCLES_FRONTEND = 7,
  VPMU_GENERIC_STALLED_CYCLES_BACKEND = 8,
  VPMU_GENERIC_REFERENCE_CYCLES = 9
} vpmu_generic;

/* How well the generic event stands for the guest's on a host of any vendor. */
typedef enum vpmu_quality {
  VPMU_QUALITY_NONE = 0,        /* there is no generic event */
  VPMU_QUALITY_APPROXIMATE = 1, /* counts something of the kind, at another place or by other rules */
  VPMU_QUALITY_SAME_UNIT = 2,   /* the same thing in the same unit, at another rate */
  VPMU_QUALITY_EXACT = 3        /* the same */
} vpmu_quality;

/* An event, as find_arch_event and find_fixed_event return it. */
typedef struct vpmu_event {
  uint64_t select; /* event and unit mask, as in an event select register, no other bit set */
  vpmu_generic generic;
  vpmu_quality quality;
} vpmu_event;

/* One row of a table of events. */
typedef struct vpmu_event_row {
  uint64_t select; /* as in vpmu_event */
  vpmu_generic generic;
  vpmu_quality quality;
  uint64_t features;            /* the row is for guests that have all of these VPMU_FEATURE_* */
  uint32_t counters;            /* bit n: general-purpose counter n can count the event. 0: all can */
  uint32_t reserved0;
  const char *VPMU_NULLABLE name; /* the vendor's name, for people: "BR_INST_RETIRED.ALL_BRANCHES". NULL: none */
} vpmu_event_row;

/* A row: VPMU_EVENT(0x00C4, BRANCHES, EXACT, "BR_INST_RETIRED"), and more fields, as .features = …, behind it. */
#define VPMU_EVENT(select_, generic_, quality_, ...) \
  {(select_), VPMU_GENERIC_##generic_, VPMU_QUALITY_##quality_, VPMU_EVENT_REST(__VA_ARGS__, )}
#define VPMU_EVENT_REST(name_, ...) .name = name_, __VA_ARGS__

/* ---- Input of refresh ------------------------------------------------------------------------------------------ */

typedef struct vpmu_cpuid_leaf {
  uint32_t leaf, subleaf;
  uint32_t eax, ebx, ecx, edx;
} vpmu_cpuid_leaf;

/* The CPU that the guest sees. */
typedef struct vpmu_guest_config {
  uint32_t struct_size;
  uint32_t leaf_size;                         /* size of one element of `leaves` */
  const vpmu_cpuid_leaf *VPMU_NULLABLE leaves; /* valid during the call; a leaf that is not there reads as zero */
  uint32_t leaf_count;
  uint32_t reserved0;
  uint64_t perf_capabilities; /* IA32_PERF_CAPABILITIES (MSR 0x345), 0 if the guest has none */
} vpmu_guest_config;

/* What the host can offer to one virtual CPU. A model shows no more than that. */
typedef struct vpmu_host_limits {
  uint32_t struct_size;
  uint32_t gp_counters;    /* number */
  uint32_t fixed_counters; /* number */
  uint32_t gp_width;       /* bits */
  uint32_t fixed_width;    /* bits */
  uint32_t arch_events;    /* number of architectural events that the host enumerates, for models that show them */
} vpmu_host_limits;

/* The leaf `leaf`/`subleaf` of a guest's CPUID; all zero if it is not there. */
static inline vpmu_cpuid_leaf vpmu_find_leaf(const vpmu_guest_config *VPMU_NONNULL guest, uint32_t leaf, uint32_t subleaf) {
  vpmu_cpuid_leaf none = {leaf, subleaf, 0, 0, 0, 0};
  for (uint32_t i = 0; guest->leaves && i < guest->leaf_count; i++) {
    const vpmu_cpuid_leaf *l =
        (const vpmu_cpuid_leaf *)(const void *)((const char *)guest->leaves + (size_t)i * guest->leaf_size);
    if (l->leaf == leaf && l->subleaf == subleaf) return *l; /* a leaf never gets shorter */
  }
  return none;
}

/* ---- Help for refresh ----------------------------------------------------------------------------------------- */

/* `count` ones, for a count of 0 to 63. */
static inline uint64_t vpmu_ones(uint32_t count) { return (1ull << (count & 63u)) - 1; }

static inline uint32_t vpmu_least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/*
 * Sets the counters that a guest has, never more than the host offers nor than a state can hold, and with them the bits
 * that the registers common to all of them do not have: the global ones have a bit for each counter; the control
 * register of the fixed ones has ring 0, rings 1 to 3 and interrupt of each. A counter without a bit is none. A model
 * adds what is left: the bits reserved in an event select, version, features, and bits of the status register that are
 * of no counter.
 */
static inline void vpmu_set_counters(vpmu_state *VPMU_NONNULL state, const vpmu_host_limits *VPMU_NONNULL host,
                                     uint32_t gp_count, uint32_t gp_width, uint32_t fixed_count, uint32_t fixed_width) {
  gp_width = vpmu_least(vpmu_least(gp_width, host->gp_width), 63);
  fixed_width = vpmu_least(vpmu_least(fixed_width, host->fixed_width), 63);
  state->gp_count = gp_width ? vpmu_least(vpmu_least(gp_count, host->gp_counters), VPMU_MAX_GP) : 0;
  state->fixed_count = fixed_width ? vpmu_least(vpmu_least(fixed_count, host->fixed_counters), VPMU_MAX_FIXED) : 0;
  state->gp_mask = vpmu_ones(gp_width);
  state->fixed_mask = vpmu_ones(fixed_width);
  state->all_valid = vpmu_ones(state->gp_count) | vpmu_ones(state->fixed_count) << VPMU_FIXED_BASE;
  state->global_control_reserved = ~state->all_valid;
  state->global_status_reserved = ~state->all_valid;
  state->fixed_control_reserved = UINT64_MAX;
  for (uint32_t i = 0; i < state->fixed_count; i++)
    state->fixed_control_reserved &= ~((VPMU_FIXED_OS | VPMU_FIXED_USER | VPMU_FIXED_INTERRUPT) << (4 * i));
}

/* ---- The callbacks -------------------------------------------------------------------------------------------- */

/*
 * The results of a callback are checked. A status, index, generic number or quality that is none of those named here is
 * a plugin fault: #GP for the guest where it is an access, no generic event where it is one, and a report to the
 * embedder.
 *
 * The guest is the adversary: it chooses every MSR number, ECX and value, in any order.
 *
 * `context` is the one of vpmu_plugin_info, the same for all virtual CPUs: a constant. Other pointers are valid during
 * the call. Only refresh is required. NULL: by the tables, or nothing where no table concerns it.
 */
typedef struct vpmu_ops {
  uint32_t struct_size;
  uint32_t reserved0;

  /* [setup] CPUID was set: decode it into the shape and set all_valid. All of `state` but its three size fields is
   * zero. Returns VPMU_DONE, or VPMU_FAULT: this CPUID can't be presented, and the virtual CPU is not made. Nor is it
   * made if the shape can't be, or has more counters or wider ones than `host` offers. A CPUID that shows no PMU is no
   * error: leave the counts zero. An embedder may give any CPUID, of a CPU too that no preset names: go by what it
   * says, and where the family or model is unknown by what all have in common. */
  vpmu_status (*VPMU_NULLABLE refresh)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state,
                                       const vpmu_guest_config *VPMU_NONNULL guest,
                                       const vpmu_host_limits *VPMU_NONNULL host);

  /* [setup] RESET of the virtual CPU, and after each refresh. The core has zeroed registers, model_words, counters and
   * requests and released every host event; set what is not zero after RESET. NULL: where there is a global control
   * register, it enables all general-purpose counters. */
  void (*VPMU_NULLABLE reset)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);

  /* [hot] Does this register exist for this guest? NULL: if a range has it, and the guest its features and counter. */
  bool (*VPMU_NULLABLE is_valid_msr)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state, uint32_t msr);

  /* [hot] The counter whose value or event select this MSR is: a write to it marks the counter in use. Returns the PMC
   * index of an existing counter, or -1 if the MSR belongs to no single one. NULL: as the roles say. */
  int32_t (*VPMU_NULLABLE msr_idx_to_pmc)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                          uint32_t msr);

  /* [hot] The counter that RDPMC with this ECX reads: the PMC index of an existing one, or -1 for #GP. Privilege is the
   * core's matter. NULL: by the ranges with VPMU_RANGE_RDPMC. */
  int32_t (*VPMU_NULLABLE rdpmc_ecx_to_pmc)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                            uint32_t ecx);

  /* [hot] RDMSR, of any number. Answers VPMU_DONE with the value; VPMU_COUNTER; VPMU_FAULT for a register that this
   * guest does not have, or that can't be read; VPMU_UNHANDLED for a number that the model claims for no guest;
   * VPMU_BY_TABLES. `flags`: VPMU_HOST_INITIATED. Changes nothing. */
  vpmu_answer (*VPMU_NULLABLE get_msr)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state, uint32_t msr,
                                       uint32_t flags);

  /* [hot] WRMSR, of any number. Stores what the register keeps, sets bits in `reprogram` for each counter that may now
   * count differently, and answers VPMU_DONE; or VPMU_COUNTER with the value to store (sign-extended by the model where
   * its hardware does); or VPMU_FAULT, VPMU_UNHANDLED or VPMU_BY_TABLES, as get_msr does, and changes nothing.
   * VPMU_ROLE_* says what each register does. */
  vpmu_answer (*VPMU_NULLABLE set_msr)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state, uint32_t msr,
                                       uint64_t value, uint32_t flags);

  /* [vcpu] The event of an event select. `selector` is the whole register. Returns its event and unit mask with the
   * generic event that stands for them, or with VPMU_GENERIC_NONE and VPMU_QUALITY_NONE. Flags (edge, invert, counter
   * mask) are the core's matter: with one of them set it uses no generic event. */
  vpmu_event (*VPMU_NULLABLE find_arch_event)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                              uint64_t selector);

  /* [vcpu] The event of fixed counter `index`, which is below fixed_count. `select` is the encoding of the same event
   * for a general-purpose counter, by which instructions that the VMM emulates are counted. */
  vpmu_event (*VPMU_NULLABLE find_fixed_event)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                               uint32_t index);

  /* [hot] May RDPMC with this ECX name a counter at all? VPMU_DONE: it may. VPMU_FAULT: #GP, before anything else is
   * checked. NULL: it may. */
  vpmu_status (*VPMU_NULLABLE check_rdpmc_early)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                                 uint32_t ecx);

  /* [vcpu] A PMI is about to be delivered: registers that change with it (such as a freeze) are changed here, with bits
   * in `reprogram` as set_msr sets them. The core acts on these before the guest runs. */
  void (*VPMU_NULLABLE deliver_pmi)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);

  /* [vcpu] A time slice of the virtual CPU began and the core has released unused host events. */
  void (*VPMU_NULLABLE cleanup)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);
} vpmu_ops;

/* ---- The tables ----------------------------------------------------------------------------------------------- */

/*
 * vpmu_register_range.role: what the register is, and with that what an access to it does. R is the register's mask of
 * reserved bits in vpmu_state (event_select_reserved, …); a write of a bit in R is #GP, or the bit is dropped if the
 * range says VPMU_RANGE_IGNORES_RESERVED. The host's own accesses (VPMU_HOST_INITIATED) do the same where nothing else
 * is said.
 */
typedef enum vpmu_role {
  /* Not described by a role: the model's get_msr and set_msr implement it. */
  VPMU_ROLE_OTHER = 0,
  /* Counter first_pmc + n, general-purpose. Exists while that counter does. Reads its value. Stores what is written,
   * cut to the width. */
  VPMU_ROLE_GP_COUNTER = 1,
  /* The event select of counter first_pmc + n. Exists while that counter does. A changed value requests a reprogram. */
  VPMU_ROLE_EVENT_SELECT = 2,
  /* The same as GP_COUNTER, for fixed counters. */
  VPMU_ROLE_FIXED_COUNTER = 3,
  /* fixed_control. A changed field of four bits marks its counter in use and requests a reprogram of it. */
  VPMU_ROLE_FIXED_CONTROL = 4,
  /* global_control. A changed bit requests a reprogram of its counter. */
  VPMU_ROLE_GLOBAL_CONTROL = 5,
  /* global_status, usually VPMU_RANGE_READ_ONLY. R: global_status_reserved, here and below. A write stores it; the host
   * gets #GP for a bit in R, dropped or not. */
  VPMU_ROLE_GLOBAL_STATUS = 6,
  /* Reads 0. A 1 written clears the bit of global_status. The host's write does nothing. */
  VPMU_ROLE_GLOBAL_STATUS_CLEAR = 7,
  /* Reads 0. A 1 written sets the bit of global_status, and raises no PMI. The host's write does nothing. */
  VPMU_ROLE_GLOBAL_STATUS_SET = 8,
  /* A constant that the model made of CPUID, such as IA32_PERF_CAPABILITIES: reads model_shape[word + n]. A write is
   * #GP; the host may write the same value. */
  VPMU_ROLE_CONSTANT = 9
} vpmu_role;

/* vpmu_register_range.flags */
/* a guest's write changes nothing: #GP, or ignored with VPMU_RANGE_IGNORES_RESERVED */
#define VPMU_RANGE_READ_ONLY 1u
/* counters: a guest's write stores bits 31:0, sign-extended to 64 bits and then cut to the width; the host's write
 * stores all bits */
#define VPMU_RANGE_SIGN_EXTENDS 2u
/* counters: a write of a bit above the width is #GP. Where an earlier range has the same counters these are second
 * names: msr_idx_to_pmc says -1 */
#define VPMU_RANGE_FULL_WIDTH 4u
/* reserved bits are dropped when written; without it: #GP */
#define VPMU_RANGE_IGNORES_RESERVED 8u
/* counters: RDPMC with ECX = rdpmc_base + n reads them */
#define VPMU_RANGE_RDPMC 16u
/* event selects: VPMU_SELECT_ENABLE of the first enables the counters of the whole range that have a ring; the others'
 * own bit means nothing. One range of a table at most */
#define VPMU_RANGE_SHARED_ENABLE 32u

/*
 * MSRs first, first + stride, … count of them: the same register of successive counters. The core answers accesses by
 * it, and tools read it: a VMM to filter MSRs, a guest driver to find its registers, a conformance kit to know what to
 * expect. It claims every number that some CPU of this model may have; one that is claimed and does not exist for a
 * guest is #GP. No number is claimed twice. Where two ranges name the same counters, a later one is the better one to
 * use, if it exists.
 *
 * Role and flags are the same on every CPU that has the range. Where CPUs differ, each kind has a range of its own,
 * with features; where they differ under one number, a register of VPMU_ROLE_OTHER and the model's code say what it
 * does.
 */
typedef struct vpmu_register_range {
  uint32_t first;  /* MSR number */
  uint32_t count;  /* number of registers, 1 or more */
  vpmu_role role;
  uint32_t stride;     /* distance of two; 0 means 1 */
  uint32_t flags;      /* VPMU_RANGE_* */
  uint32_t first_pmc;  /* PMC index of the first register's counter, for roles that have one */
  uint32_t rdpmc_base; /* with VPMU_RANGE_RDPMC: the RDPMC selector of that counter; the next counters' follow */
  uint32_t word;       /* VPMU_ROLE_CONSTANT: 0 to 3 */
  uint64_t features;   /* the registers exist only for a guest that has all of these VPMU_FEATURE_* */
} vpmu_register_range;

/* A row: VPMU_REGISTERS(0x186, 4, EVENT_SELECT), and more fields, as .stride = 2, behind it. */
#define VPMU_REGISTERS(first_, count_, ...) {(first_), (count_), VPMU_REGISTERS_REST(__VA_ARGS__, )}
#define VPMU_REGISTERS_REST(role_, ...) .role = VPMU_ROLE_##role_, __VA_ARGS__

/* One CPU that a model can be: a name for people, and the CPUID that makes it so. */
typedef struct vpmu_preset {
  uint32_t struct_size;
  uint32_t leaf_size;                 /* size of one element of `leaves` */
  const char *VPMU_NULLABLE name;     /* short, unique, for a command line: "intel-v2". Letters, digits, . - _ + */
  const char *VPMU_NULLABLE summary;  /* one line */
  /* Its default CPUID: only the leaves that refresh reads. Its vendor is the first of cpuid_vendors. */
  const vpmu_cpuid_leaf *VPMU_NULLABLE leaves;
  uint32_t leaf_count;
  uint32_t reserved0;
  uint64_t perf_capabilities; /* its default IA32_PERF_CAPABILITIES */
} vpmu_preset;

/* A row: VPMU_PRESET("acme-basic", "4 counters of 48 bits", leaves), and more fields, as .perf_capabilities = …, behind
 * it. */
#define VPMU_PRESET(name_, summary_, ...) \
  {sizeof(vpmu_preset), sizeof(vpmu_cpuid_leaf), (name_), (summary_), VPMU_PRESET_REST(__VA_ARGS__, )}
#define VPMU_PRESET_REST(leaves_, ...) \
  .leaves = (leaves_), .leaf_count = (uint32_t)(sizeof(leaves_) / sizeof((leaves_)[0])), __VA_ARGS__

/* vpmu_plugin_info.flags: the local APIC masks LVTPC when it delivers a PMI, until the guest unmasks it (Intel since
 * P6). */
#define VPMU_PLUGIN_MASKS_LVTPC 1u

/*
 * What the entry returns: constant, owned by the plugin, the same pointer at every call. No string is NULL, or holds
 * control characters; `id` and `name` are of letters, digits, and . - _ + only. An array has 4096 elements at most.
 */
typedef struct vpmu_plugin_info {
  uint32_t struct_size;
  uint16_t abi_major; /* VPMU_ABI_MAJOR */
  uint16_t abi_minor; /* VPMU_ABI_MINOR */
  const char *VPMU_NULLABLE id;      /* unique: reverse domain name, "org.example.pmu.acme" */
  const char *VPMU_NULLABLE name;    /* short, for a command line: "intel" */
  const char *VPMU_NULLABLE version; /* the plugin's own */
  const char *VPMU_NULLABLE license; /* SPDX expression */
  const vpmu_ops *VPMU_NULLABLE ops;
  void *VPMU_NULLABLE context; /* handed to every callback; may be NULL */
  /* Bits of an event select that hold the event's number, without the unit mask (bits 15:8). Event filters and emulated
   * instructions compare these and the unit mask. */
  uint64_t event_select_mask;
  uint32_t flags; /* VPMU_PLUGIN_* */
  /* CPUID vendor strings of 12 bytes that this model is for, the first one its default. */
  uint32_t vendor_count;
  const char *VPMU_NULLABLE const *VPMU_NULLABLE cpuid_vendors;
  const vpmu_preset *VPMU_NULLABLE presets; /* at least 1; the first is the default */
  uint32_t preset_count;
  uint32_t preset_size; /* size of one element of `presets` */
  const vpmu_register_range *VPMU_NULLABLE ranges;
  uint32_t range_count;
  uint32_t range_size; /* size of one element of `ranges` */
  /* Events by their encodings, the best first where one generic event has several. An encoding may stand in several
   * rows, each with other features: the first row that the guest has is the one. */
  const vpmu_event_row *VPMU_NULLABLE events;
  uint32_t event_count;
  uint32_t event_size; /* size of one element of `events` */
  /* The events of the fixed counters, by the counter's number. */
  const vpmu_event_row *VPMU_NULLABLE fixed_events;
  uint32_t fixed_event_count;
  uint32_t fixed_event_size; /* size of one element of `fixed_events` */
} vpmu_plugin_info;

/* The first fields of a vpmu_plugin_info. */
#define VPMU_PLUGIN(id_, name_, version_, license_, ops_)                                                            \
  .struct_size = sizeof(vpmu_plugin_info), .abi_major = VPMU_ABI_MAJOR, .abi_minor = VPMU_ABI_MINOR, .id = (id_),   \
  .name = (name_), .version = (version_), .license = (license_), .ops = (ops_)

/* The three fields of a table: VPMU_TABLE(range, my_ranges). `kind` is preset, range, event or fixed_event. */
#define VPMU_TABLE(kind, array)                                                                          \
  .kind##s = (array), .kind##_count = (uint32_t)(sizeof(array) / sizeof((array)[0])), .kind##_size = sizeof((array)[0])

/* The identity and the entry of a plugin whose vpmu_plugin_info is `info_`: VPMU_EXPORT(info) at file scope, the last
 * line. */
#define VPMU_EXPORT(info_)                                                                                             \
  VPMU_DECLARE_IDENTITY;                                                                                               \
  const vpmu_plugin_info *vpmu_plugin_entry_v1(const vpmu_services *services) { return (void)services, &(info_); }

/* The services of a core to a plugin. Valid for the life of the process. */
typedef struct vpmu_services {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char *VPMU_NONNULL core_version;
  /* [any], but not from a [hot] function: tells the embedder something about this plugin, for people. `text` is
   * copied. */
  void (*VPMU_NONNULL report)(const char *VPMU_NONNULL plugin_id, const char *VPMU_NONNULL text);
} vpmu_services;

/*
 * [setup] The entry. The major version is in its name. Starts no thread or process, opens no file, prints nothing; may
 * be called more than once. NULL: the plugin can't work in this process.
 */
__attribute__((visibility("default"))) const vpmu_plugin_info *VPMU_NULLABLE
vpmu_plugin_entry_v1(const vpmu_services *VPMU_NONNULL services);

/* ---- Frozen offsets ------------------------------------------------------------------------------------------- */

#if defined(__cplusplus)
#define VPMU_FROZEN(condition) static_assert(condition, #condition)
#else
#define VPMU_FROZEN(condition) _Static_assert(condition, #condition)
#endif

/* C99 can't assert while it compiles. */
#if UINTPTR_MAX == UINT64_MAX && (defined(__cplusplus) || __STDC_VERSION__ >= 201112L)
VPMU_FROZEN(sizeof(vpmu_abi_identity) == 8);
VPMU_FROZEN(sizeof(vpmu_status) == 4 && sizeof(vpmu_role) == 4 && sizeof(vpmu_generic) == 4 && sizeof(vpmu_quality) == 4);
VPMU_FROZEN(sizeof(vpmu_counter) == 24);
VPMU_FROZEN(offsetof(vpmu_state, features) == 24);
VPMU_FROZEN(offsetof(vpmu_state, gp_mask) == 32);
VPMU_FROZEN(offsetof(vpmu_state, all_valid) == 48);
VPMU_FROZEN(offsetof(vpmu_state, model_shape) == 88);
VPMU_FROZEN(offsetof(vpmu_state, model_words) == 120);
VPMU_FROZEN(offsetof(vpmu_state, fixed_control) == 152);
VPMU_FROZEN(offsetof(vpmu_state, reprogram) == 176);
VPMU_FROZEN(offsetof(vpmu_state, pmi_pending) == 216);
VPMU_FROZEN(offsetof(vpmu_state, counters) == 224);
VPMU_FROZEN(sizeof(vpmu_state) == 992);
VPMU_FROZEN(sizeof(vpmu_answer) == 16);
VPMU_FROZEN(sizeof(vpmu_event) == 16);
VPMU_FROZEN(sizeof(vpmu_event_row) == 40);
VPMU_FROZEN(sizeof(vpmu_cpuid_leaf) == 24);
VPMU_FROZEN(sizeof(vpmu_guest_config) == 32);
VPMU_FROZEN(sizeof(vpmu_host_limits) == 24);
VPMU_FROZEN(offsetof(vpmu_ops, refresh) == 8);
VPMU_FROZEN(offsetof(vpmu_ops, set_msr) == 56);
VPMU_FROZEN(sizeof(vpmu_ops) == 104);
VPMU_FROZEN(sizeof(vpmu_register_range) == 40);
VPMU_FROZEN(sizeof(vpmu_preset) == 48);
VPMU_FROZEN(offsetof(vpmu_plugin_info, ops) == 40);
VPMU_FROZEN(offsetof(vpmu_plugin_info, presets) == 80);
VPMU_FROZEN(sizeof(vpmu_plugin_info) == 144);
VPMU_FROZEN(sizeof(vpmu_services) == 24);
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#ifdef __cplusplus
}
#endif
#endif
