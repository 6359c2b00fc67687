/* The callbacks of the table: those of the conforming plugin, where no mutant wraps them. */
#ifndef REFRESH
#define REFRESH refresh
#endif
#ifndef RESET
#define RESET reset
#endif
#ifndef IS_VALID_MSR
#define IS_VALID_MSR is_valid_msr
#endif
#ifndef MSR_IDX_TO_PMC
#define MSR_IDX_TO_PMC msr_idx_to_pmc
#endif
#ifndef RDPMC_ECX_TO_PMC
#define RDPMC_ECX_TO_PMC rdpmc_ecx_to_pmc
#endif
#ifndef CHECK_RDPMC_EARLY
#define CHECK_RDPMC_EARLY NULL
#endif
#ifndef GET_MSR
#define GET_MSR get_msr
#endif
#ifndef SET_MSR
#define SET_MSR set_msr
#endif
#ifndef FIND_FIXED_EVENT
#define FIND_FIXED_EVENT NULL
#endif
