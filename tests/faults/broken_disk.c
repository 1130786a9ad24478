/* A disk that fails, and one that says what it has made sure of: for LD_PRELOAD.
   FAULT_EIO=N: the Nth write to a file of the archive's and all after it fail with EIO.
   FAULT_SYNCED=FILE: the size of the archive's log is written there whenever the log was synced. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int ours(int fd, const char *part) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strstr(path, part) != NULL;
}

static long countdown = -1;

static int fails(int fd) {
    const char *given = getenv("FAULT_EIO");
    if (!given || !ours(fd, "shiftwatch.db") || ours(fd, ".lock")) return 0;
    if (countdown < 0) countdown = atol(given);
    if (countdown > 0) countdown--;
    return countdown == 0;
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    if (fails(fd)) { errno = EIO; return -1; }
    return real(fd, from, count, at);
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) { return pwrite64(fd, from, count, at); }

static void note(int fd) {
    const char *file = getenv("FAULT_SYNCED");
    struct stat found;
    if (!file || !ours(fd, "shiftwatch.db-wal") || fstat(fd, &found)) return;
    FILE *out = fopen(file, "w");
    if (!out) return;
    fprintf(out, "%ld", (long)found.st_size);
    fclose(out);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    int code = real(fd);
    note(fd);
    return code;
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    int code = real(fd);
    note(fd);
    return code;
}
