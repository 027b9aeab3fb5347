/* scan.c - is this a name?
 *
 * RFC 1035 section 4.1.4, RFC 9267 for what goes wrong. A name is runs of labels, each but the last ending in a pointer
 * to the next. A pointer has to lead below the first byte of the run it stands in, and the run it leads to has to end
 * below that byte too: so no name can go on for ever, or into bytes that come after it and may be anything. How often a
 * name may go on, and how often all names of a message may, is limited besides, or 64 KB of pointers to pointers would
 * be work for milliseconds.
 */
#include <config.h>

#include "dns/scan.h"

#include "dns/name.h"

#define POINTER 0xc0
#define POINTER_MASK 0x3fff

/* Where the pointer at `at` leads, or 0 if it must not be followed. */
static size_t follow_pointer(struct rvx__scan *scan, size_t at, size_t end, size_t run, unsigned hops)
{
    size_t target = rvx__wire_u16(scan->bytes, at) & POINTER_MASK;

    if (end - at < 2 || target >= run || target < RVX__DNS_HEADER_LEN || hops == RVX__SCAN_HOPS_MAX ||
        scan->hops_left == 0)
        return 0;
    scan->hops_left--;
    return target;
}

/* A pointer to the question's name is what nearly all of them are. */
static bool is_first_name(struct rvx__scan *scan, size_t at, size_t end)
{
    if (scan->first_len == 0 || at <= RVX__DNS_HEADER_LEN || end - at < 2 ||
        rvx__wire_u16(scan->bytes, at) != (POINTER << 8 | RVX__DNS_HEADER_LEN))
        return false;
    scan->steps++;
    scan->name_len = scan->first_len;
    return true;
}

size_t rvx__scan_name(struct rvx__scan *scan, size_t at, size_t end, bool compressed)
{
    size_t run = at, len = 0, after = 0;
    unsigned hops = 0;

    if (compressed && at < end && is_first_name(scan, at, end))
        return at + 2;
    while (at < end) {
        size_t label = rvx__wire_u8(scan->bytes, at);

        scan->steps++;
        if (label == 0) {
            scan->name_len = len + 1;
            return after > 0 ? after : at + 1;
        }
        if (label <= RVX__LABEL_MAX) {
            len += 1 + label;
            at += 1 + label;
            if (len >= RVX__NAME_MAX)
                return 0;
            continue;
        }
        if (label < POINTER || !compressed)
            return 0;
        if (after == 0)
            after = at + 2;
        at = follow_pointer(scan, at, end, run, hops++);
        if (at == 0)
            return 0;
        end = run;
        run = at;
    }
    return 0;
}
