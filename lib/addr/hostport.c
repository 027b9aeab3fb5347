/* hostport.c - "host:port" in two halves, and back
 *
 * Go's SplitHostPort, rule by rule and in its order, because the order decides which complaint a text with two faults
 * gets. The port begins behind the last colon; brackets may enclose any host and must when it holds a colon. Neither
 * half is
 * looked at: whether the host is a name and the port a number is decided by those who use them.
 */
#include <config.h>

#include "addr/hostport.h"

#include <string.h>

#include <resolvx/addr.h>

#include "base/buf.h"
#include "base/error.h"

/* "[host]:port"; `colon` is the last one. */
static int split_brackets(struct rvx__view address, size_t colon, struct rvx__view *host)
{
    size_t end = rvx__view_find(address, ']');

    if (end == RVX__NPOS)
        return RVX_ENOBRACKET;
    if (end + 1 != colon)
        return rvx__view_at(address, end + 1) == ':' ? RVX_EMANYCOLONS : RVX_EPORTMISSING;
    *host = rvx__view_from(rvx__view_to(address, end), 1);
    return 0;
}

/* "host:port" */
static int split_plain(struct rvx__view address, size_t colon, struct rvx__view *host)
{
    *host = rvx__view_to(address, colon);
    return rvx__view_find(*host, ':') != RVX__NPOS ? RVX_EMANYCOLONS : 0;
}

static int split(struct rvx__view address, struct rvx__view *host, struct rvx__view *port)
{
    bool brackets = rvx__view_at(address, 0) == '[';
    size_t colon = rvx__view_find_last(address, ':');
    int rc;

    if (colon == RVX__NPOS)
        return RVX_EPORTMISSING;
    rc = brackets ? split_brackets(address, colon, host) : split_plain(address, colon, host);
    if (rc < 0)
        return rc;
    /* A second bracket is one too many wherever it stands; an opening one is complained of first. */
    if (rvx__view_find(rvx__view_from(address, brackets ? 1 : 0), '[') != RVX__NPOS)
        return RVX_EBRACKETOPEN;
    if (rvx__view_find(rvx__view_from(address, brackets ? colon : 0), ']') != RVX__NPOS)
        return RVX_EBRACKETCLOSE;
    *port = rvx__view_from(address, colon + 1);
    return 0;
}

int rvx__hostport_split(struct rvx__view address, struct rvx__view *host, struct rvx__view *port)
{
    int rc = split(address, host, port);

    if (rc < 0) {
        *host = rvx__view_of(NULL, 0);
        *port = rvx__view_of(NULL, 0);
    }
    return rc;
}

static bool copy_text(char *text, size_t size, struct rvx__view view)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, size);
    rvx__buf_add(&buf, view);
    return rvx__buf_finish(&buf) >= 0;
}

int rvx_split_hostport(const char *address, struct rvx_hostport *parts, struct rvx_error *err)
{
    struct rvx__view text = rvx__view_text(address);
    struct rvx__view host, port;
    int rc = rvx__hostport_split(text, &host, &port);

    if (rc == 0 && !copy_text(parts->host, sizeof parts->host, host))
        rc = RVX_ETOOLONG;
    if (rc == 0 && !copy_text(parts->port, sizeof parts->port, port))
        rc = RVX_ETOOLONG;
    if (rc < 0) {
        parts->host[0] = '\0';
        parts->port[0] = '\0';
        return rvx__error_addr(err, rc, text);
    }
    return rvx__error_none(err);
}

int rvx_join_hostport(const char *host, const char *port, char *buf, size_t size)
{
    bool brackets = strchr(host, ':') != NULL;
    struct rvx__buf out;
    int rc;

    rvx__buf_init(&out, buf, size);
    rvx__buf_add_text(&out, brackets ? "[" : "");
    rvx__buf_add_text(&out, host);
    rvx__buf_add_text(&out, brackets ? "]:" : ":");
    rvx__buf_add_text(&out, port);
    rc = rvx__buf_finish(&out);
    if (rc < 0 && size > 0)
        buf[0] = '\0';
    return rc;
}
