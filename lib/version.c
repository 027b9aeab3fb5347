/* version.c - the version of the library in use */
#include <config.h>

#include <resolvx/version.h>

const char *rvx_version(void)
{
    return RVX_VERSION_TEXT;
}
