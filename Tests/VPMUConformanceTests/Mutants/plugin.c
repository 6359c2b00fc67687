/*
 * A plugin of a vendor of its own, small, complete and right, that the conformance kit is tested on. With
 * -DMUTANT_VPMU_MSR_001 it breaks the rule VPMU-MSR-001, and none that comes before it in the rule book.
 *
 * The names of the mutants are found by a search through these files. Behind the rule's number may stand:
 *   _B, _C …   another way to break the same rule
 *   _CRASHES   the verdict is "crashed" in place of "failed"
 *   _HANGS     the verdict is "timed out"
 *
 * One file for the compiler, several for people:
 *   model.h      register numbers, features
 *   shape.c      refresh, reset
 *   registers.c  get_msr, set_msr, is_valid_msr, msr_idx_to_pmc, rdpmc_ecx_to_pmc
 *   events.c     the event table, find_arch_event, find_fixed_event
 *   broken.h     mutants that stand before callbacks, of what one access shows, and broken_*.c
 *   guest.c      mutants that stand before callbacks, of what only a running guest notifications
 *   callbacks.h  which callbacks no mutant stands before
 *   tables.c     what the plugin declares
 *   entry.c      the identity and the entry
 */
#include "vpmu_plugin.h"

#include "model.h"

#include "shape.c"

#include "registers.c"

#include "events.c"

#include "broken.h"

#include "broken_claims.c"
#include "broken_control.c"
#include "broken_counters.c"
#include "broken_host.c"
#include "broken_rdpmc.c"
#include "broken_selects.c"
#include "broken_shape.c"
#include "broken_status.c"

#include "guest.c"

#include "callbacks.h"

#include "tables.c"

#include "entry.c"
