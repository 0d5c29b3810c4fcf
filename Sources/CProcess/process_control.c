#define _GNU_SOURCE
#include "process_control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc has wrappers since 2.36 only; the numbers are the same on every architecture.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

int runbook_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int runbook_pidfd_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 ? 0 : errno;
}

int runbook_pidfd_reap(int pidfd, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    const int by_pidfd = 3; // P_PIDFD, which older headers lack
    while (waitid((idtype_t)by_pidfd, (id_t)pidfd, &info, WEXITED | WNOHANG) != 0) {
        if (errno != EINTR) return errno;
    }
    if (info.si_pid == 0) return EAGAIN;
    *status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
    return 0;
}

int runbook_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno; }

/// A file without a name, in memory, that holds the bytes and stands at its beginning; -1 with errno.
static int memory_file(const char *bytes, size_t count) {
    int file = memfd_create("runbook", MFD_CLOEXEC);
    if (file < 0) return -1;
    for (size_t done = 0; done < count;) {
        ssize_t written = pwrite(file, bytes + done, count - done, (off_t)done);
        if (written > 0) done += (size_t)written;
        else if (written == 0 || errno != EINTR) {
            close(file);
            return -1;
        }
    }
    return file;
}

/// What a shim begins with, beside its arguments. Returns 0 or errno.
static int describe_start(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *files, int input) {
    sigset_t all;
    sigfillset(&all);
    int error;
    if ((error = posix_spawnattr_setsigdefault(attributes, &all))) return error;
    if ((error = posix_spawnattr_setsigmask(attributes, &all))) return error;
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if ((error = posix_spawnattr_setflags(attributes, flags))) return error;
    if ((error = posix_spawn_file_actions_adddup2(files, input, 0))) return error;
    if ((error = posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0))) return error;
    if ((error = posix_spawn_file_actions_adddup2(files, 1, 2))) return error;
    return posix_spawn_file_actions_addclosefrom_np(files, 3);
}

/// Starts the shim with these arguments and this standard input, which it closes here. Returns 0 or errno.
static int start(
    const char *shim, char *const arguments[], int input, const char *stop_at, pid_t *pid, int *pidfd
) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    char stop_entry[256];
    char *environment[] = {NULL, NULL};
    if (stop_at && (size_t)snprintf(stop_entry, sizeof stop_entry, "RUNBOOK_STOP_AT=%s", stop_at) < sizeof stop_entry)
        environment[0] = stop_entry;
    int error = posix_spawnattr_init(&attributes);
    if (!error) {
        if (!(error = posix_spawn_file_actions_init(&files))) {
            error = describe_start(&attributes, &files, input);
            if (!error) error = posix_spawn(pid, shim, &files, &attributes, arguments, environment);
            posix_spawn_file_actions_destroy(&files);
        }
        posix_spawnattr_destroy(&attributes);
    }
    close(input);
    if (error) return error;
    // Nobody else waits for our children, so the pid is still its own, even if it has ended.
    *pidfd = runbook_pidfd_open(*pid);
    if (*pidfd >= 0) return 0;
    error = errno;
    kill(*pid, SIGKILL);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR) {}
    return error;
}

int runbook_start_shim(
    const char *shim, const char *folder, const void *specification, size_t count, const char *stop_at, pid_t *pid,
    int *pidfd
) {
    int input = memory_file(specification, count);
    if (input < 0) return errno;
    char *arguments[] = {"runbook-shim", (char *)folder, NULL};
    return start(shim, arguments, input, stop_at, pid, pidfd);
}

int runbook_start_spare_shim(const char *shim, const char *stop_at, pid_t *pid, int *pidfd, int *orders) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    // Empty ones leave room behind the first, where the shim puts the name of its folder when it has one.
    char *arguments[2 + RUNBOOK_SPARE_ROOM + 1] = {"runbook-shim", RUNBOOK_SPARE};
    for (int i = 0; i < RUNBOOK_SPARE_ROOM; i++) arguments[2 + i] = "";
    int error = start(shim, arguments, ends[1], stop_at, pid, pidfd);
    if (error) close(ends[0]);
    else *orders = ends[0];
    return error;
}

int runbook_order_shim(int orders, const char *folder, const void *specification, size_t count) {
    int file = memory_file(specification, count);
    if (file < 0) return errno;
    struct iovec name = {.iov_base = (void *)folder, .iov_len = strlen(folder) + 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof file)];
    } control = {0};
    struct msghdr message = {
        .msg_iov = &name, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes,
    };
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(rights), &file, sizeof file);
    ssize_t sent;
    do sent = sendmsg(orders, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    int error = sent < 0 ? errno : 0;
    close(file);
    return error;
}

void runbook_stop_point(int folder, const char *point) {
#ifdef DEBUG
    const char *list = getenv("RUNBOOK_STOP_AT");
    size_t length = strlen(point);
    while (list && *list) {
        size_t item = strcspn(list, ",");
        if (item == length && memcmp(list, point, length) == 0) {
            char name[64];
            snprintf(name, sizeof name, "stopped-%s", point);
            int file = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            if (file >= 0) close(file);
            kill(getpid(), SIGSTOP);
            return;
        }
        list += item + (list[item] == ',');
    }
#else
    (void)folder;
    (void)point;
#endif
}
