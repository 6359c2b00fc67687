/* Mutants with side effects on the path of a guest's access, and mutants whose callbacks do not return. */

#ifdef MUTANT_VPMU_ABI_020
/* Allocates a copy of the value, and frees it. */
#include <stdlib.h>
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t *copy = malloc(sizeof *copy);
  *(volatile uint64_t *)copy = value;
  vpmu_answer answer = set_msr(context, state, msr, *copy, flags);
  return free(copy), answer;
}
#endif

#ifdef MUTANT_VPMU_ABI_020_B
/* Counts the reads of one register in a global variable. */
#define GET_MSR broken_get_msr
static volatile uint64_t reads;
BROKEN_GET_MSR {
  if (msr == GLOBAL_STATUS) reads++;
  return get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_ABI_020_C
/* Writes to standard error for numbers that it does not handle. */
#include <unistd.h>
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  vpmu_answer answer = get_msr(context, state, msr, flags);
  if (answer.status == VPMU_UNHANDLED && write(2, "?", 1) != 1) answer.value = 1;
  return answer;
}
#endif

#ifdef MUTANT_VPMU_ABI_020_D
/* Allocates in the early check of RDPMC. */
#include <stdlib.h>
#define CHECK_RDPMC_EARLY broken_check_rdpmc_early
BROKEN_CHECK_RDPMC_EARLY {
  (void)context, (void)state;
  volatile vpmu_status *status = calloc(1, sizeof *status);
  *status = ecx == UINT32_MAX ? VPMU_FAULT : VPMU_DONE;
  vpmu_status copy = *status;
  return free((void *)status), copy;
}
#endif

#ifdef MUTANT_VPMU_ABI_021_CRASHES
/* Reads from an address that is not mapped. */
#define GET_MSR broken_get_msr
BROKEN_GET_MSR {
  if (msr == SCRATCH + 1) return done(*(volatile uint64_t *)(uintptr_t)msr);
  return get_msr(context, state, msr, flags);
}
#endif

#ifdef MUTANT_VPMU_ABI_021_B_CRASHES
/* Ends the process at an unexpected value. */
#include <stdlib.h>
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  if (msr == SCRATCH && value == UINT64_MAX) exit(3);
  return set_msr(context, state, msr, value, flags);
}
#endif

#ifdef MUTANT_VPMU_ABI_021_C_CRASHES
/* Uses up the stack. */
#define IS_VALID_MSR broken_is_valid_msr
BROKEN_IS_VALID_MSR {
  volatile char frame[256];
  frame[0] = (char)msr;
  if (msr == SCRATCH) return broken_is_valid_msr(context, state, msr) && frame[0];
  return is_valid_msr(context, state, msr);
}
#endif

#ifdef MUTANT_VPMU_ABI_021_HANGS
/* Loops without end for one register. */
#define MSR_IDX_TO_PMC broken_msr_idx_to_pmc
BROKEN_MSR_IDX_TO_PMC {
  while (msr == STATUS_SET) __asm__ volatile("pause");
  return msr_idx_to_pmc(context, state, msr);
}
#endif

#ifdef MUTANT_VPMU_MSR_026_CRASHES
/* Traps when a guest clears the only status bit that is set. */
#define SET_MSR broken_set_msr
BROKEN_SET_MSR {
  uint64_t status = state->global_status;
  vpmu_answer answer = set_msr(context, state, msr, value, flags);
  if (msr == STATUS_CLEAR && !(flags & VPMU_HOST_INITIATED) && status & value && value == (status & -status) &&
      state->reprogram == 0)
    __builtin_trap();
  return answer;
}
#endif
