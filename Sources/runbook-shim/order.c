#define _GNU_SOURCE
#include "order.h"
#include "process_control.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/// Whether there is something to read, before anybody asks this process to end. Every signal is blocked, so that a request
/// that came behind an order is there still for whoever carries the order out.
static bool wait_readable(int input) {
    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    int signals = signalfd(-1, &end, SFD_CLOEXEC);
    if (signals < 0) return false;
    struct pollfd files[] = {{.fd = input, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (poll(files, sizeof files / sizeof *files, -1) < 0) {}
    close(signals);
    return files[0].revents != 0;
}

bool order_wait(int input, char *argument) {
    if (!wait_readable(input)) return false;
    char path[PATH_MAX];
    struct iovec name = {.iov_base = path, .iov_len = sizeof path};
    int file = -1;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof file)];
    } control = {0};
    struct msghdr message = {
        .msg_iov = &name, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes,
    };
    ssize_t count;
    do count = recvmsg(input, &message, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    size_t room = sizeof RUNBOOK_SPARE + RUNBOOK_SPARE_ROOM;
    if (count < 2 || (size_t)count > room || path[count - 1] != 0) return false;
    if (!rights || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) return false;
    memcpy(&file, CMSG_DATA(rights), sizeof file);
    memset(argument, 0, room);
    memcpy(argument, path, (size_t)count);
    bool is_ready = dup2(file, input) == input;
    close(file);
    return is_ready;
}
