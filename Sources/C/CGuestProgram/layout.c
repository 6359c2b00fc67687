/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "guest_program.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #field)

AT(guest_command, op, COMMAND_OP);
AT(guest_command, operand, COMMAND_OPERAND);
AT(guest_command, value, COMMAND_VALUE);
AT(guest_command, result, COMMAND_RESULT);
AT(guest_command, faulted, COMMAND_FAULTED);
_Static_assert(sizeof(guest_command) == COMMAND_SIZE, "");

AT(guest_counter, bit, COUNTER_BIT);
AT(guest_counter, value_msr, COUNTER_VALUE_MSR);
AT(guest_counter, control_msr, COUNTER_CONTROL_MSR);
AT(guest_counter, preset, COUNTER_PRESET);
AT(guest_counter, enabled, COUNTER_ENABLED);
AT(guest_counter, disabled, COUNTER_DISABLED);
AT(guest_counter, top_bit, COUNTER_TOP_BIT);
AT(guest_counter, overflows, COUNTER_OVERFLOWS);
AT(guest_counter, last, COUNTER_LAST);
_Static_assert(sizeof(guest_counter) == COUNTER_SIZE, "");

AT(guest_shared, next, SHARED_NEXT);
AT(guest_shared, faulted, SHARED_FAULTED);
AT(guest_shared, lost_vector, SHARED_LOST_VECTOR);
AT(guest_shared, lost_address, SHARED_LOST_ADDRESS);
AT(guest_shared, global_control, SHARED_GLOBAL_CONTROL);
AT(guest_shared, global_status, SHARED_GLOBAL_STATUS);
AT(guest_shared, global_clear, SHARED_GLOBAL_CLEAR);
AT(guest_shared, lvtpc, SHARED_LVTPC);
AT(guest_shared, all_counters, SHARED_ALL_COUNTERS);
AT(guest_shared, lvtpc_value, SHARED_LVTPC_VALUE);
AT(guest_shared, counter_count, SHARED_COUNTER_COUNT);
AT(guest_shared, eoi, SHARED_EOI);
AT(guest_shared, pmis, SHARED_PMIS);
AT(guest_shared, empty_pmis, SHARED_EMPTY_PMIS);
AT(guest_shared, counters, SHARED_COUNTERS);
AT(guest_shared, times, SHARED_TIMES);
AT(guest_shared, commands, SHARED_COMMANDS);
_Static_assert(sizeof(guest_shared) == SHARED_SIZE, "");
_Static_assert(GUEST_SHARED_ADDRESS + SHARED_SIZE <= GUEST_PROGRAM_ADDRESS, "");
