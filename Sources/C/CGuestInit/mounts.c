#define _GNU_SOURCE
#include "guest_init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEW_ROOT "/root"

/* The kernel's flag of finit_module(2) for a file that it decompresses itself. */
enum { COMPRESSED_FILE = 4 };

static int attach(const char *source, const char *target, const char *type, unsigned long flags, const char *options) {
  return mount(source, target, type, flags, options);
}

static void write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)!write(file, text, strlen(text));
  close(file);
}

void mount_own(void) {
  mkdir("/dev", 0755);
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mkdir(NEW_ROOT, 0755);
  attach("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  attach("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  attach("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  int console = open("/dev/console", O_RDWR | O_NOCTTY);
  for (int i = 0; console >= 0 && i < 3; i++)
    if (console != i) dup2(console, i);
  if (console > 2) close(console);
}

static int by_number(const struct dirent **one, const struct dirent **other) {
  return atoi((*one)->d_name) - atoi((*other)->d_name);
}

/* Modules in the order of their numbers. One that can't be loaded is missed by what needs it. */
void load_modules(void) {
  struct dirent **entries;
  int count = scandir("/vpmu/modules", &entries, NULL, by_number);
  for (int i = 0; i < count; i++) {
    char path[512];
    snprintf(path, sizeof path, "/vpmu/modules/%s", entries[i]->d_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = strlen(path);
    int is_plain = length > 3 && !strcmp(path + length - 3, ".ko");
    if (file < 0 || entries[i]->d_name[0] == '.') {
    } else if (syscall(SYS_finit_module, file, "", is_plain ? 0 : COMPRESSED_FILE) && errno != EEXIST) {
      dprintf(STDERR_FILENO, "vpmu: module %s: %s\n", path, strerror(errno));
    }
    if (file >= 0) close(file);
  }
}

/* The port by its name; devices are found while the kernel starts, but not all at once. */
void open_port(void) {
  for (int attempt = 0; attempt < 500; attempt++) {
    DIR *ports = opendir("/sys/class/virtio-ports");
    for (struct dirent *entry; ports && (entry = readdir(ports));) {
      char path[320], name[16] = "";
      snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
      int file = open(path, O_RDONLY | O_CLOEXEC);
      if (file < 0) continue;
      ssize_t length = read(file, name, sizeof name - 1);
      close(file);
      if (length < 4 || strncmp(name, "vpmu", 4)) continue;
      snprintf(path, sizeof path, "/dev/%s", entry->d_name);
      port = open(path, O_RDWR | O_CLOEXEC);
    }
    if (ports) closedir(ports);
    if (port >= 0) return;
    usleep(10 * 1000);
  }
  fail("open", "the virtio-serial port: the kernel needs virtio_pci and virtio_console");
}

/* Memory over a directory of the host; what lies in it stays visible where the kernel has overlayfs. */
static void cover(const char *name, int number) {
  char upper[64], work[64], target[64], options[256];
  snprintf(target, sizeof target, NEW_ROOT "%s", name);
  snprintf(upper, sizeof upper, "/layers/%d/upper", number);
  snprintf(work, sizeof work, "/layers/%d", number);
  mkdir(work, 0755);
  mkdir(upper, 01777);
  chmod(upper, 01777);
  snprintf(work, sizeof work, "/layers/%d/work", number);
  mkdir(work, 0755);
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", target, upper, work);
  if (attach("overlay", target, "overlay", MS_NOSUID | MS_NODEV, options))
    attach("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

static void make_folders(const char *path) {
  char *copy = strdup(path);
  for (char *at = copy; copy && (at = strchr(at + 1, '/'));) {
    *at = 0;
    mkdir(copy, 0755);
    *at = '/';
  }
  if (copy) mkdir(copy, 0755);
  free(copy);
}

static void raise_loopback(void) {
  int endpoint = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  if (endpoint < 0) return;
  ioctl(endpoint, SIOCSIFFLAGS, &request);
  close(endpoint);
}

void mount_shared(const struct command *command) {
  int is_writable = command->flags & COMMAND_SHARED_ROOT;
  if (attach("files", NEW_ROOT, "virtiofs", is_writable ? 0 : MS_RDONLY, NULL)) fail("mount", "this machine's files");
  mkdir("/layers", 0755);
  attach("tmpfs", "/layers", "tmpfs", 0, "mode=0755");
  cover("/tmp", 1);
  cover("/var/tmp", 2);
  attach("tmpfs", NEW_ROOT "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  mkdir(NEW_ROOT "/run/vpmu", 0755);
  attach("/vpmu", NEW_ROOT "/run/vpmu", NULL, MS_BIND, NULL);
  attach("/dev", NEW_ROOT "/dev", NULL, MS_MOVE, NULL);
  attach("/proc", NEW_ROOT "/proc", NULL, MS_MOVE, NULL);
  attach("/sys", NEW_ROOT "/sys", NULL, MS_MOVE, NULL);
  mkdir(NEW_ROOT "/dev/pts", 0755);
  mkdir(NEW_ROOT "/dev/shm", 01777);
  attach("devpts", NEW_ROOT "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666");
  attach("tmpfs", NEW_ROOT "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  attach("debugfs", NEW_ROOT "/sys/kernel/debug", "debugfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  attach("tracefs", NEW_ROOT "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  static const char *const links[][2] = {{"/proc/self/fd", NEW_ROOT "/dev/fd"},
                                         {"/proc/self/fd/0", NEW_ROOT "/dev/stdin"},
                                         {"/proc/self/fd/1", NEW_ROOT "/dev/stdout"},
                                         {"/proc/self/fd/2", NEW_ROOT "/dev/stderr"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) (void)!symlink(links[i][0], links[i][1]);
  if (!is_writable) {
    char *target;
    if (asprintf(&target, NEW_ROOT "%s", command->directory) < 0) fail("mount", command->directory);
    make_folders(target);
    if (attach("directory", target, "virtiofs", 0, NULL)) fail("mount", command->directory);
    free(target);
  }
  if (chdir(NEW_ROOT) || attach(NEW_ROOT, "/", NULL, MS_MOVE, NULL) || chroot(".")) fail("enter", "this machine's files");
  write_file("/proc/sys/kernel/perf_event_paranoid", "-1");
  write_file("/proc/sys/kernel/kptr_restrict", "0");
  (void)!sethostname("guest", 5);
  raise_loopback();
}
