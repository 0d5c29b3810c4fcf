#define _GNU_SOURCE
#include "host_step.h"
#include "host_payload.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/// How long ssh may stay when the machine there has said all. It has ended by then, unless somebody there holds its output.
static const int leave_after_ms = 2000;

/// More than a line of the driver's has.
static const size_t longest_line = 4096;

enum phase {
    CONNECTING, // nothing runs there yet, and nothing will unless it is told to
    RUNNING,    // it was told to
    TAKING,     // the script has ended; what it handed on comes
    ENDED,      // and has come
    GONE,       // nothing is left there
};

struct host {
    enum phase phase;
    int folder, record, signals;
    pid_t ssh;
    int input, output; // the ends of ssh's own; -1 when closed
    struct host_payload payload;
    size_t sent;
    uint8_t held[1 << 17]; // what was read and not passed on
    size_t length;
    int status;
    long handed_on[2]; // bytes still to come of `output` and `environment`
    bool is_stopped;
};

static void write_all(int file, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    while (count > 0) {
        ssize_t written = write(file, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; // the shim is gone, or the disk is full: then the record says less than there was
        next += written;
        count -= (size_t)written;
    }
}

/// On the disk before it returns: what follows from it must not be known less than it is true.
static bool note(struct host *host, const char *words) {
    size_t length = strlen(words);
    return pwrite(host->record, words, length, 0) == (ssize_t)length && ftruncate(host->record, (off_t)length) == 0
        && fdatasync(host->record) == 0;
}

static void close_input(struct host *host) {
    if (host->input >= 0) close(host->input);
    host->input = -1;
}

/// Nobody may wait for ssh: what it is to do with a signal it does by its input's end.
static void leave(struct host *host) { kill(host->ssh, SIGKILL); }

static void stop(struct host *host) {
    host->is_stopped = true;
    // The watcher there sees the end of the input, and ends what the script has started.
    if (host->phase == CONNECTING) leave(host);
    close_input(host);
}

static void send_payload(struct host *host) {
    const struct host_payload *payload = &host->payload;
    ssize_t count = write(host->input, payload->bytes + host->sent, payload->length - host->sent);
    if (count > 0) host->sent += (size_t)count;
    else if (errno != EAGAIN && errno != EINTR) close_input(host);
}

static void go(struct host *host) {
    if (host->input < 0 || host->sent < host->payload.length) return;
    if (!note(host, "began\n")) return stop(host); // nothing runs that nobody would know of
    host->phase = RUNNING;
    // Three bytes fit: all before them was read there.
    if (write(host->input, "go\n", 3) != 3) close_input(host);
}

static void begin_taking(struct host *host, const char *line) {
    if (sscanf(line, "ended %d %ld %ld", &host->status, &host->handed_on[0], &host->handed_on[1]) != 3) return;
    const char *names[] = {"output", "environment"};
    for (int i = 0; i < 2; i++) {
        // It was removed there, or something else put in its place: that counts as here.
        if (host->handed_on[i] < 0) unlinkat(host->folder, names[i], 0);
    }
    host->phase = TAKING;
}

static void obey(struct host *host, const char *line) {
    char words[64];
    if (host->phase == CONNECTING && strcmp(line, "ready") == 0) return go(host);
    if (host->phase == CONNECTING && strncmp(line, "refused ", 8) == 0) {
        note(host, line);
        return;
    }
    if (host->phase == RUNNING) return begin_taking(host, line);
    if (host->phase != ENDED || strcmp(line, "gone") != 0) return;
    snprintf(words, sizeof words, "ended %d\n", host->status);
    note(host, words);
    host->phase = GONE;
    close_input(host);
}

static void drop(struct host *host, size_t count) {
    host->length -= count;
    memmove(host->held, host->held + count, host->length);
}

static void pass(struct host *host, size_t count) {
    write_all(STDOUT_FILENO, host->held, count);
    drop(host, count);
}

/// How much of what is held can't be the beginning of a marker.
static size_t plain_length(const struct host *host) {
    size_t marker = strlen(host->payload.marker);
    size_t from = host->length < marker ? 0 : host->length - marker + 1;
    for (size_t i = from; i < host->length; i++) {
        if (memcmp(host->held + i, host->payload.marker, host->length - i) == 0) return i;
    }
    return host->length;
}

/// Returns whether there may be more to take of what is held.
static bool take_handed_on(struct host *host) {
    const char *names[] = {"output", "environment"};
    for (int i = 0; i < 2; i++) {
        if (host->handed_on[i] <= 0) continue;
        size_t wanted = (size_t)host->handed_on[i];
        size_t count = host->length < wanted ? host->length : wanted;
        if (count == 0) return false;
        int file = openat(host->folder, names[i], O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
        if (file >= 0) {
            write_all(file, host->held, count);
            close(file);
        }
        host->handed_on[i] -= (long)count;
        drop(host, count);
        return true;
    }
    host->phase = ENDED;
    char words[64];
    snprintf(words, sizeof words, "ended %d\n", host->status);
    note(host, words);
    return true;
}

/// Passes the script's output on and takes the driver's lines out of it.
static void digest(struct host *host) {
    while (true) {
        if (host->phase == TAKING) {
            if (!take_handed_on(host)) return;
            continue;
        }
        size_t marker = strlen(host->payload.marker);
        uint8_t *found = memmem(host->held, host->length, host->payload.marker, marker);
        if (!found) return pass(host, plain_length(host));
        pass(host, (size_t)(found - host->held));
        uint8_t *end = memchr(host->held, '\n', host->length);
        if (!end) {
            if (host->length > longest_line) pass(host, host->length);
            return;
        }
        char line[4096] = {0};
        size_t length = (size_t)(end - host->held) - marker;
        memcpy(line, host->held + marker, length < sizeof line ? length : sizeof line - 1);
        drop(host, (size_t)(end - host->held) + 1);
        obey(host, line);
    }
}

static void take_output(struct host *host) {
    ssize_t count = read(host->output, host->held + host->length, sizeof host->held - host->length);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count <= 0) {
        close(host->output);
        host->output = -1;
        return;
    }
    host->length += (size_t)count;
    digest(host);
}

static void follow(struct host *host) {
    while (host->output >= 0) {
        bool sends = host->input >= 0 && host->sent < host->payload.length;
        struct pollfd files[] = {
            {.fd = host->signals, .events = POLLIN},
            {.fd = host->output, .events = POLLIN},
            {.fd = sends ? host->input : -1, .events = POLLOUT},
        };
        int count = poll(files, 3, host->phase == GONE ? leave_after_ms : -1);
        if (count == 0) break;
        if (count < 0) continue;
        struct signalfd_siginfo info;
        if (files[0].revents && read(host->signals, &info, sizeof info) == sizeof info && !host->is_stopped) stop(host);
        if (files[1].revents) take_output(host);
        if (sends && files[2].revents) send_payload(host);
    }
    if (host->phase != TAKING) pass(host, host->length);
}

static void be_ssh(pid_t parent, int input, int output, char **arguments, char **environment) {
    // Nothing goes on there that nobody hears.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0) _exit(255);
    // What is sent to all of the step's processes would break the connection before the script there has ended.
    const int ignored[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvpe(arguments[0], arguments, environment);
    dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
    _exit(255);
}

static bool start(struct host *host, char **arguments, char **environment) {
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 || fcntl(input[1], F_SETFL, O_NONBLOCK) != 0)
        return false;
    pid_t parent = getpid();
    host->ssh = fork();
    if (host->ssh < 0) return false;
    if (host->ssh == 0) be_ssh(parent, input[0], output[1], arguments, environment);
    close(input[0]);
    close(output[1]);
    host->input = input[1];
    host->output = output[0];
    return true;
}

/// What ssh said goes where it would have gone, where it says why there is nothing else.
static void show_log(const struct host *host) {
    uint8_t buffer[4096];
    int log = openat(host->folder, "ssh", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    for (ssize_t count; log >= 0 && (count = read(log, buffer, sizeof buffer)) > 0;)
        write_all(STDERR_FILENO, buffer, (size_t)count);
}

int host_step(int argc, char **argv) {
    static struct host host;
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGTERM);
    sigprocmask(SIG_SETMASK, &taken, NULL);
    signal(SIGPIPE, SIG_IGN);
    host.signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    host.folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (argc < 4 || host.signals < 0 || host.folder < 0) return 255;
    host.record = openat(host.folder, "host", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (host.record < 0 || !note(&host, "connecting\n")) return 255;
    if (!host_payload_read(host.folder, environ, &host.payload)) return 255;
    char **arguments = calloc((size_t)argc, sizeof *arguments);
    if (!arguments) return 255;
    for (int i = 3; i < argc; i++) arguments[i - 3] = argv[i];
    arguments[argc - 3] = host.payload.command;
    if (!start(&host, arguments, host.payload.environment)) return 255;
    follow(&host);
    if (host.output >= 0) leave(&host);
    while (waitpid(host.ssh, NULL, 0) < 0 && errno == EINTR) {}
    if (host.phase >= ENDED) return host.status & 0xff;
    show_log(&host);
    return 255;
}
