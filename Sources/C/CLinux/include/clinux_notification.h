/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Overflow notifications: a signal handler that turns the descriptor of a signal into a bit of a word.
 *
 * One table for the process, by descriptor. An entry names the word and the bit; the handler ORs the one into the
 * other, kicks the thread's vCPU if it has one (clinux_kick.h), counts, and does nothing else. When the kernel can't
 * queue the signal (RLIMIT_SIGPENDING) it sends a plain SIGIO, which names no descriptor: then bit 63 is set in every
 * word of the table: "read all counters".
 */
#ifndef CLINUX_NOTIFICATION_H
#define CLINUX_NOTIFICATION_H

#include <stdint.h>

/* Descriptors below this number can have an entry. */
#define CLINUX_NOTIFICATION_DESCRIPTORS 65536

/* The bit that SIGIO sets. */
#define CLINUX_NOTIFICATION_LOST (1ull << 63)

/*
 * Notifications of `fd` that reach the calling thread set `bits` (not 0) in the 64-bit word at `word`; on another
 * thread they are not taken: they are of an event that had this descriptor before. Replaces the entry there was.
 * Returns 0, or -EMFILE if `fd` is not below CLINUX_NOTIFICATION_DESCRIPTORS.
 */
int clinux_notification_register(int fd, void *_Nonnull word, uint64_t bits);

/* Signals of overflows that the calling thread has taken, and SIGIO. */
uint64_t clinux_notifications_taken(void);

/* Notifications of `fd` so far that reached the thread which registered it. What SIGIO stands for counts once for
 * each entry of the thread. Goes on when the descriptor's number is used again. */
uint64_t clinux_notifications_of(int fd);

/* Clears the entry of `fd`. When it returns, no handler on any thread uses its word any more. To be called before
 * close. */
void clinux_notification_clear(int fd);

/* Number of entries in the table. */
int clinux_notification_count(void);

/*
 * Installs the handlers for `signal_number` and SIGIO. A handler of SIGIO that was there is called as well. Returns 0;
 * -EINVAL if the number is not SIGRTMIN to SIGRTMAX; -EBUSY if `signal_number` has a handler of someone else:
 * then nothing is changed.
 */
int clinux_notification_install(int signal_number);

/* From now on `signal_number` is ignored, if the handler was ours. SIGIO stays handled: one may still be under way, and
 * its default action ends the process. */
void clinux_notification_uninstall(int signal_number);

/* Whether the calling thread blocks `signal_number`: 1 or 0. */
int clinux_signal_is_blocked(int signal_number);

/* Unblocks `signal_number` and SIGIO for the calling thread. */
void clinux_signal_unblock(int signal_number);

/* SIGRTMIN and SIGRTMAX of this process. */
int clinux_first_realtime_signal(void);
int clinux_last_realtime_signal(void);

#endif
