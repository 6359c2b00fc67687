/*
 * vpmu_plugin.h: the boundary between the virtual PMU and a PMU model.
 *
 * A model describes one vendor's performance-monitoring registers. It is a shared library that exports one function,
 * vpmu_plugin_entry_v1, and carries its identity in an ELF section. This header is all that an author needs.
 *
 * WHO OWNS WHAT
 *   The core owns the counters: their values, the host events behind them, overflow and interrupts. It also owns the
 *   memory of `vpmu_state`. The model owns the meaning of registers: which MSR is which counter, which bits are
 *   reserved, what CPUID says. A model keeps no state of its own for a virtual CPU: whatever a register needs lives in
 *   vpmu_state, so that saving a virtual CPU is copying that struct.
 *
 *   A model never calls the core back while it handles an access. It ANSWERS (vpmu_answer): done, fault, not mine, or
 *   "that counter", and the core then reads or writes the counter. Other consequences are words in vpmu_state that the
 *   model sets bits in: `reprogram` and `in_use`.
 *
 * WHAT HAPPENS WHEN
 *   CPUID was set         refresh, then reset
 *   RESET                 reset
 *   WRMSR                 msr_idx_to_pmc, which marks a counter as in use, then set_msr
 *   RDMSR                 get_msr
 *   RDPMC                 check_rdpmc_early, then rdpmc_ecx_to_pmc
 *   emulated instruction  find_fixed_event, for fixed counters that count
 *   guest is to run       find_arch_event or find_fixed_event, for each counter marked in `reprogram` that counts and
 *                         needs another host event; cleanup, at the first time of a time slice; deliver_pmi, if a PMI is
 *                         due
 *   is_valid_msr is asked by VMMs and tools; no access asks it first.
 *
 * WHEN A COUNTER COUNTS
 *   If it is in all_valid, and enabled by its own control (VPMU_SELECT_ENABLE; for a fixed counter, a ring in its field
 *   of fixed_control), and its bit in global_control is set where the guest has that register, and the VM's event filter
 *   lets it. When it wraps, the core sets its bit in global_status, and a PMI is due if its control asks for one.
 *
 * THREE INDEX SPACES
 *   MSR number      the operand of RDMSR and WRMSR
 *   RDPMC selector  ECX of RDPMC
 *   PMC index       the core's own, one bit each in a 64-bit word: general-purpose counter n is n, fixed counter i is
 *                   VPMU_FIXED_BASE + i
 *
 * CONTEXTS (the tag in front of each function)
 *   [setup]  before the virtual CPU runs, or while it is stopped; one call at a time for one vpmu_state
 *   [vcpu]   on the virtual CPU's thread while it is outside the guest; one call at a time for one vpmu_state, but calls
 *            for different states run at the same time on other threads, so a model has no mutable globals
 *   [hot]    a [vcpu] function on the path of a guest's access: no allocation, no lock, no system call, no logging
 *   [any]    any thread, any time
 *
 * GROWING
 *   A struct that is handed over by pointer begins with its size in bytes, `struct_size`; arrays say how large one
 *   element is. Fields are only appended. Who reads a struct of the other side uses min(their size, own size) bytes and
 *   takes the rest as zero; who writes one looks at struct_size before it touches a field that was added later.
 *   vpmu_answer and vpmu_event are returned by value and never grow. The major version is in the entry's name and changes
 *   when this can't be kept.
 *
 * All values are little-endian, all strings are UTF-8 and live as long as the process. No function may unwind or longjmp.
 *
 * A PLUGIN IN C
 *
 *     #include "vpmu_plugin.h"
 *     VPMU_DECLARE_IDENTITY;
 *     ... callbacks, and static const tables ...
 *     static const vpmu_ops ops = {.struct_size = sizeof ops, .refresh = refresh, ...};
 *     static const vpmu_plugin_info info = {.struct_size = sizeof info, .abi_major = VPMU_ABI_MAJOR, .ops = &ops, ...};
 *     const vpmu_plugin_info *vpmu_plugin_entry_v1(const vpmu_services *services) { return &info; }
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
  uint64_t base;     /* the counter's value when it was last looked at, in events, within the width. What its host event
                        has counted since is missing: a model that is asked for the value answers VPMU_COUNTER */
  uint64_t emulated; /* events of emulated instructions not yet added to base */
  uint64_t selector; /* general-purpose: the event select register. Fixed: unused */
} vpmu_counter;

