/* err.c - codes in words, and what a code means for the caller
 *
 * The texts of errno are those of Linux in the lower case that Go prints. They stand here instead of coming from
 * strerror(3), because that depends on the locale, differs between C libraries and may not be thread-safe. The numbers
 * of Linux are small and dense on every machine but MIPS and SPARC, where the table merely has more holes.
 */
#include <config.h>

#include <resolvx/err.h>

#include <errno.h>

static const char *const errno_texts[] = {
    [EPERM] = "operation not permitted",
    [ENOENT] = "no such file or directory",
    [ESRCH] = "no such process",
    [EINTR] = "interrupted system call",
    [EIO] = "input/output error",
    [ENXIO] = "no such device or address",
    [E2BIG] = "argument list too long",
    [ENOEXEC] = "exec format error",
    [EBADF] = "bad file descriptor",
    [ECHILD] = "no child processes",
    [EAGAIN] = "resource temporarily unavailable",
    [ENOMEM] = "cannot allocate memory",
    [EACCES] = "permission denied",
    [EFAULT] = "bad address",
    [ENOTBLK] = "block device required",
    [EBUSY] = "device or resource busy",
    [EEXIST] = "file exists",
    [EXDEV] = "invalid cross-device link",
    [ENODEV] = "no such device",
    [ENOTDIR] = "not a directory",
    [EISDIR] = "is a directory",
    [EINVAL] = "invalid argument",
    [ENFILE] = "too many open files in system",
    [EMFILE] = "too many open files",
    [ENOTTY] = "inappropriate ioctl for device",
    [ETXTBSY] = "text file busy",
    [EFBIG] = "file too large",
    [ENOSPC] = "no space left on device",
    [ESPIPE] = "illegal seek",
    [EROFS] = "read-only file system",
    [EMLINK] = "too many links",
    [EPIPE] = "broken pipe",
    [EDOM] = "numerical argument out of domain",
    [ERANGE] = "numerical result out of range",
    [EDEADLK] = "resource deadlock avoided",
    [ENAMETOOLONG] = "file name too long",
    [ENOLCK] = "no locks available",
    [ENOSYS] = "function not implemented",
    [ENOTEMPTY] = "directory not empty",
    [ELOOP] = "too many levels of symbolic links",
    [ENOMSG] = "no message of desired type",
    [EIDRM] = "identifier removed",
    [ECHRNG] = "channel number out of range",
    [EL2NSYNC] = "level 2 not synchronized",
    [EL3HLT] = "level 3 halted",
    [EL3RST] = "level 3 reset",
    [ELNRNG] = "link number out of range",
    [EUNATCH] = "protocol driver not attached",
    [ENOCSI] = "no CSI structure available",
    [EL2HLT] = "level 2 halted",
    [EBADE] = "invalid exchange",
    [EBADR] = "invalid request descriptor",
    [EXFULL] = "exchange full",
    [ENOANO] = "no anode",
    [EBADRQC] = "invalid request code",
    [EBADSLT] = "invalid slot",
    [EBFONT] = "bad font file format",
    [ENOSTR] = "device not a stream",
    [ENODATA] = "no data available",
    [ETIME] = "timer expired",
    [ENOSR] = "out of streams resources",
    [ENONET] = "machine is not on the network",
    [ENOPKG] = "package not installed",
    [EREMOTE] = "object is remote",
    [ENOLINK] = "link has been severed",
    [EADV] = "advertise error",
    [ESRMNT] = "srmount error",
    [ECOMM] = "communication error on send",
    [EPROTO] = "protocol error",
    [EMULTIHOP] = "multihop attempted",
    [EDOTDOT] = "RFS specific error",
    [EBADMSG] = "bad message",
    [EOVERFLOW] = "value too large for defined data type",
    [ENOTUNIQ] = "name not unique on network",
    [EBADFD] = "file descriptor in bad state",
    [EREMCHG] = "remote address changed",
    [ELIBACC] = "can not access a needed shared library",
    [ELIBBAD] = "accessing a corrupted shared library",
    [ELIBSCN] = ".lib section in a.out corrupted",
    [ELIBMAX] = "attempting to link in too many shared libraries",
    [ELIBEXEC] = "cannot exec a shared library directly",
    [EILSEQ] = "invalid or incomplete multibyte or wide character",
    [ERESTART] = "interrupted system call should be restarted",
    [ESTRPIPE] = "streams pipe error",
    [EUSERS] = "too many users",
    [ENOTSOCK] = "socket operation on non-socket",
    [EDESTADDRREQ] = "destination address required",
    [EMSGSIZE] = "message too long",
    [EPROTOTYPE] = "protocol wrong type for socket",
    [ENOPROTOOPT] = "protocol not available",
    [EPROTONOSUPPORT] = "protocol not supported",
    [ESOCKTNOSUPPORT] = "socket type not supported",
    [EOPNOTSUPP] = "operation not supported",
    [EPFNOSUPPORT] = "protocol family not supported",
    [EAFNOSUPPORT] = "address family not supported by protocol",
    [EADDRINUSE] = "address already in use",
    [EADDRNOTAVAIL] = "cannot assign requested address",
    [ENETDOWN] = "network is down",
    [ENETUNREACH] = "network is unreachable",
    [ENETRESET] = "network dropped connection on reset",
    [ECONNABORTED] = "software caused connection abort",
    [ECONNRESET] = "connection reset by peer",
    [ENOBUFS] = "no buffer space available",
    [EISCONN] = "transport endpoint is already connected",
    [ENOTCONN] = "transport endpoint is not connected",
    [ESHUTDOWN] = "cannot send after transport endpoint shutdown",
    [ETOOMANYREFS] = "too many references: cannot splice",
    [ETIMEDOUT] = "connection timed out",
    [ECONNREFUSED] = "connection refused",
    [EHOSTDOWN] = "host is down",
    [EHOSTUNREACH] = "no route to host",
    [EALREADY] = "operation already in progress",
    [EINPROGRESS] = "operation now in progress",
    [ESTALE] = "stale file handle",
    [EUCLEAN] = "structure needs cleaning",
    [ENOTNAM] = "not a XENIX named type file",
    [ENAVAIL] = "no XENIX semaphores available",
    [EISNAM] = "is a named type file",
    [EREMOTEIO] = "remote I/O error",
    [EDQUOT] = "disk quota exceeded",
    [ENOMEDIUM] = "no medium found",
    [EMEDIUMTYPE] = "wrong medium type",
    [ECANCELED] = "operation canceled",
    [ENOKEY] = "required key not available",
    [EKEYEXPIRED] = "key has expired",
    [EKEYREVOKED] = "key has been revoked",
    [EKEYREJECTED] = "key was rejected by service",
    [EOWNERDEAD] = "owner died",
    [ENOTRECOVERABLE] = "state not recoverable",
    [ERFKILL] = "operation not possible due to RF-kill",
    [EHWPOISON] = "memory page has hardware error",
};

