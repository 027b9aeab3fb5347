/* log.h - where the library's remarks go: nowhere, or to a callback of the program */
#ifndef RESOLVX_LOG_H
#define RESOLVX_LOG_H

#ifdef __cplusplus
extern "C" {
#endif

/* From the most important to the most talkative. */
enum rvx_log_level {
    RVX_LOG_NONE = 0,
    RVX_LOG_WARNING, /* something is wrong that no call reports: an odd line in a configuration file */
    RVX_LOG_INFO,    /* something changed: a file was read again */
    RVX_LOG_TRACE    /* every decision of every lookup, and why */
};

/* Receives one line without a newline. `text` is valid during the call only.
 * Thread: called on whichever thread has the remark, with no lock held; it must not call back into the library. */
typedef void (*rvx_log_fn)(void *arg, enum rvx_log_level level, const char *text);

#ifdef __cplusplus
}
#endif

#endif