/* vpmu_state.features. Bits 16 to 31 are the model's own, for the registers that only some of its CPUs have. */
enum {
  /* There is a global control register: a counter counts only if its bit in `global_control` is set. */
  VPMU_FEATURE_GLOBAL_CONTROL = 1u << 0
};
/* The model's own feature n, 0 to 15. */
#define VPMU_FEATURE_OF_MODEL(n) (1u << (16u + (n)))

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
  uint32_t features;    /* VPMU_FEATURE_* */
  uint32_t gp_count;    /* 0 to VPMU_MAX_GP */
  uint32_t fixed_count; /* 0 to VPMU_MAX_FIXED */
  uint32_t reserved0;
  uint64_t gp_mask;    /* 2^width - 1 of the general-purpose counters; width 1 to 63 bits */
  uint64_t fixed_mask; /* the same for the fixed ones */
  uint64_t all_valid;  /* the counters that exist */
  /* Bits that a register does not have: what VPMU_ROLE_* calls R. The model's callbacks go by them, and tools. */
  uint64_t event_select_reserved;
  uint64_t fixed_control_reserved;
  uint64_t global_control_reserved;
  uint64_t global_status_reserved;
  /* For settings that this struct has no name for: what refresh made of CPUID. Part of the shape: a saved state is
   * restored only where they are the same. */
  uint64_t model_shape[4];
  /* For registers that this struct has no name for. Zeroed at RESET. */
  uint64_t model_words[4];

  /* Registers. The model stores what the guest wrote; the core sets the bit in global_status of a counter that wraps,
   * whether or not the guest has a register that shows it. */
  uint64_t fixed_control;
  uint64_t global_control;
  uint64_t global_status;

  /* Requests of the model to the core: it sets bits, the core clears them. */
  uint64_t reprogram; /* look at these counters again before the guest runs. Here and in in_use, bits of counters that do
                         not exist are passed over */
  uint64_t in_use;    /* the guest touched these counters in this time slice. The core marks the counter that
                         msr_idx_to_pmc names by itself; a model marks others, such as fixed counters whose control
                         field changed */

  /* The core's own. A model leaves these alone. */
  uint64_t retry;       /* counters whose host event was refused */
  uint64_t interrupts;  /* counters whose overflow raises a PMI, as programmed last */
  uint32_t pmi_pending; /* 1: the next entry delivers a PMI */
  uint32_t need_cleanup; /* 1: a time slice began, unused host events are to go */

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

/* ---- What a model answers ------------------------------------------------------------------------------------- */

/* vpmu_answer.status */
enum {
  VPMU_DONE = 0,     /* handled; for a read, `value` is what the guest gets */
  VPMU_COUNTER = 1,  /* it is counter `pmc`: a read gives its value, a write stores `value` in it (the core masks it).
                        The core does all that follows from a new value: it needs no bit in `reprogram` */
  VPMU_FAULT = 2,    /* the guest gets #GP; the model changed nothing */
  VPMU_UNHANDLED = 3, /* the model does not know this MSR number: the VMM decides */
};

/* Returned in two registers. */
typedef struct vpmu_answer {
  int32_t status; /* VPMU_DONE … VPMU_UNHANDLED; anything else is a plugin fault, and #GP for the guest */
  uint32_t pmc;   /* with VPMU_COUNTER: the PMC index of an existing counter */
  uint64_t value; /* with VPMU_DONE of a read, and VPMU_COUNTER of a write */
} vpmu_answer;

/* Flags of an access. */
enum {
  VPMU_HOST_INITIATED = 1u << 0 /* by the VMM itself (save, restore), not by the guest */
};

/* ---- Events --------------------------------------------------------------------------------------------------- */

/* vpmu_event.generic: the events that perf_event_open(2) names PERF_COUNT_HW_*, with the same numbers. */
enum {
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
};