#define CODE_BASE (-5000) /* our own codes lie below */

static const char *const code_texts[] = {
    [CODE_BASE - RVX_ETIMEOUT] = "i/o timeout",
    [CODE_BASE - RVX_ECANCELED] = "operation was canceled",
    [CODE_BASE - RVX_ECLOSED] = "use of closed network connection",
    [CODE_BASE - RVX_ENOTFOUND] = "no such host",
    [CODE_BASE - RVX_ETRYAGAIN] = "temporary failure in name resolution",
    [CODE_BASE - RVX_EUNAVAIL] = "no source could answer",
    [CODE_BASE - RVX_EPORTUNKNOWN] = "unknown port",
    [CODE_BASE - RVX_ENOBACKEND] = "unknown backend",
    [CODE_BASE - RVX_EALIASLOOP] = "alias loop",
    [CODE_BASE - RVX_ENETUNKNOWN] = "unknown network",
    [CODE_BASE - RVX_EPORTINVALID] = "invalid port",
    [CODE_BASE - RVX_EADDRINVALID] = "invalid IP address",
    [CODE_BASE - RVX_EADDRMISSING] = "missing address",
    [CODE_BASE - RVX_EADDRTYPE] = "unexpected address type",
    [CODE_BASE - RVX_EADDRNONE] = "no suitable address found",
    [CODE_BASE - RVX_EPORTMISSING] = "missing port in address",
    [CODE_BASE - RVX_EMANYCOLONS] = "too many colons in address",
    [CODE_BASE - RVX_ENOBRACKET] = "missing ']' in address",
    [CODE_BASE - RVX_EBRACKETOPEN] = "unexpected '[' in address",
    [CODE_BASE - RVX_EBRACKETCLOSE] = "unexpected ']' in address",
    [CODE_BASE - RVX_ETOOLONG] = "text too long",
    [CODE_BASE - RVX_EOPTIONS] = "options not understood",
    [CODE_BASE - RVX_ELIMIT] = "limit reached",
    [CODE_BASE - RVX_EFORKED] = "used in a forked child",
    [CODE_BASE - RVX_EINTERNAL] = "internal error",
};

static const char *find_text(const char *const *texts, int n, int i)
{
    return i < n ? texts[i] : NULL;
}

const char *rvx_strerror(int code)
{
    const char *text = NULL;

    if (code >= 0)
        return "success";
    if (code <= CODE_BASE)
        text = find_text(code_texts, (int)(sizeof code_texts / sizeof code_texts[0]), CODE_BASE - code);
    else
        text = find_text(errno_texts, (int)(sizeof errno_texts / sizeof errno_texts[0]), -code);
    return text != NULL ? text : "unknown error";
}

bool rvx_is_timeout(int code)
{
    return code == RVX_ETIMEOUT || code == -EAGAIN || code == -ETIMEDOUT;
}

bool rvx_is_temporary(int code)
{
    switch (code) {
    case RVX_ETRYAGAIN:
    case RVX_EUNAVAIL:
    case RVX_ELIMIT:
    case -EINTR:
    case -EMFILE:
    case -ENFILE:
    case -ENOMEM:
    case -ENOBUFS:
        return true;
    default:
        return rvx_is_timeout(code);
    }
}

bool rvx_is_not_found(int code)
{
    return code == RVX_ENOTFOUND || code == RVX_EPORTUNKNOWN;
}
