#define _GNU_SOURCE
#include "guest_init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

int port = -1;

/* The package manager links libswiftCore's start-up object into programs in C too. With these two defined here, nothing
   of that library is used. */
void swift_addNewDSOImage(const void *image) { (void)image; }
int _swift_backtrace_isThunkFunction(const char *name) {
  (void)name;
  return 0;
}

void fail(const char *doing, const char *subject) {
  char text[512];
  int length = snprintf(text, sizeof text, "%s %s: %s", doing, subject, strerror(errno));
  if (length >= (int)sizeof text) length = sizeof text - 1;
  if (port >= 0) send_frame(FRAME_FAILURE, text, length > 0 ? (size_t)length : 0);
  dprintf(STDERR_FILENO, "vpmu: %s\n", text);
  finish(125);
}

void finish(uint32_t status) {
  sync();
  uint8_t bytes[4] = {status, status >> 8, status >> 16, status >> 24};
  if (port < 0) reboot(RB_POWER_OFF);
  send_frame(FRAME_EXIT, bytes, sizeof bytes);
  /* The host ends the virtual machine when it has read the status. */
  for (;;) pause();
}

int main(void) {
  if (getpid() != 1) {
    fprintf(stderr, "vpmu-guest-init is the first process of the guest of `vpmu linux`: it does not run elsewhere\n");
    return 125;
  }
  struct command command;
  mount_own();
  load_modules();
  open_port();
  read_command(&command);
  mount_shared(&command);
  finish(run_session(&command));
}