/* vpmu_event.quality: how well the generic event stands for the guest's on a host of any vendor. */
enum {
  VPMU_QUALITY_NONE = 0,        /* there is no generic event */
  VPMU_QUALITY_APPROXIMATE = 1, /* counts something of the kind, at another place or by other rules */
  VPMU_QUALITY_SAME_UNIT = 2,   /* the same thing in the same unit, at another rate */
  VPMU_QUALITY_EXACT = 3        /* the same */
};

typedef struct vpmu_event {
  uint64_t select; /* event and unit mask, as in an event select register, no other bit set */
  int32_t generic; /* VPMU_GENERIC_* */
  int32_t quality; /* VPMU_QUALITY_* */
} vpmu_event;

/* ---- What a model is given ------------------------------------------------------------------------------------ */

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

/* ---- The callbacks -------------------------------------------------------------------------------------------- */

/*
 * What a callback returns is checked. A status, index, generic number or quality that is none of those named here is a
 * plugin fault: #GP for the guest where it is an access, no generic event where it is one, and a report to the embedder.
 *
 * The guest is the adversary: it chooses every MSR number, ECX and value, in any order.
 *
 * `context` is the one of vpmu_plugin_info, the same for all virtual CPUs: a constant. Other pointers are valid during
 * the call. Required: refresh, reset, is_valid_msr, msr_idx_to_pmc, rdpmc_ecx_to_pmc, get_msr, set_msr, find_arch_event,
 * find_fixed_event. The others may be NULL.
 */
typedef struct vpmu_ops {
  uint32_t struct_size;
  uint32_t reserved0;

  /* [setup] CPUID was set: decode it into the shape and set all_valid anew. All of `state` but its three size fields is
   * zero. Returns VPMU_DONE, or VPMU_FAULT: this CPUID can't be presented, and the virtual CPU is not made. Nor is it made
   * if the shape can't be, or has more counters or wider ones than `host` offers. A CPUID that shows no PMU is no error:
   * leave the counts zero. An embedder may give any CPUID, of a CPU too that no vpmu_preset names: go by what it says,
   * and where the family or model is unknown by what all have in common. */
  int32_t (*VPMU_NULLABLE refresh)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state,
                                   const vpmu_guest_config *VPMU_NONNULL guest,
                                   const vpmu_host_limits *VPMU_NONNULL host);

  /* [setup] RESET of the virtual CPU, and after each refresh. The core has zeroed registers, model_words, counters and
   * requests and released every host event; set what is not zero after RESET. */
  void (*VPMU_NULLABLE reset)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);

  /* [hot] Does this register exist for this guest? */
  bool (*VPMU_NULLABLE is_valid_msr)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state, uint32_t msr);

  /* [hot] The counter whose value or event select this MSR is: a write to it marks the counter in use. Returns the PMC
   * index of an existing counter, or -1 if the MSR belongs to no single one. For a register of a declared role other than
   * VPMU_ROLE_OTHER the answer depends on the guest's CPUID alone: the core may ask once, after refresh, and keep it. */
  int32_t (*VPMU_NULLABLE msr_idx_to_pmc)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                          uint32_t msr);

  /* [hot] The counter that RDPMC with this ECX reads: the PMC index of an existing one, or -1 for #GP. Privilege is the
   * core's matter. */
  int32_t (*VPMU_NULLABLE rdpmc_ecx_to_pmc)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                            uint32_t ecx);

  /* [hot] RDMSR. Answers VPMU_DONE with the value; VPMU_COUNTER; VPMU_FAULT for a register that this guest does not
   * have, or that can't be read; VPMU_UNHANDLED for a number that the model claims for no guest. `flags`:
   * VPMU_HOST_INITIATED. Changes nothing. */
  vpmu_answer (*VPMU_NULLABLE get_msr)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state, uint32_t msr,
                                       uint32_t flags);

  /* [hot] WRMSR. Stores what the register keeps, sets bits in `reprogram` for each counter that may now count
   * differently, and answers VPMU_DONE; or VPMU_COUNTER with the value to store (sign-extended by the model where its
   * hardware does); or VPMU_FAULT or VPMU_UNHANDLED, as get_msr does, and changes nothing. What each register does is
   * said at VPMU_ROLE_*. */
  vpmu_answer (*VPMU_NULLABLE set_msr)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state, uint32_t msr,
                                       uint64_t value, uint32_t flags);

  /* [vcpu] What an event select asks for, as a generic event. `selector` is the whole register. Returns its event and
   * unit mask with the generic event that stands for them, or with VPMU_GENERIC_NONE and VPMU_QUALITY_NONE. Flags
   * (edge, invert, counter mask) are the core's matter: with one of them set it uses no generic event. */
  vpmu_event (*VPMU_NULLABLE find_arch_event)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                              uint64_t selector);

  /* [vcpu] What fixed counter `index` counts. `index` is below fixed_count. `select` is the encoding of the same event
   * for a general-purpose counter, by which instructions that the VMM emulates are counted. */
  vpmu_event (*VPMU_NULLABLE find_fixed_event)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                               uint32_t index);

  /* [hot] optional. Is RDPMC with this ECX worth looking at? VPMU_DONE: yes. VPMU_FAULT: #GP, before anything else is
   * checked. */
  int32_t (*VPMU_NULLABLE check_rdpmc_early)(void *VPMU_NULLABLE context, const vpmu_state *VPMU_NONNULL state,
                                             uint32_t ecx);

  /* [vcpu] optional. A PMI is about to be delivered: registers that change with it (such as a freeze) are changed
   * here, with bits in `reprogram` as set_msr sets them. The core acts on these before the guest runs. */
  void (*VPMU_NULLABLE deliver_pmi)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);

  /* [vcpu] optional. A time slice of the virtual CPU began and the core has released unused host events. */
  void (*VPMU_NULLABLE cleanup)(void *VPMU_NULLABLE context, vpmu_state *VPMU_NONNULL state);
} vpmu_ops;

