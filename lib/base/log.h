/* log.h - the log callback: the library itself never prints */
#ifndef RVX_BASE_LOG_H
#define RVX_BASE_LOG_H

#include <stdbool.h>

#include <resolvx/log.h>

struct rvx__log {
    rvx_log_fn write; /* NULL: nowhere */
    void *arg;
    enum rvx_log_level level; /* the most talkative level wanted */
};

/* Does anybody want this level? Ask before building an expensive text. */
bool rvx__log_wants(const struct rvx__log *log, enum rvx_log_level level);

/* Formats as printf(3) does and hands one line without newline to the callback; long lines are cut. */
__attribute__((format(printf, 3, 4)))
void rvx__log(const struct rvx__log *log, enum rvx_log_level level, const char *format, ...);

#endif
