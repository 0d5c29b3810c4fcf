#define _GNU_SOURCE
#include "process_table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int runbook_process_read(pid_t pid, struct runbook_process *process) {
    char path[48], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    ssize_t count = read(file, text, sizeof text - 1);
    int error = count < 0 ? errno : 0;
    close(file);
    if (error) return error;
    text[count] = 0;
    // The name stands in parentheses and may hold anything, parentheses and spaces too: begin after the last one.
    const char *name = strchr(text, '('), *rest = strrchr(text, ')');
    int parent, group, session;
    unsigned long long start;
    if (!name || !rest) return EBADMSG;
    const char *fields = " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
    if (sscanf(rest + 1, fields, &process->state, &parent, &group, &session, &start) != 5) return EBADMSG;
    size_t length = (size_t)(rest - name - 1);
    memset(process->name, 0, sizeof process->name);
    memcpy(process->name, name + 1, length < sizeof process->name ? length : sizeof process->name - 1);
    process->pid = pid;
    process->parent = parent;
    process->group = group;
    process->session = session;
    process->start = start;
    return 0;
}

long runbook_processes(struct runbook_process **processes) {
    DIR *directory = opendir("/proc");
    if (!directory) return -1;
    size_t count = 0, room = 256;
    struct runbook_process *all = malloc(room * sizeof *all);
    struct dirent *entry;
    while (all && (entry = readdir(directory))) {
        char *end;
        long pid = strtol(entry->d_name, &end, 10);
        if (*end || pid <= 0) continue;
        if (count == room) {
            struct runbook_process *more = realloc(all, (room *= 2) * sizeof *all);
            if (!more) free(all);
            all = more;
            if (!all) break;
        }
        if (runbook_process_read((pid_t)pid, &all[count]) == 0) count++;
    }
    closedir(directory);
    if (!all) {
        errno = ENOMEM;
        return -1;
    }
    *processes = all;
    return (long)count;
}

int runbook_process_was_given(pid_t pid, const char *entry) {
    char path[48], block[16384];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    size_t length = strlen(entry), matched = 0;
    int possible = 1, found = 0;
    ssize_t count;
    while (!found && (count = read(file, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < count && !found; i++) {
            if (block[i] == 0) {
                found = possible && matched == length;
                possible = 1;
                matched = 0;
            } else if (possible) {
                possible = matched < length && block[i] == entry[matched];
                matched++;
            }
        }
    }
    close(file);
    return found;
}