/* ---- What a plugin declares ----------------------------------------------------------------------------------- */

/*
 * vpmu_register_range.role: what the register is, and with that what an access to it does. R is the register's mask of
 * reserved bits in vpmu_state (event_select_reserved, …); a write of a bit in R is #GP, or the bit is dropped if the range
 * says VPMU_RANGE_IGNORES_RESERVED. The host's own accesses (VPMU_HOST_INITIATED) do the same where nothing else is said.
 */
enum {
  /* Something else: what it does is the model's secret. */
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
  VPMU_ROLE_GLOBAL_STATUS_SET = 8
};

/* vpmu_register_range.flags */
enum {
  VPMU_RANGE_READ_ONLY = 1u << 0,    /* a guest's write changes nothing: #GP, or ignored with VPMU_RANGE_IGNORES_RESERVED */
  VPMU_RANGE_SIGN_EXTENDS = 1u << 1, /* counters: a guest's write stores bits 31:0, sign-extended to 64 bits and then
                                        cut to the width; the host's write stores all bits */
  VPMU_RANGE_FULL_WIDTH = 1u << 2,   /* counters: a write of a bit above the width is #GP. Where an earlier range has
                                        the same counters these are second names: msr_idx_to_pmc says -1 */
  VPMU_RANGE_IGNORES_RESERVED = 1u << 3         /* what the register does not have is dropped when written; without it: #GP */
};

/*
 * MSRs first, first + stride, … count of them: the same register of successive counters. One line of a table that
 * tools read: a VMM to filter MSRs, a guest driver to find its registers, a conformance kit to know what to expect. It
 * claims every number that some CPU of this plugin may have; one that is claimed and does not exist for a guest is #GP.
 * No number is claimed twice. Where two ranges name the same counters, a later one is the better one to use, if it exists.
 *
 * Role and flags are the same on every CPU that has the range. Where CPUs differ, each kind has a range of its own, with
 * features; where they differ under one number, a register of VPMU_ROLE_OTHER and the model's code say what it does.
 */
typedef struct vpmu_register_range {
  uint32_t first;      /* MSR number */
  uint32_t count;      /* number of registers */
  uint32_t stride;     /* distance of two, 1 or more */
  uint16_t role;       /* VPMU_ROLE_* */
  uint16_t flags;      /* VPMU_RANGE_* */
  uint32_t first_pmc;  /* PMC index of the first register's counter, for roles that have one */
  uint32_t rdpmc_base; /* the RDPMC selector of that counter; the next counters' follow. UINT32_MAX: none */
  uint32_t features;   /* the registers exist only for a guest that has all of these VPMU_FEATURE_* */
  uint32_t reserved0;
} vpmu_register_range;

