/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_notification.h"

#include "clinux_kick.h"
#include "clinux_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

typedef _Atomic(uint64_t) notification_word;

/* 0 everywhere, so that untouched pages of the table cost no memory. */
struct entry {
  _Atomic(notification_word *) word; /* NULL: no entry */
  _Atomic(uint64_t) bits;
  _Atomic(uint64_t) owner; /* number of the thread that registered it, which the descriptor's signals go to */
  _Atomic(uint64_t) notifications; /* ever, of all descriptors of this number; only the owner's count */
  atomic_uint handlers; /* that are at work on this entry, on whatever thread */
};

static CLINUX_THREAD_LOCAL volatile uint64_t notifications_taken;

uint64_t clinux_notifications_taken(void) { return notifications_taken; }

static struct entry table[CLINUX_NOTIFICATION_DESCRIPTORS];
/* One more than the highest descriptor that ever had an entry: as far as SIGIO has to look. */
static atomic_int table_end;
static atomic_int entries;

static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous_sigio;
static int sigio_was_installed;

int clinux_notification_register(int fd, void *word, uint64_t bits) {
  if (fd < 0 || fd >= CLINUX_NOTIFICATION_DESCRIPTORS) return -EMFILE;
  struct entry *entry = &table[fd];
  int end = atomic_load(&table_end);
  while (end <= fd && !atomic_compare_exchange_weak(&table_end, &end, fd + 1)) {
  }
  atomic_store(&entry->bits, bits);
  atomic_store(&entry->owner, clinux_thread_number());
  if (atomic_exchange(&entry->word, (notification_word *)word) == NULL) atomic_fetch_add(&entries, 1);
  return 0;
}

void clinux_notification_clear(int fd) {
  if (fd < 0 || fd >= CLINUX_NOTIFICATION_DESCRIPTORS) return;
  struct entry *entry = &table[fd];
  if (atomic_exchange(&entry->word, NULL) != NULL) atomic_fetch_sub(&entries, 1);
  /* A handler that began before may still hold the word. It can't be one of this thread: that would have returned. */
  while (atomic_load(&entry->handlers) != 0) __builtin_ia32_pause();
}

uint64_t clinux_notifications_of(int fd) {
  if (fd < 0 || fd >= CLINUX_NOTIFICATION_DESCRIPTORS) return 0;
  return atomic_load_explicit(&table[fd].notifications, memory_order_relaxed);
}

int clinux_notification_count(void) { return atomic_load(&entries); }

/* Sets `bits`, 0: the entry's own. `thread` 0: whoever registered the entry. */
static void post(struct entry *entry, uint64_t bits, uint64_t thread) {
  atomic_fetch_add(&entry->handlers, 1);
  notification_word *word = atomic_load(&entry->word);
  uint64_t owner = atomic_load(&entry->owner);
  if (word != NULL && owner == clinux_own_thread_number) {
    atomic_fetch_add_explicit(&entry->notifications, 1, memory_order_relaxed);
  }
  if (word != NULL && (thread == 0 || owner == thread)) {
    atomic_fetch_or_explicit(word, bits != 0 ? bits : atomic_load(&entry->bits), memory_order_release);
  }
  atomic_fetch_sub_explicit(&entry->handlers, 1, memory_order_release);
}

static void on_overflow(int signal_number, siginfo_t *info, void *context) {
  (void)signal_number;
  (void)context;
  /* Only the kernel's own message names a descriptor; kill(2) and sigqueue(3) have codes of 0 and below. */
  if (info->si_code <= 0 || info->si_fd < 0 || info->si_fd >= CLINUX_NOTIFICATION_DESCRIPTORS) return;
  /* Read, not asked for: a thread without a number has registered nothing. */
  uint64_t thread = clinux_own_thread_number;
  if (thread == 0) return;
  notifications_taken++;
  /* The message may be one that close(2) left behind, and the descriptor's number another thread's by now: that is what
   * the thread is compared for.
   * POLL_ERR (Linux 6.15: POLL_HUP): the event has gone into error state. No overflow, but a reason to look. */
  int has_failed = info->si_code == POLL_ERR || info->si_code == POLL_HUP;
  post(&table[info->si_fd], has_failed ? CLINUX_NOTIFICATION_LOST : 0, thread);
  clinux_kick_here();
}

static void on_sigio(int signal_number, siginfo_t *info, void *context) {
  notifications_taken++;
  int end = atomic_load(&table_end);
  for (int fd = 0; fd < end; fd++) {
    if (atomic_load_explicit(&table[fd].word, memory_order_relaxed) != NULL) post(&table[fd], CLINUX_NOTIFICATION_LOST, 0);
  }
  /* Like the message that it stands for, it is sent to the thread of the event. */
  clinux_kick_here();
  if (previous_sigio.sa_flags & SA_SIGINFO) {
    previous_sigio.sa_sigaction(signal_number, info, context);
  } else if (previous_sigio.sa_handler != SIG_DFL && previous_sigio.sa_handler != SIG_IGN) {
    previous_sigio.sa_handler(signal_number);
  }
}

static int has_handler(const struct sigaction *action) {
  return (action->sa_flags & SA_SIGINFO) || (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static int is_handled_by(const struct sigaction *action, void (*handler)(int, siginfo_t *, void *)) {
  return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == handler;
}

static struct sigaction action_of(void (*handler)(int, siginfo_t *, void *)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  return action;
}

static int install_sigio(void) {
  struct sigaction present;
  if (sigaction(SIGIO, NULL, &present) < 0) return -errno;
  /* A handler that came after ours may call ours: to chain to it would be a circle. */
  if (sigio_was_installed && has_handler(&present)) return 0;
  struct sigaction ours = action_of(on_sigio);
  if (!sigio_was_installed) previous_sigio = present;
  if (sigaction(SIGIO, &ours, NULL) < 0) return -errno;
  sigio_was_installed = 1;
  return 0;
}

static int install(int signal_number) {
  struct sigaction present;
  /* First, so that a refusal changes nothing. */
  if (sigaction(signal_number, NULL, &present) < 0) return -errno;
  if (has_handler(&present) && !is_handled_by(&present, on_overflow)) return -EBUSY;
  /* SIGIO before the first notification can come: its default action ends the process. */
  int installed = install_sigio();
  if (installed < 0 || has_handler(&present)) return installed;
  struct sigaction ours = action_of(on_overflow);
  return sigaction(signal_number, &ours, NULL) < 0 ? -errno : 0;
}

int clinux_notification_install(int signal_number) {
  if (signal_number < SIGRTMIN || signal_number > SIGRTMAX) return -EINVAL;
  pthread_mutex_lock(&installing);
  int installed = install(signal_number);
  pthread_mutex_unlock(&installing);
  return installed;
}

void clinux_notification_uninstall(int signal_number) {
  struct sigaction present;
  pthread_mutex_lock(&installing);
  if (sigaction(signal_number, NULL, &present) == 0 && is_handled_by(&present, on_overflow)) {
    struct sigaction initial;
    memset(&initial, 0, sizeof initial);
    /* Ignored, not the default: the default action of a real-time signal that is still under way ends the process. */
    initial.sa_handler = SIG_IGN;
    sigaction(signal_number, &initial, NULL);
  }
  pthread_mutex_unlock(&installing);
}

int clinux_signal_is_blocked(int signal_number) {
  sigset_t blocked;
  return pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, signal_number) == 1;
}

void clinux_signal_unblock(int signal_number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  sigaddset(&set, SIGIO);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int clinux_first_realtime_signal(void) { return SIGRTMIN; }

int clinux_last_realtime_signal(void) { return SIGRTMAX; }
