/* log.c - the library's remarks
 *
 * A remark is formatted on the stack and handed to the program's callback, if there is one that wants it. Remarks quote
 * what stood in files and answers, so every control byte is shown as \xNN: a name with a newline in it cannot pretend
 * to be a second line.
 */
#include <config.h>

#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

#define LINE_SIZE 1024

bool rvx__log_wants(const struct rvx__log *log, enum rvx_log_level level)
{
    return log != NULL && log->write != NULL && level != RVX_LOG_NONE && level <= log->level;
}

void rvx__log(const struct rvx__log *log, enum rvx_log_level level, const char *format, ...)
{
    char text[LINE_SIZE], line[LINE_SIZE];
    struct rvx__buf buf;
    va_list args;
    int len;

    if (!rvx__log_wants(log, level))
        return;
    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0)
        return;
    rvx__buf_init(&buf, line, sizeof line);
    rvx__buf_add_visible(&buf, rvx__view_text(text));
    if ((size_t)len >= sizeof text)
        rvx__buf_add_text(&buf, "...");
    rvx__buf_finish(&buf);
    log->write(log->arg, level, line);
}
