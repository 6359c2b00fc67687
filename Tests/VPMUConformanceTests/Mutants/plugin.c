/*
 * A plugin of a vendor of its own, small, complete and conforming, on which the conformance kit is tested. With
 * -DMUTANT_VPMU_MSR_001 it breaks the rule VPMU-MSR-001, and none that comes before it in the rule book.
 *
 * The tests find the names of the mutants in these files. The rule's number may be followed by:
 *   _B, _C …   another way to break the same rule
 *   _CRASHES   the verdict is "crashed" in place of "failed"
 *   _HANGS     the verdict is "timed out"
 *
 * It is made in callbacks, which mutants wrap, and leaves a register and the events of fixed counters to the tables.
 * With -DTABLES_ONLY it is without the scratch register, and nothing but tables and refresh; with -DWIDTH=n its
 * counters have n bits.
 *
 * One translation unit of several files:
 *   model.h      register numbers, features
 *   heap.h       memory for mutants that keep state outside vpmu_state
 *   shape.c      refresh, reset
 *   registers.c  get_msr, set_msr, is_valid_msr, msr_idx_to_pmc, rdpmc_ecx_to_pmc
 *   events.c     the event table, find_arch_event, find_fixed_event
 *   broken.h     macros for mutants that wrap a callback; broken_*.c: mutants that a single access shows
 *   broken_hot.c mutants with side effects on the path of a guest's access, or that do not return
 *   guest.c      mutants that wrap a callback and that only a running guest shows
 *   callbacks.h  the callbacks that no mutant wraps
 *   tables.c     the declared tables
 *   entry.c      the identity and the entry
 */
#include "vpmu_plugin.h"

#include "model.h"

#include "heap.h"

#include "shape.c"

#include "registers.c"

#include "events.c"

#include "broken.h"

#include "broken_claims.c"
#include "broken_control.c"
#include "broken_counters.c"
#include "broken_host.c"
#include "broken_hot.c"
#include "broken_rdpmc.c"
#include "broken_selects.c"
#include "broken_shape.c"
#include "broken_status.c"

#include "guest.c"

#include "callbacks.h"

#include "tables.c"

#include "entry.c"
