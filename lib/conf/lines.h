/* lines.h - walking the lines of a configuration file
 *
 * Lines end in LF, CR LF or the end of the bytes, and have no length limit. Blanks are those of rvx__view_take_word(),
 * so a NUL in the middle of a file is a blank, not an end. A UTF-8 byte order mark in front of the file is skipped.
 */
#ifndef RVX_CONF_LINES_H
#define RVX_CONF_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* What starts a comment, which then goes to the end of the line. */
enum rvx__lines_comment {
    RVX__LINES_COMMENT_HASH, /* '#' anywhere: hosts, services, nsswitch.conf, gai.conf */
    RVX__LINES_COMMENT_WORD  /* '#' or ';' where a word could start: resolv.conf, so that "a#b" stays one word */
};

struct rvx__lines {
    struct rvx__view rest;
    uint32_t number; /* of the line last given out, from 1; 0: none yet */
    enum rvx__lines_comment comment;
};

void rvx__lines_init(struct rvx__lines *lines, struct rvx__view bytes, enum rvx__lines_comment comment);

/* Gives out the next line that says something, without comment and without the blanks around it; false at the end. */
bool rvx__lines_next(struct rvx__lines *lines, struct rvx__view *line);

/* As rvx__lines_next(), but passes over lines that do not hold `needle` as a part, ASCII letters folded, at several
 * bytes per nanosecond. A line it gives out may hold the needle in its comment only, and is then given out without it,
 * even empty: parse the line, compare exactly. An empty needle finds nothing. */
bool rvx__lines_seek(struct rvx__lines *lines, struct rvx__view needle, struct rvx__view *line);

#endif
