/* gai_code.c - this library's error codes as those of <netdb.h>
 *
 * What may pass is EAI_AGAIN, so that nobody takes it for proof that a name does not exist. glibc's two additions to
 * POSIX are used as glibc does: EAI_NODATA for a name that exists without addresses, EAI_ADDRFAMILY for a literal of
 * the other family.
 */
#include <config.h>

#include "resolver/gai.h"

#include <errno.h>

#define ERRNO_MAX 4095

int rvx__gai_code(int code, const struct rvx_error *err)
{
    switch (code) {
    case 0:
        return 0;
    case RVX_ENOTFOUND:
        return err != NULL && err->nodata ? EAI_NODATA : EAI_NONAME;
    case RVX_EADDRNONE:
        return EAI_ADDRFAMILY;
    case RVX_EPORTUNKNOWN:
    case RVX_EPORTINVALID:
        return EAI_SERVICE;
    case RVX_ECANCELED:
        return EAI_CANCELED;
    case -ENOMEM:
        return EAI_MEMORY;
    default:
        break;
    }
    if (code < 0 && code >= -ERRNO_MAX) {
        errno = -code;
        return EAI_SYSTEM;
    }
    return rvx_is_temporary(code) ? EAI_AGAIN : EAI_FAIL;
}
