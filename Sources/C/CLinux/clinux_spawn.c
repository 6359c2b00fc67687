#define _GNU_SOURCE
#include "clinux_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In the child of a process that may have threads: only what is safe in a signal handler. */
_Noreturn static void become(const char *path, char *const arguments[], char *const environment[], int output,
                             const int *kept, size_t count, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(127);
  if (input > 2) close(input);
  for (size_t i = 0; i < count; i++) fcntl(kept[i], F_SETFD, 0);
  execve(path, arguments, environment);
  const char *text = strerrordesc_np(errno);
  if (!text) text = "execve fails";
  (void)!write(2, path, strlen(path));
  (void)!write(2, ": ", 2);
  (void)!write(2, text, strlen(text));
  (void)!write(2, "\n", 1);
  _exit(127);
}

pid_t clinux_spawn(const char *path, char *const arguments[], char *const environment[], int output, const int *kept,
                   size_t count) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) become(path, arguments, environment, output, kept, count, parent);
  return child;
}
