#define _GNU_SOURCE
#include "clinux_descriptors.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The error number of the call that failed, after closing what there is. */
static int failed(int one, int other) {
  int error = errno;
  if (one >= 0) close(one);
  if (other >= 0) close(other);
  return -error;
}

int clinux_memory_file(const char *name, const void *bytes, size_t length) {
  int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0) return -errno;
  const char *at = bytes;
  while (length) {
    ssize_t written = write(file, at, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(file, -1);
    at += written;
    length -= (size_t)written;
  }
  if (lseek(file, 0, SEEK_SET) < 0) return failed(file, -1);
  return file;
}

int clinux_connection(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? -errno : 0; }

int clinux_listener(int *listening, int *connected) {
  /* An address of the family alone: the kernel chooses an abstract one. */
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof address;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || client < 0 || bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) ||
      listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &length) ||
      connect(client, (struct sockaddr *)&address, length))
    return failed(listener, client);
  *listening = listener;
  *connected = client;
  return 0;
}

int clinux_signal_descriptor(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error) return -error;
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

int clinux_next_signal(int descriptor) {
  struct signalfd_siginfo information;
  return read(descriptor, &information, sizeof information) == sizeof information ? (int)information.ssi_signo : 0;
}
