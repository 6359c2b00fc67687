/*
 * Memory for mutants that keep state outside vpmu_state. It is allocated on the heap while the library is loaded, and
 * is no data of the library: callbacks that write it break the mutant's rule, and not VPMU-ABI-020.
 */
#if defined(MUTANT_VPMU_REF_008) || defined(MUTANT_VPMU_REF_009) || defined(MUTANT_VPMU_LAZ_001) || \
    defined(MUTANT_VPMU_THR_001) || defined(MUTANT_VPMU_THR_002) || defined(MUTANT_VPMU_THR_003)
#include <stdlib.h>
static volatile uint64_t *heap_word;
__attribute__((constructor)) static void allocate_heap_word(void) { heap_word = calloc(1, sizeof *heap_word); }
#endif
