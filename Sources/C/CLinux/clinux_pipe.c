/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define _GNU_SOURCE
#include "clinux_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int clinux_pipe(int *reading, int *writing) {
  int low[2], high[2];
  if (pipe2(low, O_CLOEXEC) < 0) return -errno;
  int error = 0;
  for (int i = 0; i < 2; i++) {
    high[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 16);
    if (high[i] < 0) error = errno;
    close(low[i]);
  }
  if (!error && fcntl(high[0], F_SETFL, O_NONBLOCK) < 0) error = errno;
  if (error) {
    for (int i = 0; i < 2; i++)
      if (high[i] >= 0) close(high[i]);
    return -error;
  }
  *reading = high[0];
  *writing = high[1];
  return 0;
}
