/* A disk whose syncs fail, and a clock that was set: for one process, told by eight-byte numbers in a mapped file.
 *
 * FAULTS_SHIM names the file: [0] nanoseconds that the wall clock is off, [1] not zero: every sync fails with EIO.
 * The monotonic clock is left alone, as it is when somebody sets a clock and when a machine sleeps.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *told;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("FAULTS_SHIM");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *mapped = mmap(NULL, 16, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED)
        told = mapped;
}

static void shift(struct timespec *at) {
    int64_t off = told ? told[0] : 0;
    int64_t nanoseconds = (int64_t)at->tv_nsec + off % 1000000000;
    at->tv_sec += off / 1000000000;
    if (nanoseconds < 0) {
        nanoseconds += 1000000000;
        at->tv_sec -= 1;
    }
    at->tv_sec += nanoseconds / 1000000000;
    at->tv_nsec = nanoseconds % 1000000000;
}

int clock_gettime(clockid_t which, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, at);
    if (!done && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        shift(at);
    return done;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}

static int sync_with(const char *name, int file) {
    if (told && told[1]) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(file);
}

int fsync(int file) { return sync_with("fsync", file); }

int fdatasync(int file) { return sync_with("fdatasync", file); }