/* One CPU that a plugin can be: a name for people, and the CPUID that makes it so. */
typedef struct vpmu_preset {
  uint32_t struct_size;
  uint32_t leaf_size;                 /* size of one element of `leaves` */
  const char *VPMU_NULLABLE name;     /* short, unique, for a command line: "intel-v2". Letters, digits, . - _ + */
  const char *VPMU_NULLABLE summary;  /* one line */
  /* Its default CPUID: only the leaves that refresh looks at. Its vendor is the first of cpuid_vendors. */
  const vpmu_cpuid_leaf *VPMU_NULLABLE leaves;
  uint32_t leaf_count;
  uint32_t reserved0;
  uint64_t perf_capabilities; /* its default IA32_PERF_CAPABILITIES */
} vpmu_preset;

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
  /* CPUID vendor strings of 12 bytes that this plugin is for, the first one its default. */
  const char *VPMU_NULLABLE const *VPMU_NULLABLE cpuid_vendors;
  uint32_t vendor_count;
  uint32_t preset_count; /* at least 1; the first model is the default */
  const vpmu_preset *VPMU_NULLABLE models;
  uint32_t preset_size; /* size of one element of `models` */
  uint32_t range_size; /* size of one element of `ranges` */
  const vpmu_register_range *VPMU_NULLABLE ranges;
  uint32_t range_count;
  uint32_t event_size; /* size of one element of `events` */
  /* The generic events and their encodings, the best first where one generic event has several. For tools: one list for
   * all models, so it has what they share; find_arch_event may know more for some of them. */
  const vpmu_event *VPMU_NULLABLE events;
  uint32_t event_count;
  uint32_t reserved0;
  /* Bits of an event select that hold the event's number, without the unit mask (bits 15:8). Event filters and emulated
   * instructions compare these and the unit mask. */
  uint64_t event_select_mask;
  const vpmu_ops *VPMU_NULLABLE ops;
  void *VPMU_NULLABLE context; /* handed to every callback; may be NULL */
} vpmu_plugin_info;

/* What a core offers to a plugin. Valid for the life of the process. */
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
 * [setup] The entry. The major version is in its name. Starts no thread or process, opens no file, prints nothing; may be
 * called more than once. NULL: the plugin can't work in this process.
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
VPMU_FROZEN(sizeof(vpmu_counter) == 24);
VPMU_FROZEN(offsetof(vpmu_state, gp_mask) == 32);
VPMU_FROZEN(offsetof(vpmu_state, all_valid) == 48);
VPMU_FROZEN(offsetof(vpmu_state, model_shape) == 88);
VPMU_FROZEN(offsetof(vpmu_state, model_words) == 120);
VPMU_FROZEN(offsetof(vpmu_state, fixed_control) == 152);
VPMU_FROZEN(offsetof(vpmu_state, reprogram) == 176);
VPMU_FROZEN(offsetof(vpmu_state, pmi_pending) == 208);
VPMU_FROZEN(offsetof(vpmu_state, counters) == 216);
VPMU_FROZEN(sizeof(vpmu_state) == 984);
VPMU_FROZEN(sizeof(vpmu_answer) == 16);
VPMU_FROZEN(sizeof(vpmu_event) == 16);
VPMU_FROZEN(sizeof(vpmu_cpuid_leaf) == 24);
VPMU_FROZEN(sizeof(vpmu_guest_config) == 32);
VPMU_FROZEN(sizeof(vpmu_host_limits) == 24);
VPMU_FROZEN(offsetof(vpmu_ops, refresh) == 8);
VPMU_FROZEN(offsetof(vpmu_ops, set_msr) == 56);
VPMU_FROZEN(sizeof(vpmu_ops) == 104);
VPMU_FROZEN(sizeof(vpmu_register_range) == 32);
VPMU_FROZEN(sizeof(vpmu_preset) == 48);
VPMU_FROZEN(offsetof(vpmu_plugin_info, models) == 56);
VPMU_FROZEN(offsetof(vpmu_plugin_info, ops) == 112);
VPMU_FROZEN(sizeof(vpmu_plugin_info) == 128);
VPMU_FROZEN(sizeof(vpmu_services) == 24);
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#ifdef __cplusplus
}
#endif
#endif
