/*
 * A disk that breaks when it is told to, for one process: preloaded, it stands before the calls by which SQLite
 * writes. The file that FAULTY_DISK names is shared with whoever gives the orders: three 32-bit numbers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WRITES = 1, SYNCS = 2 };

struct orders {
  volatile int32_t what;  /* 0: nothing is broken */
  volatile int32_t after; /* so many of these calls still go well */
  volatile int32_t error; /* what is said then */
};

static struct orders *orders;

__attribute__((constructor)) static void find_orders(void) {
  const char *path = getenv("FAULTY_DISK");
  int fd = path ? open(path, O_RDWR) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) orders = at;
  close(fd);
}

/* A socket or a log is no part of the disk. */
static int is_database(int fd) {
  char link[40], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, ".sqlite") != NULL;
}

/* Once broken, it stays so until it is told otherwise. */
static int breaks(int what, int fd) {
  if (!orders || orders->what != what || !is_database(fd)) return 0;
  if (orders->after > 0) {
    orders->after--;
    return 0;
  }
  errno = orders->error;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *from, size_t many) {
  return breaks(WRITES, fd) ? -1 : REAL(write)(fd, from, many);
}

ssize_t pwrite(int fd, const void *from, size_t many, off_t at) {
  return breaks(WRITES, fd) ? -1 : REAL(pwrite)(fd, from, many, at);
}

ssize_t pwrite64(int fd, const void *from, size_t many, off64_t at) {
  return breaks(WRITES, fd) ? -1 : REAL(pwrite64)(fd, from, many, at);
}

int fsync(int fd) { return breaks(SYNCS, fd) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return breaks(SYNCS, fd) ? -1 : REAL(fdatasync)(fd); }
