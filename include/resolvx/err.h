/* err.h - what went wrong: codes, texts, predicates, and the error that carries the whole story
 *
 * A call that can fail returns int: 0 or a count on success, a negative code on failure. Codes down to -4095 are -errno
 * of the system call that failed; codes below -5000 are our own, RVX_E*. The code is enough to decide; the struct
 * rvx_error, always a call's last parameter and always allowed to be NULL, tells a person what happened:
 *
 *     struct rvx_error err;
 *
 *     if (rvx_listen(NULL, "tcp", "localhost:80", NULL, NULL, &listener, &err) < 0)
 *         fprintf(stderr, "%s\n", rvx_error_text(&err));
 *
 *     listen tcp 127.0.0.1:80: bind: permission denied
 *
 * The one-line layouts are those of Go's package net (OpError, DNSError, AddrError, ParseError), so what people search
 * their logs for stays the same.
 */
#ifndef RESOLVX_ERR_H
#define RESOLVX_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Our own codes. The text beside each is what rvx_strerror() prints. A code keeps its number for ever. */
enum rvx_code {
    /* waiting */
    RVX_ETIMEOUT = -5001,  /* i/o timeout: the deadline passed (timeout, temporary) */
    RVX_ECANCELED = -5002, /* operation was canceled: the context's cancel token was fired */
    RVX_ECLOSED = -5003,   /* use of closed network connection: closed here, perhaps by another thread */

    /* names: what a lookup says */
    RVX_ENOTFOUND = -5010,    /* no such host (not found) */
    RVX_ETRYAGAIN = -5011,    /* temporary failure in name resolution (temporary) */
    RVX_EUNAVAIL = -5012,     /* no source could answer: every backend was unavailable (temporary) */
    RVX_EPORTUNKNOWN = -5013, /* unknown port: no such service (not found) */
    RVX_ENOBACKEND = -5014,   /* unknown backend: an order names a backend nobody registered */
    RVX_EALIASLOOP = -5015,   /* alias loop: the name's aliases lead in a circle, or are too many */

    /* addresses: what was typed */
    RVX_ENETUNKNOWN = -5020,   /* unknown network */
    RVX_EPORTINVALID = -5021,  /* invalid port */
    RVX_EADDRINVALID = -5022,  /* invalid IP address */
    RVX_EADDRMISSING = -5023,  /* missing address */
    RVX_EADDRTYPE = -5024,     /* unexpected address type */
    RVX_EADDRNONE = -5025,     /* no suitable address found */
    RVX_EPORTMISSING = -5026,  /* missing port in address */
    RVX_EMANYCOLONS = -5027,   /* too many colons in address */
    RVX_ENOBRACKET = -5028,    /* missing ']' in address */
    RVX_EBRACKETOPEN = -5029,  /* unexpected '[' in address */
    RVX_EBRACKETCLOSE = -5030, /* unexpected ']' in address */
    RVX_ETOOLONG = -5031,      /* text too long: a name, address or result does not fit */

    /* the caller, the environment, and us */
    RVX_EOPTIONS = -5040,  /* options not understood: set by a newer header, or contradictory */
    RVX_ELIMIT = -5041,    /* limit reached: a configured bound was hit (temporary) */
    RVX_EFORKED = -5042,   /* used in a forked child: make a new one there */
    RVX_EINTERNAL = -5043  /* internal error: a bug in this library */
};

/* Tells a code in words: strerror(3) for -errno, in lower case as Go prints it; the texts above for RVX_E*; "success"
 * for 0 and above; "unknown error" for the rest.
 * Returns: a static string, never NULL; it never depends on the locale.
 * Thread: any. */
RVX_API const char *rvx_strerror(int code);

/* Is `code` a deadline that passed? RVX_ETIMEOUT, -EAGAIN, -ETIMEDOUT.  Thread: any. */
RVX_API bool rvx_is_timeout(int code);

/* May the same call succeed later? Every timeout; RVX_ETRYAGAIN, RVX_EUNAVAIL, RVX_ELIMIT; -EINTR, -EMFILE, -ENFILE,
 * -ENOMEM, -ENOBUFS.  Thread: any. */
RVX_API bool rvx_is_temporary(int code);

/* Does what was asked for not exist? RVX_ENOTFOUND, RVX_EPORTUNKNOWN.  Thread: any. */
RVX_API bool rvx_is_not_found(int code);

/* Which of the layouts below the error has, after its "OP NET SOURCE->ADDR: " part. */
enum rvx_error_kind {
    RVX_ERROR_PLAIN,   /* TEXT */
    RVX_ERROR_SYSCALL, /* SYSCALL: TEXT */
    RVX_ERROR_ADDR,    /* address NAME: TEXT; without its first part when NAME is empty */
    RVX_ERROR_LOOKUP,  /* lookup NAME[ on SERVER]: TEXT */
    RVX_ERROR_NETWORK, /* unknown network NAME */
    RVX_ERROR_PARSE,   /* invalid WHAT: NAME, `what` naming the kind of text */
    RVX_ERROR_OPTIONS  /* invalid option WHAT[: NAME] */
};

#define RVX_ERROR_ADDR_SIZE 128
#define RVX_ERROR_NAME_SIZE 320
#define RVX_ERROR_TEXT_SIZE 832

/* An error, in storage of the caller; it needs no initialising and no freeing. A failing call fills all of it; a
 * successful call sets `code` to 0 and nothing else. Texts too long for their field end in "...". `op`, `syscall` and
 * `what` are static strings or NULL. Fields are added in the reserved part only, the size stays. */
struct rvx_error {
    int code;                 /* what the call returned */
    enum rvx_error_kind kind; /* the layout */
    const char *op;           /* "listen", "accept", "read", ...; NULL: no "OP NET ..." part */
    const char *syscall;      /* RVX_ERROR_SYSCALL: "bind", "accept4", ... */
    const char *what;         /* RVX_ERROR_PARSE, RVX_ERROR_OPTIONS */
    char net[32];             /* the network, or empty */
    char source[RVX_ERROR_ADDR_SIZE]; /* local address, or empty */
    char addr[RVX_ERROR_ADDR_SIZE];   /* remote (dial, read, ...) or own (listen, accept) address, or empty */
    char name[RVX_ERROR_NAME_SIZE];   /* the address text, host or service the error is about, or empty */
    char server[64];                  /* RVX_ERROR_LOOKUP: the server that said so, or empty */
    char text[RVX_ERROR_TEXT_SIZE];   /* where rvx_error_text() writes */

    /* RVX_ERROR_LOOKUP, where DNS was asked; otherwise zero */
    unsigned attempts;  /* how often servers were asked */
    uint16_t rcode;     /* the response code: 3 for NXDOMAIN, ... */
    uint16_t ede;       /* if has_ede: the code of an extended error (RFC 8914) */
    bool has_ede;       /* there is one */
    bool nodata;        /* RVX_ENOTFOUND: the name exists, but not with what was asked for */
    char ede_text[128]; /* that error, or what went wrong with the server, in words; or empty */

    unsigned char reserved[374];
};

/* Prints an error in one line, without a newline, into its own `text` field. Control bytes in names and addresses are
 * shown as \xNN, so hostile input cannot reach a terminal.
 * err: an error that a failing call filled, or one with code 0; not NULL.
 * Returns: err->text; "success" if err->code is 0.
 * Thread: any, one at a time for one error. */
RVX_API const char *rvx_error_text(struct rvx_error *err);

#ifdef __cplusplus
}
#endif

#endif
